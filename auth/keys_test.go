package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/vade-go/vade/auth"
)

func TestKeysThatCanNotVerifyAreLeftOut(t *testing.T) {
	t.Parallel()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set, err := auth.ParseKeySet(marshal(t, map[string]any{"keys": []any{
		jose.JSONWebKey{Key: []byte("a shared secret of some length!!"), KeyID: "secret", Algorithm: "HS256"},
		jose.JSONWebKey{Key: &weak.PublicKey, KeyID: "weak"},
		jose.JSONWebKey{Key: private.Public(), KeyID: "encryption", Use: "enc"},
		map[string]string{"kty": "LATTICE", "kid": "future"},
		map[string]string{"kty": "EC", "kid": "broken", "crv": "P-256", "x": "AA", "y": "AA"},
		7,
		jose.JSONWebKey{Key: private, KeyID: "private"},
	}}))
	if err != nil {
		t.Fatal(err)
	}
	if set.Len() != 1 || !set.Has("private") || set.Has("secret") {
		t.Errorf("%d keys are left", set.Len())
	}
}

func TestWhatIsNoKeySetIsAnError(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "null", "[]", "{}", `{"keys":null}`, `{"keys":{}}`, `{"keys":[],"keys":[]}`, "<html>"} {
		if _, err := auth.ParseKeySet([]byte(data)); err == nil {
			t.Errorf("%q was accepted", data)
		}
	}
	if _, err := auth.StaticKeys([]byte(`{"keys":[]}`)); err == nil {
		t.Error("static keys without a key were accepted")
	}
	if set, err := auth.ParseKeySet([]byte(`{"keys":[]}`)); err != nil || set.Len() != 0 {
		t.Errorf("an issuer may have no keys: %v", err)
	}
}

func TestAKeyOfTheWrongTypeIsNotTried(t *testing.T) {
	t.Parallel()
	es := ecKey(t, "1")
	rs := rsaKey(t, "1") // the same identifier
	wantReason(t, verifier(t, static(t, rs, es)), es.sign(t, claims()), "")
	es384 := es
	es384.algorithm = jose.ES384 // a P-256 key with the label of another algorithm
	wantReason(t, verifier(t, static(t, es384)), es.sign(t, claims()), auth.ReasonUnknownKey)
}

func TestAFileIsReadAgainWhenItChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jwks.json")
	first, second := ecKey(t, "1"), ecKey(t, "2")
	synctest.Test(t, func(t *testing.T) {
		v := verifier(t, auth.FileKeys(path))
		old, fresh := first.sign(t, claims()), second.sign(t, claims())
		if _, err := v.Verify(t.Context(), old); !errors.Is(err, auth.ErrKeys) || !strings.Contains(err.Error(), path) {
			t.Errorf("no file: got %v, want an error that names it", err)
		}
		write(t, path, jwks(t, first))
		if _, err := v.Verify(t.Context(), old); !errors.Is(err, auth.ErrKeys) {
			t.Errorf("looked twice within a second: %v", err)
		}
		time.Sleep(time.Second)
		wantReason(t, v, old, "")
		wantReason(t, v, fresh, auth.ReasonUnknownKey)

		write(t, path, jwks(t, second))
		time.Sleep(time.Second)
		wantReason(t, v, fresh, "")
		wantReason(t, v, old, auth.ReasonUnknownKey) // was in the cache

		write(t, path, []byte("half a fi"))
		time.Sleep(time.Second)
		wantReason(t, v, fresh, "")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		wantReason(t, v, fresh, "")
	})
}

func TestAFileThatNeverHeldKeysIsNoReasonToPanic(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(path, []byte(`{"keys":[`), 0o600); err != nil {
		t.Fatal(err)
	}
	token := ecKey(t, "").sign(t, claims()) // names no key
	synctest.Test(t, func(t *testing.T) {
		v := verifier(t, auth.FileKeys(path))
		for range 3 {
			if _, err := v.Verify(t.Context(), token); !errors.Is(err, auth.ErrKeys) {
				t.Errorf("got %v", err)
			}
			time.Sleep(2 * time.Second)
		}
	})
}

func TestAFileThatHoldsNoKeysNamesItself(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jwks.json")
	for _, data := range []string{"", "{}", strings.Repeat(" ", 2<<20)} {
		write(t, path, []byte(data))
		_, err := verifier(t, auth.FileKeys(path)).Verify(t.Context(), ecKey(t, "1").sign(t, claims()))
		if !errors.Is(err, auth.ErrKeys) || !strings.Contains(err.Error(), path) {
			t.Errorf("%.10q: %v", data, err)
		}
	}
}

// write replaces a file as careful programs do, so that nobody reads half of it.
func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func FuzzParseKeySet(f *testing.F) {
	f.Add(jwks(f, ecKey(f, "1"), edKey(f, "2")))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"","e":""},{"kty":"oct","k":"AA"},{"kty":"EC","x5c":["AA"]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if set, err := auth.ParseKeySet(data); err == nil && set.Len() < 0 {
			t.Error("impossible")
		}
	})
}
