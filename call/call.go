package call

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
)

// Invocation is one typed call of an operation, ready for either way of travelling.
type Invocation struct {
	Service   string // the service that is called
	Operation string // "bookings.get"
	Method    string // of HTTP
	In        any    // the typed input, a value
	// Out receives the typed output of a local call.
	Out func(v any) error
	// Encode makes the HTTP request of a remote call, relative to the base address of the service.
	Encode func(ctx context.Context, base *url.URL) (*http.Request, error)
	// Decode reads a successful HTTP answer. It does not close the body.
	Decode func(res *http.Response) error
	// Header travels with the call besides what every call carries; nil: nothing.
	Header http.Header
}

// Option is something more about one call. An error means that no call can be made with it.
type Option func(*Invocation) error

// MaxIdempotencyKey is how long an idempotency key is at most, in bytes.
const MaxIdempotencyKey = 255

// IdempotencyKey lets an operation that was declared with api.Idempotent be called again without being carried out again: after a
// failure that leaves open whether the first call arrived, the same input under the same key gets the result of the first. Key is 1 to
// 255 printable ASCII characters that nobody can guess and that stand for one thing to be done: a UUID, the id of an order.
func IdempotencyKey(key string) Option {
	return func(inv *Invocation) error {
		if key == "" || len(key) > MaxIdempotencyKey || strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' }) {
			return errors.New("call: an idempotency key has 1 to 255 printable ASCII characters")
		}
		if inv.Header == nil {
			inv.Header = make(http.Header, 1)
		}
		inv.Header.Set("Idempotency-Key", `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(key)+`"`)
		return nil
	}
}

// Transport carries invocations to a service.
type Transport interface {
	// Invoke performs the call and fills its output. A failure is an [*Error]; what the other side declared is a
	// *problem.Problem inside. The other side sees the end of ctx and its deadline. A call over HTTP ends with ctx, one
	// inside the process when the other side's handler heeds it.
	Invoke(ctx context.Context, inv *Invocation) error
}

// Conn is a connection to a service, declared before the program starts and bound when it does. It is safe for
// concurrent use.
type Conn struct {
	service   string
	transport atomic.Pointer[Transport]
}

// NewConn returns a connection that is not bound yet.
func NewConn(service string) *Conn { return &Conn{service: service} }

// Service is the name of the service at the other end.
func (c *Conn) Service() string { return c.service }

// Bind gives the connection its way to the service.
func (c *Conn) Bind(t Transport) { c.transport.Store(&t) }

// Invoke performs one call. A connection that was never bound refuses with [ErrNotConnected].
func (c *Conn) Invoke(ctx context.Context, inv *Invocation) error {
	t := c.transport.Load()
	if t == nil {
		return fmt.Errorf("call: %s: %w", inv.Operation, ErrNotConnected)
	}
	return (*t).Invoke(ctx, inv)
}
