package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/vade-go/vade/internal/stopclock"
	"github.com/vade-go/vade/internal/stopping"
	"github.com/vade-go/vade/internal/timedbody"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
)

// slack is what an operation gets beyond its own timeout before the gateway answers for it, so that the service, which can
// say more, is the first to speak.
const slack = 250 * time.Millisecond

// statusClientGone stands in logs and metrics for an answer that nobody waited for.
const statusClientGone = 499

var (
	errPanic   = errors.New("panic")
	errAborted = errors.New("the answer ended early")
)

// exchange is one request and its answer. It belongs to the goroutine of the request.
type exchange struct {
	gateway  *Gateway
	route    *route // never nil: what nothing answers has a route for its measurements
	r        *http.Request
	w        responseWriter
	from     origin
	client   string // the address of the client; empty: unknown
	id       string
	ctx      context.Context
	run      *telemetry.Run
	body     *boundedBody // nil: none
	arriving timedbody.Body
	upgrade  bool             // to a WebSocket
	clock    *stopclock.Clock // of what flows, until it does; nil: it does not
	err      error            // why it ended as it did, for the log
}

// begin identifies the request and starts its span.
func (g *Gateway) begin(w http.ResponseWriter, r *http.Request, rt *route) *exchange {
	x := &exchange{gateway: g, route: rt, r: r, from: g.proxies.origin(r), id: r.Header.Get("X-Request-Id"), upgrade: isWebSocket(r)}
	x.w = responseWriter{ResponseWriter: w, x: x}
	if x.from.addr.IsValid() {
		x.client = x.from.addr.String()
	}
	if !telemetry.ValidRequestID(x.id) {
		x.id = telemetry.NewRequestID()
	}
	x.ctx, x.run = rt.works.of(r.Method).Begin(telemetry.WithRequestID(telemetry.Extract(r.Context(), r.Header), x.id))
	return x
}

// serve takes the request to its service.
func (x *exchange) serve() {
	if x.upgrade && !x.gateway.cfg.CORS.permits(x.r, x.from) {
		x.fail(problem.Forbidden().WithDetail("Pages of this origin may not open a connection."))
		return
	}
	ctx, cancel := x.limit()
	defer cancel()
	x.ctx = ctx
	if x.arriveInTime() {
		defer x.arriving.Release()
		x.r.Body = &x.arriving
	}
	var refused *problem.Problem
	if x.body, refused = bound(x.r, x.route.maxBody); refused != nil {
		x.fail(refused)
		return
	}
	if x.body != nil && x.route.streams.Request {
		x.body.heard = x.clock.Wind
	}
	x.route.handler.ServeHTTP(&x.w, x.forwardable())
	switch {
	case x.w.status != 0:
	case x.expired():
		x.fail(problem.Timeout())
	default:
		x.w.WriteHeader(http.StatusOK)
	}
}

// arriveInTime gives the body of the request its time.
func (x *exchange) arriveInTime() bool {
	d := x.route.timeout
	if x.route.streams.Request {
		return d > 0 && x.arriving.Roll(x.w.ResponseWriter, x.r, d)
	}
	return d > 0 && x.arriving.Limit(x.w.ResponseWriter, x.r, time.Now().Add(d))
}

// limit starts the clock of the operation. An upgraded connection and an answer that flows outlive it.
func (x *exchange) limit() (context.Context, context.CancelFunc) {
	if x.route.timeout == 0 {
		return context.WithCancel(x.ctx)
	}
	d := x.route.timeout + slack
	if !x.upgrade && x.route.streams == (manifest.Streams{}) {
		return context.WithTimeout(x.ctx, d)
	}
	base, release := x.ctx, func() {}
	if x.route.streams.Endless {
		base, release = stopping.Context(x.ctx)
	}
	ctx, cancel := context.WithCancelCause(base)
	x.clock = stopclock.Start(d, func() { cancel(context.DeadlineExceeded) })
	return ctx, func() { x.clock.Stop(); cancel(nil); release() }
}

func (x *exchange) expired() bool { return errors.Is(context.Cause(x.ctx), context.DeadlineExceeded) }

// upgraded is called when the connection has been handed over.
func (x *exchange) upgraded() {
	x.clock.Stop()
}

// answering is called when the answer begins.
func (x *exchange) answering() {
	if x.route.streams.Response {
		x.clock.Stop()
	}
}

// fail answers with a problem, unless an answer has begun.
func (x *exchange) fail(p *problem.Problem) {
	if x.w.status != 0 {
		return
	}
	if p.Status >= 500 {
		p = p.WithID(x.id)
	}
	problem.Write(&x.w, p)
}

// upstreamFailed answers for a service that did not. The caller learns the kind of failure, the log its reason.
func (x *exchange) upstreamFailed(err error) {
	x.err = err
	if x.body != nil {
		if p := x.body.failed.Load(); p != nil {
			x.fail(p)
			return
		}
	}
	timeout, ok := errors.AsType[net.Error](err)
	switch {
	case x.expired():
		x.fail(problem.Timeout())
	case x.r.Context().Err() != nil:
		x.fail(problem.New(statusClientGone, "client-gone", "The caller went away"))
	case isDialError(err):
		x.w.Header().Set("Retry-After", "1")
		x.fail(problem.BadGateway())
	case ok && timeout.Timeout():
		x.fail(problem.Timeout())
	default:
		x.fail(problem.BadGateway())
	}
}

// end finishes what began, whatever happened in between.
func (x *exchange) end() {
	v := recover()
	cut := v != nil && x.panicked(v)
	status := x.w.status
	if status == 0 {
		status = statusClientGone
	}
	x.run.Set(attribute.Int64("http.response.body.size", x.w.written), attribute.String("client.address", x.client))
	x.run.End(strconv.Itoa(status), x.err)
	if cut {
		panic(http.ErrAbortHandler) // net/http closes the connection, so that half an answer is not taken for a whole one
	}
}

// panicked answers for a handler that panicked, and reports whether the connection has to be cut because an answer had begun.
func (x *exchange) panicked(v any) (cut bool) {
	if v == http.ErrAbortHandler { //nolint:errorlint // a panic value, which net/http compares in the same way
		if x.err == nil {
			x.err = errAborted
		}
		return true
	}
	x.err = fmt.Errorf("%w: %v", errPanic, v)
	x.gateway.log.ErrorContext(x.ctx, "handler panicked",
		"route", x.route.pattern, "error", x.err.Error(), "stack", string(debug.Stack()))
	if x.w.status != 0 {
		return true
	}
	x.fail(problem.Internal())
	return false
}
