package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// MaxAnswer is the largest answer, in bytes, that [Contract.Call] accepts from another process.
const MaxAnswer = 32 << 20

// Contract is an operation as a value that both sides share: the service that offers it gives it to [Serve], every service
// that needs it uses Call. Contracts are package variables of a small contract package; they hold no state that changes
// and are safe for concurrent use.
type Contract[In, Out any] struct {
	method, path string
	options      []Option
	codec        func() (*codec, error)
}

// Define returns the contract of one operation. Path is the whole path, "/flights/{id}"; the options are part of the contract:
// what it requires of the caller and how it may fail. Mistakes are reported where the contract is served.
func Define[In, Out any](method, path string, options ...Option) *Contract[In, Out] {
	return &Contract[In, Out]{
		method: method, path: path, options: options,
		codec: sync.OnceValues(func() (*codec, error) { return newCodec(reflect.TypeFor[In](), method, path) }),
	}
}

// Operation names the operation by its method and path: "GET /flights/{id}".
func (c *Contract[In, Out]) Operation() string { return c.method + " " + c.path }

// Serve declares that the service answers the contract with h. The options of a group apply before, further ones after those
// of the contract; a prefix of the group does not, since the contract says the whole path.
func Serve[In, Out any](s operation.Scope, contract *Contract[In, Out], h func(context.Context, In) (Out, error), options ...Option) {
	if g, ok := s.(*Router); ok {
		s = &Router{Scope: g.Scope, options: g.options}
	}
	add(s, contract.method, contract.path, h, append(append([]Option{}, contract.options...), options...))
}

// Call performs the operation on the service at the other end of conn, in this process or over HTTP. The zero Out comes with
// every error. See package call for what travels along, which errors come back, and the options.
func (c *Contract[In, Out]) Call(ctx context.Context, conn *call.Conn, in In, options ...call.Option) (Out, error) {
	var out, zero Out
	if w, ok := any(out).(interface{ uncallable() error }); ok {
		return out, w.uncallable()
	}
	inv := &call.Invocation{
		Service: conn.Service(), Operation: c.Operation(), Method: c.method, In: in,
		Out: func(v any) error {
			typed, ok := v.(Out)
			if !ok {
				return fmt.Errorf("api: %s %s answered %T, and the contract says %T", c.method, c.path, v, out)
			}
			out = typed
			return nil
		},
		Encode: func(ctx context.Context, base *url.URL) (*http.Request, error) {
			codec, err := c.codec()
			if err != nil {
				return nil, err
			}
			return codec.request(ctx, base, reflect.ValueOf(in))
		},
		Decode: func(res *http.Response) error { return decodeInto(res, &out) },
	}
	for _, option := range options {
		if err := option(inv); err != nil {
			return zero, &call.Error{Operation: inv.Operation, Err: err}
		}
	}
	if err := conn.Invoke(ctx, inv); err != nil {
		return zero, err
	}
	return out, nil
}

func decodeInto[Out any](res *http.Response, out *Out) error {
	decode := func(to any) error {
		return json.UnmarshalRead(io.LimitReader(res.Body, MaxAnswer), to, jsonOptions)
	}
	a, ok := any(*out).(answer)
	if !ok {
		return decode(out)
	}
	v, err := a.receive(res, decode)
	if err != nil {
		return err
	}
	*out = v.(Out)
	return nil
}

// codec is the compiled way from an input value to a request.
type codec struct {
	method, path string
	binder       *binder
}

func newCodec(in reflect.Type, method, path string) (*codec, error) {
	b, err := newBinder(schema.NewCompiler(), in, method, path)
	if err != nil {
		return nil, err
	}
	b.fields = nil
	return &codec{method: method, path: path, binder: b}, nil
}

type connKey struct{ service string }

// connection is the declaration that one service calls another.
type connection struct{ conn *call.Conn }

// Connect declares that the service calls another one and returns the connection, which is bound when the program starts:
// to the other service itself when it runs in the same process, to its address otherwise.
func Connect(s operation.Scope, service string) *call.Conn {
	return s.Declare(connKey{service}, func() operation.Part {
		return &connection{conn: call.NewConn(service)}
	}).(*connection).conn
}

// Describe writes the dependency into the manifest.
func (c *connection) Describe(d *operation.Description) error {
	d.Service.Calls = append(d.Service.Calls, c.conn.Service())
	return nil
}

// Open binds the connection.
func (c *connection) Open(_ context.Context, env *operation.Env) error {
	t, err := env.Peers.Transport(c.conn.Service())
	if err != nil {
		return fmt.Errorf("api: connect %s to %s: %w", env.Service, c.conn.Service(), err)
	}
	c.conn.Bind(t)
	return nil
}

// IsNotFound reports whether err says that what was asked for does not exist, whichever side said so.
func IsNotFound(err error) bool { return errors.Is(err, problem.NotFound()) }
