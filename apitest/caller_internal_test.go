package apitest

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/auth"
)

func TestATokenIsThePrincipal(t *testing.T) {
	t.Parallel()
	p := Principal{
		Subject: "ada", Issuer: "https://issuer", Scheme: "shop", Scopes: []string{"a", "b:c"}, Audience: []string{"shop"},
		Expires: time.Now().Add(time.Hour).UTC().Round(0), Claims: map[string]any{"tenant": "acme", "level": 3.0},
	}
	tokens := newTokens()
	token, err := tokens.issue(p)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tokens.Verify(t.Context(), token); err != nil || !reflect.DeepEqual(got, p) {
		t.Errorf("got %+v, %v", got, err)
	}
	if bearer, err := auth.Bearer("Bearer " + token); err != nil || bearer != token {
		t.Errorf("it is no bearer token: %v", err)
	}
	if _, err := newTokens().Verify(t.Context(), token); !errors.Is(err, auth.ErrToken) {
		t.Errorf("another test accepts it: %v", err)
	}
	payload := "e30" // {}
	for _, bad := range []string{payload + "x." + tokens.sign(payload), "%%." + tokens.sign("%%")} {
		if _, err := tokens.Verify(t.Context(), bad); !errors.Is(err, auth.ErrToken) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func FuzzToken(f *testing.F) {
	tokens := newTokens()
	good, err := tokens.issue(Principal{Subject: "ada"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, "", ".", "a.b", strings.ToUpper(good), good + "."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		p, err := tokens.Verify(t.Context(), token)
		if token != good && (!errors.Is(err, auth.ErrToken) || !reflect.DeepEqual(p, Principal{})) {
			t.Errorf("%q is %+v, %v", token, p, err)
		}
	})
}
