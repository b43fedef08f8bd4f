package call

import (
	"context"
	"errors"
	"fmt"

	"github.com/vade-go/vade/problem"
)

// ErrNotConnected is returned by a call before the program has bound its connection: the service that declared it was not
// started.
var ErrNotConnected = errors.New("the connection is not bound: the service that declared it was not started")

// Error is a call that failed. The problem inside is the other service's answer to this one: it tells the caller's own callers
// only what the caller has declared for them too.
type Error struct {
	Operation string // "GET /flights/{id}"
	Err       error
}

// Error names the operation and the reason.
func (e *Error) Error() string { return "call: " + e.Operation + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// failed returns the error of a call: nil if err is.
func failed(operation string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, problem.Timeout()) && !errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("%w: %w", err, context.DeadlineExceeded) // whichever side looked at the clock first
	}
	return &Error{operation, err}
}

// ended is why a call failed whose context has ended, the same however the call travels.
func ended(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", problem.Timeout(), ctx.Err())
	}
	return ctx.Err()
}
