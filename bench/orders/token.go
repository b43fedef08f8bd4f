package orders

import (
	"crypto/rand"
	"crypto/rsa"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"
)

const (
	issuer   = "https://issuer.example"
	audience = "shop"
	scope    = "orders:write"
	keyID    = "k1"
)

// key signs the tokens of this process. It is made once and never leaves it.
var key = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // no randomness, no process
	}
	return k
})

// jwks is the public half as a JWK set.
func jwks() []byte {
	set, err := json.Marshal(map[string]any{"keys": []jose.JSONWebKey{
		{Key: &key().PublicKey, KeyID: keyID, Algorithm: "RS256", Use: "sig"},
	}})
	if err != nil {
		panic(err) // a key of our own has a form
	}
	return set
}

// Token is a bearer token for the stacks that ask for one, good for an hour.
func Token() (string, error) {
	now := time.Now()
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": issuer, "aud": audience, "sub": "alice", "scope": scope, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"client_id": "bench", "jti": rand.Text(),
	})
	t.Header["kid"] = keyID
	return t.SignedString(key())
}
