package program

import (
	"strings"
)

// explainError lays joined errors out one below the other, each behind the program's name.
func explainError(name string, err error) string {
	lines := flatten(err)
	for i := range lines {
		lines[i] = name + ": " + strings.ReplaceAll(lines[i], "\n", "\n"+name+":   ")
	}
	return strings.Join(lines, "\n")
}

// flatten takes joined errors apart, also those inside of others: what is written before a join belongs to each of its lines.
func flatten(err error) []string {
	text := err.Error()
	if !strings.Contains(text, "\n") {
		return []string{text}
	}
	switch e := err.(type) { //nolint:errorlint // it takes the chain apart itself, one error at a time
	case interface{ Unwrap() []error }:
		var all []string
		for _, inner := range e.Unwrap() {
			all = append(all, flatten(inner)...)
		}
		if isJoined(text, e.Unwrap()) {
			return all
		}
	case interface{ Unwrap() error }:
		inner := e.Unwrap()
		if inner == nil || !strings.HasSuffix(text, inner.Error()) {
			break
		}
		all := flatten(inner)
		for i := range all {
			all[i] = strings.TrimSuffix(text, inner.Error()) + all[i]
		}
		return all
	}
	return []string{text}
}

// isJoined reports whether a text is the lines of its errors and nothing else, as errors.Join writes it.
func isJoined(text string, parts []error) bool {
	lines := make([]string, len(parts))
	for i, p := range parts {
		lines[i] = p.Error()
	}
	return text == strings.Join(lines, "\n")
}

// cut splits key=value.
func cut(s string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(s, "=")
	return key, value, ok && key != ""
}
