package api

import (
	"context"
	"maps"
	"net/http"
	"reflect"
	"time"

	"github.com/vade-go/vade/internal/stopping"
	"github.com/vade-go/vade/internal/timedbody"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
)

// slack is what a request has beyond the time of its operation for its body to arrive, so that the operation is the first to
// speak of the time that is over.
const slack = 250 * time.Millisecond

// exchange is one request and its answer. Its parts, and the input and the output of the operation, are one allocation.
type exchange struct {
	call   operation.Call
	body   timedbody.Body
	named  telemetry.RequestContext
	values headerValues
}

// headerValues are of headers that nearly every answer has.
type headerValues [3]string

// set returns the value in a place as that of a header, which may grow without touching the others.
func (v *headerValues) set(i int, text string) []string {
	v[i] = text
	return v[i : i+1 : i+1]
}

// newExchange returns an exchange whose call has the places of its input and its output.
func newExchange[In, Out any]() *exchange {
	x := new(struct {
		exchange
		in  In
		out Out
	})
	x.call.In, x.call.Place = reflect.ValueOf(&x.in).Elem(), &x.out
	return &x.exchange
}

// enter is what every request meets first: it gets its id, and the answer the headers that all of them have.
func (e *endpoint) enter(w http.ResponseWriter, r *http.Request, x *exchange) context.Context {
	var id string
	if given := r.Header["X-Request-Id"]; len(given) > 0 && telemetry.ValidRequestID(given[0]) {
		id = given[0]
	} else {
		id = telemetry.NewRequestID()
	}
	h := w.Header()
	h["X-Request-Id"] = x.values.set(0, id)
	maps.Copy(h, e.fixed)
	return x.named.Begin(telemetry.Extract(r.Context(), r.Header), id)
}

// ServeHTTP is the HTTP door of one operation.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := e.exchange()
	ctx, c := e.enter(w, r, x), &x.call
	c.Operation, c.Door, c.Header, c.Request, c.Writer = e.op, operation.DoorHTTP, r.Header, r, w
	c.Received = time.Now()
	if e.arriving(w, x) {
		defer x.body.Release()
	}
	if e.op.Streams.Endless {
		var cancel func()
		ctx, cancel = stopping.Context(ctx)
		defer cancel()
	}
	err := e.plan.Run(ctx, c)
	defer func() { e.finish(ctx, c, err) }() // the writer of a middleware may panic
	switch {
	case c.Begun && err != nil:
		broken(c, err)
	case c.Begun:
	case err != nil:
		e.wire.writeProblem(w, c, err)
	default:
		err = e.send(ctx, w, x)
	}
	if c.Deferred() && !c.Begun {
		// Nobody waits for the clean-up. A writer that cannot flush sends the answer when everything has returned.
		_ = http.NewResponseController(w).Flush()
	}
}

// arriving gives the call the body of the request, and that its time. It reports whether there is something to release.
func (e *endpoint) arriving(w http.ResponseWriter, x *exchange) bool {
	c, r := &x.call, x.call.Request
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return false
	}
	c.Body = r.Body
	limited := false
	switch {
	case e.binder.body != nil || e.binder.form:
		limited = x.body.Limit(w, r, c.Received.Add(e.timeout+slack))
	case e.binder.flow != nil:
		limited = x.body.Roll(w, r, e.timeout)
	}
	if limited {
		c.Body = &x.body
	}
	return limited
}

// send answers with what the plan has encoded.
func (e *endpoint) send(ctx context.Context, w http.ResponseWriter, x *exchange) error {
	c := &x.call
	mediaType, err := e.wire.dress(w.Header(), c)
	if err != nil {
		e.log.ErrorContext(ctx, "an answer could not take its form", "operation", e.op.ID, "error", err.Error())
		problem.Write(w, problem.Internal())
		return err
	}
	return e.wire.write(w, c, mediaType, &x.values)
}

// finish gives back what dependencies took. Nobody is left to tell of a failure but the log.
func (e *endpoint) finish(ctx context.Context, c *operation.Call, err error) {
	if failed := c.Finish(err); failed != nil {
		e.log.ErrorContext(ctx, "clean-up failed", "operation", e.op.ID, "error", failed.Error())
	}
}
