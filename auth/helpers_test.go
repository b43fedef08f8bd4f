package auth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/auth"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	issuer   = "https://issuer.example/"
	audience = "airline"
)

// signingKey is a private key of the issuer.
type signingKey struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

func ecKey(t testing.TB, id string) signingKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signingKey{id: id, algorithm: jose.ES256, private: private}
}

func edKey(t testing.TB, id string) signingKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signingKey{id: id, algorithm: jose.EdDSA, private: private}
}

func rsaKey(t testing.TB, id string) signingKey {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signingKey{id: id, algorithm: jose.RS256, private: private}
}

// jwks is the set of the public keys.
func jwks(t testing.TB, keys ...signingKey) []byte {
	t.Helper()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Algorithm: string(k.algorithm), Use: "sig"})
	}
	data, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// claims are those of a good token, changed by the pairs given; a nil value removes a claim.
func claims(changes ...any) map[string]any {
	c := map[string]any{
		"iss": issuer, "aud": audience, "sub": "alice", "exp": time.Now().Add(time.Hour).Unix(), "scope": "bookings:read bookings:write",
	}
	for i := 0; i < len(changes); i += 2 {
		if name := changes[i].(string); changes[i+1] == nil {
			delete(c, name)
		} else {
			c[name] = changes[i+1]
		}
	}
	return c
}

// sign makes a token with the header fields given, beside alg and kid.
func (k signingKey) sign(t testing.TB, c map[string]any, header ...any) string {
	t.Helper()
	payload, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return signRaw(t, k.algorithm, jose.JSONWebKey{Key: k.private, KeyID: k.id}, payload, header...)
}

func signRaw(t testing.TB, algorithm jose.SignatureAlgorithm, key any, payload []byte, header ...any) string {
	t.Helper()
	options := new(jose.SignerOptions)
	for i := 0; i < len(header); i += 2 {
		options.WithHeader(jose.HeaderKey(header[i].(string)), header[i+1])
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func static(t testing.TB, keys ...signingKey) auth.KeySource {
	t.Helper()
	source, err := auth.StaticKeys(jwks(t, keys...))
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func verifier(t testing.TB, keys auth.KeySource) *auth.JWT {
	t.Helper()
	v, err := auth.NewVerifier(keys, auth.VerifierConfig{Scheme: "airline", Issuer: issuer, Audience: audience})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// wantReason verifies the token twice, the second time perhaps from the cache, and checks why it is refused; "" is not at all.
func wantReason(t *testing.T, v auth.Verifier, token string, want auth.Reason) {
	t.Helper()
	for range 2 {
		p, err := v.Verify(context.Background(), token)
		if want == "" {
			if err != nil || p.Subject != "alice" {
				t.Errorf("refused: %v", err)
			}
			continue
		}
		refused, ok := errors.AsType[*auth.TokenError](err)
		if !ok || refused.Reason != want || !errors.Is(err, auth.ErrToken) {
			t.Errorf("got %v, want it refused for %s", err, want)
		}
		if !p.Anonymous() {
			t.Errorf("refused, and yet it is %s", p.Subject)
		}
	}
}
