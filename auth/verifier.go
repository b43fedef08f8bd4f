package auth

import (
	"context"
	"time"
)

// Verifier turns a token into the principal that it identifies.
//
// The error is a [*TokenError] when the token is refused, or [ErrKeys], possibly wrapped, when nothing can be said about it
// now. Cancelling ctx ends a wait for keys. Verifiers are safe for concurrent use.
type Verifier interface {
	Verify(ctx context.Context, token string) (Principal, error)
}

// VerifierConfig says which tokens are good.
type VerifierConfig struct {
	Scheme     string        // what Principal.Scheme says; any text
	Issuer     string        // the value that "iss" must have; required
	Audience   string        // a value that "aud" must hold; required
	Algorithms []string      // accepted signatures; nil: RS256, ES256, EdDSA; never "none" nor a shared secret (HS256, …)
	Leeway     time.Duration // how far clocks may be apart; 0: 30 seconds; negative: not at all
	CacheSize  int           // verified tokens kept; 0: 10,000; negative: none
}
