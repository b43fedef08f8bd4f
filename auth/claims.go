package auth

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// principal reads and checks the claims of a token whose signature is good.
func (v *JWT) principal(payload []byte, now time.Time) (Principal, error) {
	c := claims{}
	if err := json.Unmarshal(payload, &c.all); err != nil || c.all == nil {
		return Principal{}, &TokenError{Reason: ReasonMalformed, Detail: "the claims are no JSON object"}
	}
	p := Principal{
		Subject:  c.text("sub"),
		Issuer:   c.text("iss"),
		Scheme:   v.cfg.Scheme,
		Scopes:   c.scopes(),
		Audience: c.list("aud"),
		Expires:  c.time("exp"),
		Claims:   c.all,
	}
	notBefore := c.time("nbf")
	if c.wrong != "" {
		return Principal{}, &TokenError{Reason: ReasonMalformed, Detail: c.wrong}
	}
	if err := v.checkClaims(p, notBefore, now); err != nil {
		return Principal{}, err
	}
	return p, nil
}

func (v *JWT) checkClaims(p Principal, notBefore, now time.Time) error {
	refuse := func(reason Reason, format string, args ...any) error {
		return &TokenError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
	}
	switch {
	case p.Issuer != v.cfg.Issuer:
		return refuse(ReasonIssuer, "%.200q, want %q", p.Issuer, v.cfg.Issuer)
	case !slices.Contains(p.Audience, v.cfg.Audience):
		return refuse(ReasonAudience, "%.200q, want %q", p.Audience, v.cfg.Audience)
	case p.Subject == "":
		return refuse(ReasonSubject, "no claim sub")
	case p.Expires.IsZero():
		return refuse(ReasonMalformed, "no claim exp")
	case !now.Before(p.Expires.Add(v.cfg.Leeway)):
		return refuse(ReasonExpired, "since %s", p.Expires.UTC().Format(time.RFC3339))
	case now.Add(v.cfg.Leeway).Before(notBefore):
		return refuse(ReasonNotYetValid, "until %s", notBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

// claims reads typed values and remembers the first that has the wrong type.
type claims struct {
	all   map[string]any
	wrong string
}

func (c *claims) is(ok bool, name, want string) {
	if !ok && c.wrong == "" {
		c.wrong = "claim " + name + " is not " + want
	}
}

func (c *claims) text(name string) string {
	value, present := c.all[name]
	s, ok := value.(string)
	c.is(ok || !present, name, "a string")
	return s
}

// list reads one string or an array of strings (RFC 7519 section 4.1.3).
func (c *claims) list(name string) []string {
	value, present := c.all[name]
	if s, ok := value.(string); ok {
		return []string{s}
	}
	array, ok := value.([]any)
	c.is(ok || !present, name, "a string or an array")
	list := make([]string, 0, len(array))
	for _, element := range array {
		s, ok := element.(string)
		c.is(ok, name, "an array of strings")
		list = append(list, s)
	}
	return list
}

// scopes reads "scope", the list with spaces of RFC 9068 section 2.2.3, or "scp", which some issuers send in its place.
func (c *claims) scopes() []string {
	if _, present := c.all["scope"]; present {
		return strings.Fields(c.text("scope"))
	}
	if s, ok := c.all["scp"].(string); ok {
		return strings.Fields(s)
	}
	return c.list("scp")
}

// endOfTime is the last second of the year 9999: beyond it times can't be written any more.
const endOfTime = 253402300799

// time reads seconds since 1970, possibly with a fraction (RFC 7519 section 2). An absent claim is the zero time.
func (c *claims) time(name string) time.Time {
	value, present := c.all[name]
	if !present {
		return time.Time{}
	}
	seconds, ok := value.(float64)
	if ok = ok && seconds >= 0 && seconds <= endOfTime; !ok {
		c.is(false, name, "a time (RFC 7519 section 2)")
		return time.Time{}
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9))
}
