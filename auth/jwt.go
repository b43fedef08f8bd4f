package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	defaultLeeway    = 30 * time.Second
	defaultCacheSize = 10_000
)

// acceptable are the algorithms of RFC 7518 and RFC 8037 that need a public key. Whatever isn't here can't be configured.
var acceptable = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// JWT verifies signed JSON Web Tokens (RFC 7519), among them the access tokens of RFC 9068. It is a [Verifier].
type JWT struct {
	keys       KeySource
	cfg        VerifierConfig
	algorithms []jose.SignatureAlgorithm
	verified   *cache
}

// NewVerifier returns a verifier of the tokens that cfg describes, signed with a key of keys. It does no I/O: the keys are
// asked for when the first token arrives. All that is wrong with cfg comes back joined.
func NewVerifier(keys KeySource, cfg VerifierConfig) (*JWT, error) {
	v := &JWT{keys: keys, cfg: cfg, algorithms: []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA}}
	if cfg.Algorithms != nil {
		v.algorithms = nil
	}
	for _, name := range cfg.Algorithms {
		v.algorithms = append(v.algorithms, jose.SignatureAlgorithm(name))
	}
	switch {
	case cfg.Leeway == 0:
		v.cfg.Leeway = defaultLeeway
	case cfg.Leeway < 0:
		v.cfg.Leeway = 0
	}
	switch {
	case cfg.CacheSize == 0:
		v.verified = newCache(defaultCacheSize)
	case cfg.CacheSize > 0:
		v.verified = newCache(cfg.CacheSize)
	}
	if err := v.check(); err != nil {
		return nil, err
	}
	return v, nil
}

func (v *JWT) check() error {
	var errs []error
	require := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("auth: verifier: "+format, args...))
		}
	}
	require(v.keys != nil, "no key source")
	require(v.cfg.Issuer != "", "no issuer")
	require(v.cfg.Audience != "", "no audience")
	require(len(v.algorithms) > 0, "no algorithm")
	for _, a := range v.algorithms {
		require(slices.Contains(acceptable, a), "algorithm %q is not accepted: it needs a public key (RFC 7518 section 3.1)", a)
	}
	return errors.Join(errs...)
}

// Verify returns whom the token identifies.
//
// It checks the signature against the allow-list of algorithms and the keys of the issuer, the header "typ" ("JWT", "at+jwt"
// or none), and the claims iss, aud, sub, exp, all of them required, and nbf. A token that was verified before costs a hash,
// until it expires or the key set changes.
func (v *JWT) Verify(ctx context.Context, token string) (Principal, error) {
	if len(token) > MaxToken {
		return Principal{}, &TokenError{Reason: ReasonTooLarge}
	}
	if v.verified == nil {
		p, _, err := v.verify(ctx, token)
		return p, err
	}
	var room [1 << 10]byte // most tokens fit, which spares an allocation
	digest := sha256.Sum256(append(room[:0], token...))
	if e, ok := v.verified.get(digest, time.Now().Add(-v.cfg.Leeway)); ok {
		set, err := v.keys.Keys(ctx, "")
		if err != nil {
			return Principal{}, err
		}
		if set == e.set {
			return e.principal, nil
		}
	}
	p, set, err := v.verify(ctx, token)
	if err != nil {
		return Principal{}, err
	}
	if len(token) <= worthKeeping {
		v.verified.put(digest, entry{set: set, principal: p})
	}
	return p, nil
}

// worthKeeping is the length in bytes of the longest token whose claims are kept in memory.
const worthKeeping = 4 << 10

// verify does the whole work, and returns the key set that it was done with.
func (v *JWT) verify(ctx context.Context, token string) (Principal, *KeySet, error) {
	if !isCanonical(token) {
		return Principal{}, nil, &TokenError{Reason: ReasonMalformed}
	}
	signed, err := jose.ParseSignedCompact(token, v.algorithms)
	if err != nil {
		reason := ReasonMalformed
		if _, ok := errors.AsType[*jose.ErrUnexpectedSignatureAlgorithm](err); ok {
			reason = ReasonAlgorithm
		}
		return Principal{}, nil, &TokenError{Reason: reason}
	}
	header := signed.Signatures[0].Protected
	if err := checkHeader(header); err != nil {
		return Principal{}, nil, err
	}
	set, err := v.keys.Keys(ctx, header.KeyID)
	if err != nil {
		return Principal{}, nil, err
	}
	payload, err := verifySignature(signed, set.candidates(header.KeyID, header.Algorithm))
	if err != nil {
		return Principal{}, nil, err
	}
	p, err := v.principal(payload, time.Now())
	return p, set, err
}

// isCanonical reports whether the parts of a token are base64url in the one way in which it is written (RFC 7515, section 2):
// decoders ignore line breaks and the bits that the last character has too many, so that one token could have many spellings.
func isCanonical(token string) bool {
	for part := range strings.SplitSeq(token, ".") {
		if strings.ContainsAny(part, "\r\n") {
			return false
		}
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return false
		}
	}
	return true
}

// checkHeader refuses tokens that are meant for something else, such as "logout+jwt" or "dpop+jwt" (RFC 8725 section 3.11),
// and those that can only be understood with an extension ("crit", RFC 7515 section 4.1.11).
func checkHeader(h jose.Header) error {
	if _, ok := h.ExtraHeaders["crit"]; ok {
		return &TokenError{Reason: ReasonMalformed}
	}
	typ, ok := h.ExtraHeaders[jose.HeaderType]
	if !ok {
		return nil
	}
	name, _ := typ.(string)
	name = strings.ToLower(name)
	if name = strings.TrimPrefix(name, "application/"); name != "jwt" && name != "at+jwt" {
		return &TokenError{Reason: ReasonType}
	}
	return nil
}

// maxTries bounds the signature checks that one token without a kid can cost.
const maxTries = 8

func verifySignature(signed *jose.JSONWebSignature, candidates []any) (payload []byte, err error) {
	if len(candidates) == 0 {
		return nil, &TokenError{Reason: ReasonUnknownKey}
	}
	for _, key := range candidates[:min(len(candidates), maxTries)] {
		if payload, err = signed.Verify(key); err == nil {
			return payload, nil
		}
	}
	return nil, &TokenError{Reason: ReasonSignature}
}
