package auth

import (
	"errors"
	"strings"
)

var (
	// ErrNoToken says that the caller sent no bearer token.
	ErrNoToken = errors.New("auth: no bearer token")
	// ErrToken is what every [*TokenError] is: the token was sent and refused.
	ErrToken = errors.New("auth: token refused")
	// ErrKeys says that the keys of the issuer can't be had right now, so that nothing is known about the token. It is
	// temporary and no fault of the caller.
	ErrKeys = errors.New("auth: no keys")
)

// Reason says why a token was refused.
type Reason string

// The reasons of a [*TokenError].
const (
	ReasonTooLarge    Reason = "too-large"     // longer than MaxToken
	ReasonMalformed   Reason = "malformed"     // not a signed JSON Web Token (RFC 7519) with sound claims
	ReasonAlgorithm   Reason = "algorithm"     // signed in a way that isn't accepted: "none", a shared secret, …
	ReasonType        Reason = "type"          // some other kind of token, by its header "typ"
	ReasonUnknownKey  Reason = "unknown-key"   // the issuer has no such key
	ReasonSignature   Reason = "signature"     // not signed by the issuer
	ReasonIssuer      Reason = "issuer"        // of another issuer
	ReasonAudience    Reason = "audience"      // for somebody else
	ReasonSubject     Reason = "subject"       // says not whom it identifies
	ReasonExpired     Reason = "expired"       // too late
	ReasonNotYetValid Reason = "not-yet-valid" // too early
)

var descriptions = map[Reason]string{
	ReasonTooLarge:    "the token is too large",
	ReasonMalformed:   "the token is malformed",
	ReasonAlgorithm:   "the token is signed with an algorithm that is not accepted",
	ReasonType:        "the token is of another type",
	ReasonUnknownKey:  "the token is signed with an unknown key",
	ReasonSignature:   "the signature is wrong",
	ReasonIssuer:      "the token is from another issuer",
	ReasonAudience:    "the token is for another audience",
	ReasonSubject:     "the token names no subject",
	ReasonExpired:     "the token has expired",
	ReasonNotYetValid: "the token is not valid yet",
}

// TokenError is a refused token. It is [ErrToken] for [errors.Is].
type TokenError struct {
	Reason Reason
	// Detail is for the log of the service, not for the caller: what a claim says and what it should say. It is empty until
	// the signature was verified, so that no stranger writes into the log.
	Detail string
}

func (e *TokenError) Error() string {
	if e.Detail == "" {
		return "auth: token refused: " + string(e.Reason)
	}
	return "auth: token refused: " + string(e.Reason) + ": " + e.Detail
}

// Is reports whether target is [ErrToken].
func (e *TokenError) Is(target error) bool { return target == ErrToken }

// ScopeError says that a known caller may not do this.
type ScopeError struct {
	Missing []string // the scopes that were required and not granted, never empty
}

func (e *ScopeError) Error() string { return "auth: missing scope: " + strings.Join(e.Missing, " ") }
