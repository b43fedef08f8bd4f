package api

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/http"
	"strings"

	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

const (
	keyHeader      = "Idempotency-Key"
	replayedHeader = "Idempotent-Replayed" // as Stripe calls it: clients know it
)

// IdempotencyKey is a field of an input: what the operation's handler knows of the key of a request. See [Idempotent].
type IdempotencyKey struct{ id string }

// IdempotencyKeyOf returns the field as it is for a request with an id, for tests of handlers.
func IdempotencyKeyOf(id string) IdempotencyKey { return IdempotencyKey{id} }

// ID returns a text that is the same for every request under the same key, of the same caller to the same operation, and different for all
// others: 26 lower-case letters and digits from 2 to 7. It is what the handler calls the thing that it makes, or gives on to others as
// their key, so that it makes it once even if the process dies before the result is kept. Given is false for a request without a key.
func (k IdempotencyKey) ID() (id string, given bool) { return k.id, k.id != "" }

// Resolve takes the key from the call.
func (k *IdempotencyKey) Resolve(ctx context.Context, _ *operation.Call) error {
	scoped, _ := ctx.Value(scopedKey{}).(string)
	k.id = scoped[:min(len(scoped), publicID)]
	return nil
}

// scopedKey is where the context of a call has the key under which its result is kept.
type scopedKey struct{}

// publicID is how much of a scoped key a handler sees: 130 bits.
const publicID = 26

// scope returns what a client's key is called among those of all: 52 lower-case letters and digits.
func scope(service string, c *operation.Call, shared bool, key string) string {
	h := sha256.New()
	write := func(parts ...string) {
		for _, p := range parts {
			fmt.Fprintf(h, "%d:%s", len(p), p)
		}
	}
	write(service, c.Operation.ID, key)
	if !shared {
		write(c.Principal().Issuer, c.Principal().Subject)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)))
}

// keyOfCall returns the key of a call; empty: it has none.
func keyOfCall(c *operation.Call) (string, error) {
	var lines []string
	switch h := c.Header.(type) {
	case http.Header:
		lines = h[keyHeader]
	default:
		if v := h.Get(keyHeader); v != "" {
			lines = []string{v}
		}
	}
	if len(lines) == 0 {
		return "", nil
	}
	key, ok := "", false
	if len(lines) == 1 {
		key, ok = parseKey(lines[0])
	}
	if !ok {
		return "", problem.Malformed().WithDetail(
			"The Idempotency-Key must be one string of 1 to %d printable ASCII characters.", call.MaxIdempotencyKey)
	}
	return key, nil
}

// parseKey reads the value of the header: a string as in RFC 9651, section 3.3.3, without parameters, as the draft of the IETF on the
// Idempotency-Key has it, or the bare text that clients of older interfaces send, which may be a token or a UUID.
func parseKey(line string) (key string, ok bool) {
	line = strings.Trim(line, " \t")
	text, quoted := strings.CutPrefix(line, `"`)
	if !quoted {
		bad := strings.ContainsFunc(line, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`",;\`, c) })
		return line, !bad && line != "" && len(line) <= call.MaxIdempotencyKey
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c < ' ' || c > '~':
			return "", false
		case c == '"':
			return b.String(), i == len(text)-1 && b.Len() > 0 && b.Len() <= call.MaxIdempotencyKey
		case c == '\\':
			if i++; i == len(text) || text[i] != '"' && text[i] != '\\' {
				return "", false
			}
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}
