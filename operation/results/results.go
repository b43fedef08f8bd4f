package results

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Limits of what is kept. They leave room for every engine of package store.
const (
	MaxBody   = 256 << 10 // bytes of the body of a result
	MaxHeader = 16 << 10  // bytes of the names and values of its headers
	MaxKey    = 200       // bytes of a key
)

// Errors of a [Store].
var (
	// ErrLost: the claim is not this run's any more. Its lease ended, and perhaps another run has it.
	ErrLost = errors.New("the claim is lost")
	// ErrFull: there is no room for one more claim.
	ErrFull = errors.New("there are too many claims")
)

// Store keeps claims and results by key: 1 to [MaxKey] bytes of ASCII letters, digits, '-' and '_'. A method that returns an error other
// than those named has perhaps done what it was asked, and perhaps not. When ctx ends a method returns its error promptly.
type Store interface {
	// Claim asks for the key. A nil Found says that the claim is the caller's from now on, for the time of its lease.
	Claim(ctx context.Context, key string, c Claim) (*Found, error)
	// Complete keeps the result of a claim for a time and ends the claim. It returns ErrLost when the token has the claim no more.
	Complete(ctx context.Context, key, token string, r Result, keep time.Duration) error
	// Release gives a claim up, as if it had never been. It returns ErrLost when the token has the claim no more.
	Release(ctx context.Context, key, token string) error
}

// Claim is who asks for a key.
type Claim struct {
	Token       string        // of this run, different for each
	Fingerprint string        // of what is asked for: the same for the same request
	Lease       time.Duration // how long the claim stands without being completed or released
}

// Found is what stands under a key already.
type Found struct {
	Fingerprint string  // of the request that came first
	Result      *Result // nil: it is still running; must not be changed
}

// Result is the answer of an operation, ready to be sent again.
type Result struct {
	Status int
	Header http.Header // that the operation has set; Content-Type is that of Body
	Body   []byte
	// Omitted says that the answer was too large to be kept. The operation has been carried out; status, headers and body are missing.
	Omitted bool
}

// Fitting returns the result if it is small enough to be kept, or else one that says that it was omitted.
func (r Result) Fitting() Result {
	if len(r.Body) > MaxBody || r.size()-len(r.Body) > MaxHeader {
		return Result{Omitted: true}
	}
	return r
}

// size is how many bytes body and headers take.
func (r Result) size() int {
	size := len(r.Body)
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	return size
}
