package auth

import (
	"errors"
	"strings"
)

// MaxToken is the length in bytes of the longest token that is looked at. Anything longer is refused before it is parsed.
const MaxToken = 16 << 10

// Bearer returns the token of an Authorization header, as RFC 6750 section 2.1 writes it: the word Bearer in any case,
// spaces, and a token of the characters allowed there, nothing else. The error is [ErrNoToken] when the header is empty or
// speaks another scheme, and a [*TokenError] when it says Bearer and goes wrong afterwards.
func Bearer(header string) (token string, err error) {
	const scheme = "Bearer"
	if len(header) < len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", ErrNoToken
	}
	rest := header[len(scheme):]
	token = strings.TrimLeft(rest, " ")
	switch {
	case rest != "" && rest[0] != ' ' && isTokenChar(rest[0]): // "Bearerish": some other scheme
		return "", ErrNoToken
	case len(token) > MaxToken:
		return "", &TokenError{Reason: ReasonTooLarge}
	case len(token) == len(rest) || !isToken68(token):
		return "", &TokenError{Reason: ReasonMalformed}
	}
	return token, nil
}

// isToken68 reports whether s is 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=".
func isToken68(s string) bool {
	s = strings.TrimRight(s, "=")
	chars, good := tokenChars(), uint64(1)
	for i := range len(s) { // without a branch, since nobody can foretell what a token goes on with
		good &= chars[s[i]>>6] >> (s[i] & 63)
	}
	return s != "" && good == 1
}

func isTokenChar(c byte) bool { return tokenChars()[c>>6]>>(c&63)&1 == 1 }

// tokenChars is the set of the characters of a token: a bit for each.
func tokenChars() [4]uint64 {
	return [4]uint64{
		1<<'+' | 1<<'-' | 1<<'.' | 1<<'/' | (1<<10-1)<<'0',
		1<<('_'-64) | 1<<('~'-64) | (1<<26-1)<<('A'-64) | (1<<26-1)<<('a'-64),
	}
}

// Challenge returns the value of the WWW-Authenticate header (RFC 6750 section 3) that answers err: what the caller must
// bring when err is nil or [ErrNoToken], invalid_token for a [*TokenError], insufficient_scope for a [*ScopeError]. Any
// other error, [ErrKeys] above all, is no reason to ask for another token: the value is empty. Realm and scopes may be empty.
func Challenge(err error, realm string, scopes []string) string {
	var c challenge
	var refused *TokenError
	var short *ScopeError
	c.add("realm", realm)
	switch {
	case err == nil || errors.Is(err, ErrNoToken):
	case errors.As(err, &refused):
		c.add("error", "invalid_token")
		c.add("error_description", descriptions[refused.Reason])
	case errors.Is(err, ErrToken):
		c.add("error", "invalid_token")
	case errors.As(err, &short):
		c.add("error", "insufficient_scope")
		c.add("error_description", "a scope is missing")
	default:
		return ""
	}
	c.add("scope", scopeList(scopes))
	return c.String()
}

// scopeList joins the scopes that may stand in a header.
func scopeList(scopes []string) string {
	valid := make([]string, 0, len(scopes))
	for _, s := range scopes {
		if validScope(s) {
			valid = append(valid, s)
		}
	}
	return strings.Join(valid, " ")
}

// challenge builds "Bearer a="b", c="d"".
type challenge struct{ params []string }

func (c *challenge) add(name, value string) {
	if value != "" {
		c.params = append(c.params, name+`="`+quote(value)+`"`)
	}
}

func (c *challenge) String() string {
	if len(c.params) == 0 {
		return "Bearer"
	}
	return "Bearer " + strings.Join(c.params, ", ")
}

// quote makes s the inside of a quoted-string (RFC 9110 section 5.6.4), leaving out what no header may hold.
func quote(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c == '"' || c == '\\' {
			b.WriteByte('\\')
		}
		if c >= ' ' && c < 0x7f {
			b.WriteByte(c)
		}
	}
	return b.String()
}
