package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// KeySource knows the public keys of an issuer.
//
//   - Keys returns the set in force. It is called for every token and is cheap when nothing changed.
//   - The same keys come back as the same pointer: a new pointer makes the verifier forget what it verified before.
//   - A kid that isn't empty and isn't in the set makes the source look for new keys, as often as its cool-down lets it.
//     Not finding it is no error.
//   - When there are no keys the error is [ErrKeys], possibly wrapped.
//   - Cancelling ctx ends the wait, not a fetch that others wait for.
//   - It is safe for concurrent use.
type KeySource interface {
	Keys(ctx context.Context, kid string) (*KeySet, error)
}

// KeySet is an immutable set of public keys (RFC 7517 section 5).
type KeySet struct{ keys []jose.JSONWebKey }

// ParseKeySet reads a JWK set. Keys that can't verify a signature here are left out, as RFC 7517 section 5 asks: unknown
// types, encryption keys, RSA below 2048 bits, and shared secrets, which are never accepted. Of a private key the public half
// is kept. A set without any usable key is no error.
func ParseKeySet(jwks []byte) (*KeySet, error) {
	set, err := parseKeySet(jwks)
	if err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	return set, nil
}

func parseKeySet(jwks []byte) (*KeySet, error) {
	var doc struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(jwks, &doc); err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	if doc.Keys == nil {
		return nil, errors.New(`key set: no member "keys" (RFC 7517 section 5)`)
	}
	set := new(KeySet)
	for _, raw := range doc.Keys {
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(raw); err != nil {
			continue
		}
		if key = key.Public(); key.Use != "enc" && verifies(key.Key) {
			set.keys = append(set.keys, key)
		}
	}
	return set, nil
}

const minRSABits = 2048 // RFC 7518 section 3.3

func verifies(public any) bool {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= minRSABits
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false
}

// Len returns the number of keys.
func (s *KeySet) Len() int { return len(s.keys) }

// Has reports whether a key has the identifier kid.
func (s *KeySet) Has(kid string) bool {
	for i := range s.keys {
		if s.keys[i].KeyID == kid {
			return true
		}
	}
	return false
}

// candidates returns the keys that may have signed with the algorithm: those with the kid, or all when the token names none.
func (s *KeySet) candidates(kid, algorithm string) []any {
	var found []any
	for i := range s.keys {
		k := &s.keys[i]
		if (kid == "" || k.KeyID == kid) && (k.Algorithm == "" || k.Algorithm == algorithm) && fits(k.Key, algorithm) {
			found = append(found, k.Key)
		}
	}
	return found
}

// fits reports whether a key of this type can have made a signature of the algorithm.
func fits(public any, algorithm string) bool {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return algorithm[:2] == "RS" || algorithm[:2] == "PS"
	case *ecdsa.PublicKey:
		return curves[algorithm] == k.Curve.Params().Name
	case ed25519.PublicKey:
		return algorithm == string(jose.EdDSA)
	}
	return false
}

var curves = map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}

type staticKeys struct{ set *KeySet }

// StaticKeys is a source of the keys in a JWK set that never changes. A set without a usable key is an error.
func StaticKeys(jwks []byte) (KeySource, error) {
	set, err := ParseKeySet(jwks)
	if err != nil {
		return nil, err
	}
	if set.Len() == 0 {
		return nil, errors.New("auth: key set: none of its keys can verify a signature")
	}
	return staticKeys{set}, nil
}

func (s staticKeys) Keys(context.Context, string) (*KeySet, error) { return s.set, nil }
