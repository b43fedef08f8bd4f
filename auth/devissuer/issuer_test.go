package devissuer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/auth/devissuer"
)

func open(t testing.TB, dir string) *devissuer.Issuer {
	t.Helper()
	issuer, err := devissuer.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return issuer
}

func verify(t testing.TB, keys auth.KeySource, token string) (auth.Principal, error) {
	t.Helper()
	v, err := auth.NewVerifier(keys, auth.VerifierConfig{Scheme: "airline", Issuer: devissuer.URL, Audience: "airline"})
	if err != nil {
		t.Fatal(err)
	}
	return v.Verify(t.Context(), token)
}

func TestATokenSaysWhatItWasAskedToSay(t *testing.T) {
	t.Parallel()
	issuer := open(t, filepath.Join(t.TempDir(), "deep", "auth"))
	token, err := issuer.Token(devissuer.Claims{
		Subject: "alice", Scopes: []string{"a", "b"}, Audience: []string{"airline", "bank"},
		Extra: map[string]any{"tenant": "t1", "sub": "root"},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := verify(t, auth.FileKeys(issuer.JWKSPath()), token)
	if err != nil {
		t.Fatal(err)
	}
	if p.Subject != "alice" || !p.Has("a") || !p.Has("b") || p.Issuer != devissuer.URL || p.Claims["tenant"] != "t1" {
		t.Errorf("got %+v", p)
	}
	if left := time.Until(p.Expires); left < 59*time.Minute || left > time.Hour {
		t.Errorf("it is good for %s", left)
	}
}

func TestATokenMayHaveExpiredAlready(t *testing.T) {
	t.Parallel()
	issuer := open(t, t.TempDir())
	token, err := issuer.Token(devissuer.Claims{Subject: "alice", Audience: []string{"airline"}, TTL: -time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	_, err = verify(t, auth.FileKeys(issuer.JWKSPath()), token)
	if refused, ok := errors.AsType[*auth.TokenError](err); !ok || refused.Reason != auth.ReasonExpired {
		t.Errorf("got %v", err)
	}
}

func TestATokenNeedsASubjectAndAnAudience(t *testing.T) {
	t.Parallel()
	issuer := open(t, t.TempDir())
	for _, c := range []devissuer.Claims{{Subject: "alice"}, {Audience: []string{"airline"}}} {
		if _, err := issuer.Token(c); err == nil {
			t.Errorf("%+v was signed", c)
		}
	}
	bad := devissuer.Claims{Subject: "alice", Audience: []string{"airline"}, Extra: map[string]any{"f": func() {}}}
	if _, err := issuer.Token(bad); err == nil {
		t.Error("a claim that is no JSON was signed")
	}
}

func TestTheKeySurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	token, err := open(t, dir).Token(devissuer.Claims{Subject: "alice", Audience: []string{"airline"}})
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, dir)
	keys, err := auth.StaticKeys(again.JWKS())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, keys, token); err != nil {
		t.Error(err)
	}
}

func TestOfManyThatOpenAtOnceOneKeyWins(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "auth")
	sets := make([]string, 20)
	var all sync.WaitGroup
	for i := range sets {
		all.Go(func() {
			issuer, err := devissuer.Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			sets[i] = string(issuer.JWKS())
		})
	}
	all.Wait()
	published, err := os.ReadFile(filepath.Join(dir, "jwks.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		if set != string(published) {
			t.Fatalf("two keys: %s and %s", set, published)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestThePrivateKeyIsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	issuer := open(t, dir)
	info, err := os.Stat(filepath.Join(dir, "issuer-key.json"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %s", info.Mode())
	}
	published, err := os.ReadFile(issuer.JWKSPath())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(published), `"d"`) {
		t.Error("the private key is published")
	}
}

func TestAFolderThatCanNotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := devissuer.Open(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file as folder: %v", err)
	}
	for _, data := range []string{"", "{}", `{"kty":"oct","k":"AAAA"}`, string(open(t, t.TempDir()).JWKS())} {
		path := filepath.Join(dir, "issuer-key.json")
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := devissuer.Open(dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("key file %q: %v", data, err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := devissuer.Open(b.TempDir()); err != nil {
			b.Fatal(err)
		}
	}
}

func Example() {
	dir, err := os.MkdirTemp("", "vade")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	issuer, err := devissuer.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := issuer.Token(devissuer.Claims{Subject: "alice", Scopes: []string{"bookings:read"}, Audience: []string{"airline"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := auth.NewVerifier(auth.FileKeys(issuer.JWKSPath()), auth.VerifierConfig{Issuer: devissuer.URL, Audience: "airline"})
	if err != nil {
		fmt.Println(err)
		return
	}
	caller, err := verifier.Verify(context.Background(), token)
	fmt.Println(caller.Subject, caller.Scopes, err)
	// Output: alice [bookings:read] <nil>
}
