package call

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
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
