package operation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/internal/stopclock"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/telemetry"
)

// Door says how a call came in.
type Door string

// The doors of an operation.
const (
	DoorHTTP   Door = "http"   // a request over a socket
	DoorLocal  Door = "local"  // a typed call inside the process
	DoorEvents Door = "events" // a delivery by a broker
)

// Header reads the named values that travel with a call: HTTP headers, the headers of an event, the metadata of a local call.
// [http.Header] is one.
type Header interface {
	Get(key string) string
}

// Call is one run of an operation, from the door to the handler and back. It belongs to one goroutine.
type Call struct {
	Operation *manifest.Operation // what was declared; must not be changed
	Door      Door
	Header    Header              // never nil
	Request   *http.Request       // DoorHTTP only
	Body      io.Reader           // DoorHTTP only: of the request, which is read from here; nil: it has none
	Writer    http.ResponseWriter // DoorHTTP only: of the answer, for outputs that flow; all others are written when the plan is done
	In        reflect.Value       // addressable: the input being filled
	Place     any                 // where the handler's output goes: a pointer to its type
	Out       any                 // Place, once the handler has returned; nil before
	Encoded   *bytes.Buffer       // DoorHTTP: the body made of Out by the stage bind; nil: none
	Status    int                 // of a success, as HTTP; 0 is 200
	Begun     bool                // the answer has begun to flow: no other can take its place
	Attempt   int                 // DoorEvents: 1 for the first delivery
	Received  time.Time           // when the door saw it, from when its time is counted; zero: when it runs
	Hooks     *Hooks              // of the service; nil: none
	Reached   bool                // the handler was called
	Replayed  bool                // the answer is one of before, kept for an idempotency key

	reply   http.Header // what the answer carries besides its value
	context callContext
	run     telemetry.Run
	limited deadlineContext
	known   context.Context  // in which the caller is; nil: nobody was asked who he is
	silence *stopclock.Clock // nil: the operation does not stream
	outcome error            // of the plan
	taken   *taken           // nil: nothing

	ending sync.Mutex
	over   bool
	last   []func(error) // after the clean-ups
}

// taken is what dependencies and stages have taken during a call. Most calls take nothing.
type taken struct {
	memo     []resolved
	cleanups []func(error)
}

// take returns the place of what is taken.
func (c *Call) take() *taken {
	if c.taken == nil {
		c.taken = new(taken)
	}
	return c.taken
}

// Principal returns who calls: the anonymous principal before the stage authenticate, and where nobody is asked.
func (c *Call) Principal() auth.Principal {
	if c.known == nil {
		return auth.Principal{}
	}
	return auth.PrincipalFromContext(c.known)
}

// SetHeader sets a header of the answer. Doors without headers ignore it.
func (c *Call) SetHeader(key, value string) {
	if c.reply == nil {
		c.reply = make(http.Header, 2)
	}
	c.reply.Set(key, value)
}

// SetHeaders sets several headers of the answer. H stays the caller's.
func (c *Call) SetHeaders(h http.Header) {
	if len(h) == 0 {
		return
	}
	if c.reply == nil {
		c.reply = make(http.Header, len(h))
	}
	maps.Copy(c.reply, h)
}

// header returns a value that travels with the call; key is in the canonical form of [http.CanonicalHeaderKey].
func (c *Call) header(key string) string {
	h, ok := c.Header.(http.Header)
	if !ok {
		return c.Header.Get(key)
	}
	if values := h[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// ReplyHeader returns the headers that were set for the answer; nil when there are none.
func (c *Call) ReplyHeader() http.Header { return c.reply }

// traceContext returns the context inside the call's span, or ctx when there is no span yet.
func (c *Call) traceContext(ctx context.Context) context.Context {
	if inside := c.run.Context(); inside != nil {
		return inside
	}
	return ctx
}

// Defer runs f after the answer was made, last deferred first, with the error of the call or nil. A dependency uses it to
// give back what it took. The context of the call has ended by then.
func (c *Call) Defer(f func(err error)) { t := c.take(); t.cleanups = append(t.cleanups, f) }

// Then runs f after everything that was deferred, first given first run, with the error that the plan came to or nil, whether or not
// the answer reached anybody. It reports false, and f never runs, when the call is over. Unlike the rest of Call it is safe for concurrent
// use, since a goroutine of the handler may be late.
func (c *Call) Then(f func(err error)) bool {
	c.ending.Lock()
	defer c.ending.Unlock()
	if !c.over {
		c.last = append(c.last, f)
	}
	return !c.over
}

// end ends the call for [Call.Then], and returns what it was given.
func (c *Call) end() []func(error) {
	c.ending.Lock()
	defer c.ending.Unlock()
	last := c.last
	c.last, c.over = nil, true
	return last
}

// Deferred reports whether something is left for [Call.Finish].
func (c *Call) Deferred() bool { return c.taken != nil && len(c.taken.cleanups) > 0 }

// Finish runs the deferred functions. The door calls it once, after the answer was made. One that panics keeps none of the
// others from running; the panics come back joined, each with its stack, for the door to log.
func (c *Call) Finish(err error) error {
	var errs []error
	if t := c.taken; t != nil {
		for _, f := range slices.Backward(t.cleanups) {
			errs = append(errs, cleanUp(f, err))
		}
		t.cleanups = nil
	}
	for _, f := range c.end() {
		errs = append(errs, cleanUp(f, c.outcome))
	}
	return errors.Join(errs...)
}

func cleanUp(f func(error), err error) (failed error) {
	defer func() {
		if v := recover(); v != nil {
			failed = fmt.Errorf("clean-up: %w: %v\n%s", errPanic, v, debug.Stack())
		}
	}()
	f(err)
	return nil
}

// Handler runs a call or a part of it. The result is in c.Out; an error is a *problem.Problem, or anything else for a
// fault that the caller must not see.
type Handler func(ctx context.Context, c *Call) error

// callContext is a context that knows its call. It is a part of the call, which spares the one that context.WithValue makes.
type callContext struct {
	context.Context
	call *Call
}

type contextKey struct{}

// Value returns the call for contextKey.
func (c *callContext) Value(key any) any {
	if key == (contextKey{}) {
		return c.call
	}
	return c.Context.Value(key)
}

// FromContext returns the call that ctx belongs to. The handlers of operations, subscriptions and tasks have one.
func FromContext(ctx context.Context) (*Call, bool) {
	c, ok := ctx.Value(contextKey{}).(*Call)
	return c, ok
}
