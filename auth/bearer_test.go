package auth_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vade-go/vade/auth"
)

func TestBearerTakesTheTokenOfRFC6750AndNothingElse(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Bearer abc":              "abc",
		"bearer abc":              "abc",
		"BEARER   abc":            "abc",
		"Bearer aZ0-._~+/=":       "aZ0-._~+/=",
		"Bearer mF_9.B5f-4.1JqM":  "mF_9.B5f-4.1JqM", // of RFC 6750 section 2.1
		"Bearer a==":              "a==",
		"":                        "none",
		"Basic YTpi":              "none",
		"Bear abc":                "none",
		"Bearerabc":               "none",
		" Bearer abc":             "none",
		"Bearer":                  "malformed",
		"Bearer ":                 "malformed",
		"Bearer\tabc":             "malformed",
		"Bearer a b":              "malformed",
		"Bearer abc ":             "malformed",
		"Bearer abc,Bearer def":   "malformed",
		"Bearer \"abc\"":          "malformed",
		"Bearer ==":               "malformed",
		"Bearer a=b":              "malformed",
		"Bearer tökén":            "malformed",
		"Bearer abc\r\nX: y":      "malformed",
		"Bearer " + long(1):       "too-large",
		"Bearer " + long(0):       long(0),
		"Bearer " + long(1) + " ": "too-large",
	} {
		token, err := auth.Bearer(header)
		got := token
		if refused, ok := errors.AsType[*auth.TokenError](err); ok {
			got = string(refused.Reason)
		} else if errors.Is(err, auth.ErrNoToken) {
			got = "none"
		}
		if got != want {
			t.Errorf("%.40q: got %.40q, %v, want %.40q", header, token, err, want)
		}
	}
}

func long(more int) string { return strings.Repeat("a", auth.MaxToken+more) }

func TestTheChallengeSaysWhatTheCallerMustBring(t *testing.T) {
	t.Parallel()
	expired := fmt.Errorf("booking: %w", &auth.TokenError{Reason: auth.ReasonExpired, Detail: "private"})
	scopes := []string{"bookings:read", "bookings:write"}
	for name, c := range map[string]struct {
		err    error
		realm  string
		scopes []string
		want   string
	}{
		"nothing known":     {nil, "", nil, `Bearer`},
		"no token":          {auth.ErrNoToken, "airline", scopes, `Bearer realm="airline", scope="bookings:read bookings:write"`},
		"refused":           {expired, "airline", nil, `Bearer realm="airline", error="invalid_token", error_description="the token has expired"`},
		"refused by others": {auth.ErrToken, "", nil, `Bearer error="invalid_token"`},
		"unknown reason":    {&auth.TokenError{Reason: "moon"}, "", nil, `Bearer error="invalid_token"`},
		"missing scope": {&auth.ScopeError{Missing: scopes[1:]}, "a", scopes,
			`Bearer realm="a", error="insufficient_scope", error_description="a scope is missing", scope="bookings:read bookings:write"`},
		"no keys":       {auth.ErrKeys, "airline", scopes, ``},
		"another error": {errors.New("disk on fire"), "airline", scopes, ``},
		"hostile realm": {nil, "a\"b\\c\r\nX: y", nil, `Bearer realm="a\"b\\cX: y"`},
		"hostile scope": {nil, "", []string{"a", "b c", `d"`, "\n"}, `Bearer scope="a"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := auth.Challenge(c.err, c.realm, c.scopes); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestEveryReasonHasADescription(t *testing.T) {
	t.Parallel()
	for _, reason := range []auth.Reason{
		auth.ReasonTooLarge, auth.ReasonMalformed, auth.ReasonAlgorithm, auth.ReasonType, auth.ReasonUnknownKey, auth.ReasonSignature,
		auth.ReasonIssuer, auth.ReasonAudience, auth.ReasonSubject, auth.ReasonExpired, auth.ReasonNotYetValid,
	} {
		if got := auth.Challenge(&auth.TokenError{Reason: reason}, "", nil); !strings.Contains(got, "error_description=") {
			t.Errorf("%s: %s", reason, got)
		}
	}
}

func TestATokenTravelsWithTheContext(t *testing.T) {
	t.Parallel()
	if got := auth.TokenFromContext(t.Context()); got != "" {
		t.Errorf("got %q from nowhere", got)
	}
	if got := auth.TokenFromContext(auth.WithToken(t.Context(), "abc")); got != "abc" {
		t.Errorf("got %q", got)
	}
}

func TestThePrincipalTravelsWithTheContext(t *testing.T) {
	t.Parallel()
	if got := auth.PrincipalFromContext(t.Context()); !got.Anonymous() {
		t.Errorf("got %+v from nowhere", got)
	}
	type key struct{}
	ctx := context.WithValue(auth.WithCaller(t.Context(), "abc", auth.Principal{Subject: "ada"}), key{}, 1)
	if got := auth.PrincipalFromContext(ctx); got.Subject != "ada" || auth.TokenFromContext(ctx) != "abc" {
		t.Errorf("got %+v", got)
	}
	ctx = auth.WithToken(ctx, "another")
	if got := auth.PrincipalFromContext(ctx); got.Subject != "ada" || auth.TokenFromContext(ctx) != "another" {
		t.Errorf("got %+v", got)
	}
}

func FuzzBearer(f *testing.F) {
	f.Add("Bearer abc")
	f.Add("bearer  a=")
	f.Add("Bearer\x00")
	f.Fuzz(func(t *testing.T, header string) {
		token, err := auth.Bearer(header)
		if (err == nil) != (token != "") {
			t.Errorf("token %q with error %v", token, err)
		}
		if err != nil {
			return
		}
		if again, err := auth.Bearer("Bearer " + token); err != nil || again != token {
			t.Errorf("%q became %q, %v", token, again, err)
		}
	})
}

func FuzzChallenge(f *testing.F) {
	f.Add("airline", "a b")
	f.Add("\"\\\r\n", "\x7f\"")
	f.Fuzz(func(t *testing.T, realm, scope string) {
		got := auth.Challenge(nil, realm, []string{scope})
		for i := range len(got) {
			if got[i] < ' ' || got[i] > '~' {
				t.Errorf("%q is no header value", got)
			}
		}
		if quotes := strings.Count(got, `"`) - strings.Count(got, `\"`); strings.Count(realm, `\`) == 0 && quotes%2 != 0 {
			t.Errorf("a quote is open in %q", got)
		}
	})
}
