package apitest

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vade-go/vade/auth"
)

// Principal is who calls: auth.Principal.
type Principal = auth.Principal

// tokens is the issuer of a test and its verifier: a token is a principal in JSON and a signature that only this test can make.
type tokens struct{ key []byte }

func newTokens() *tokens {
	t := &tokens{key: make([]byte, sha256.Size)}
	_, _ = rand.Read(t.key) // never fails
	return t
}

func (t *tokens) sign(payload string) string {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(payload))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (t *tokens) issue(p Principal) (string, error) {
	if p.Anonymous() {
		return "", errors.New("apitest: a principal has a subject; who has none calls by apitest.Anonymous()")
	}
	data, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("apitest: principal %s: %w", p.Subject, err)
	}
	payload := base64.RawURLEncoding.EncodeToString(data)
	token := payload + "." + t.sign(payload)
	if len(token) > auth.MaxToken {
		return "", fmt.Errorf("apitest: principal %s: a token of %d bytes, and the longest has %d", p.Subject, len(token), auth.MaxToken)
	}
	return token, nil
}

// Verify knows the principals of this test. It makes tokens an auth.Verifier.
func (t *tokens) Verify(_ context.Context, token string) (Principal, error) {
	payload, signature, ok := strings.Cut(token, ".")
	if !ok {
		return Principal{}, &auth.TokenError{Reason: auth.ReasonMalformed}
	}
	if !hmac.Equal([]byte(signature), []byte(t.sign(payload))) {
		return Principal{}, &auth.TokenError{Reason: auth.ReasonSignature}
	}
	var p Principal
	data, err := base64.RawURLEncoding.DecodeString(payload)
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	switch {
	case err != nil:
		return Principal{}, &auth.TokenError{Reason: auth.ReasonMalformed, Detail: err.Error()}
	case !p.Expires.IsZero() && !time.Now().Before(p.Expires):
		return Principal{}, &auth.TokenError{Reason: auth.ReasonExpired}
	}
	return p, nil
}
