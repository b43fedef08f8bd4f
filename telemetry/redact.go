package telemetry

import (
	"log/slog"
	"net/http"
	"slices"
)

// Redacted stands in the log where a secret was.
const Redacted = "[redacted]"

// secretWords are the ends of the keys whose values are never logged, in lower case and without separators. They're
// listed in the package documentation.
var secretWords = [...]string{
	"authorization", "cookie", "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey",
	"credential", "credentials", "cardnumber", "cvv", "cvc",
}

// redact is the ReplaceAttr function of every handler.
func redact(groups []string, a slog.Attr) slog.Attr {
	if secret(a.Key) || slices.ContainsFunc(groups, secret) {
		return slog.String(a.Key, Redacted)
	}
	if a.Value.Kind() == slog.KindAny {
		switch header := a.Value.Any().(type) {
		case http.Header:
			return slog.Any(a.Key, redactHeader(header))
		case map[string][]string:
			return slog.Any(a.Key, redactHeader(header))
		}
	}
	return a
}

func redactHeader(header map[string][]string) map[string][]string {
	safe := make(map[string][]string, len(header))
	for key, values := range header {
		if secret(key) {
			values = []string{Redacted}
		}
		safe[key] = values
	}
	return safe
}

// secret reports whether the key ends in one of the words, whatever its case and its separators: "X-Api-Key" ends in "apikey".
func secret(key string) bool {
	for _, word := range secretWords {
		if endsIn(key, word) {
			return true
		}
	}
	return false
}

func endsIn(key, word string) bool {
	k, w := len(key)-1, len(word)-1
	for ; k >= 0 && w >= 0; k-- {
		c := key[k]
		if c == '-' || c == '_' || c == '.' || c == ' ' {
			continue
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[w] {
			return false
		}
		w--
	}
	return w < 0
}
