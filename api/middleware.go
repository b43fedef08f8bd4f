package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
)

// Middleware wraps the operation as an [http.Handler], outside of its running plan: before the caller is known and anything is
// read, and after all is written. The first is the outermost, those of a group are around those of the operation. Typed calls in
// the same process do not pass it; what belongs to the operation and not to HTTP is better an [Intercept] or a request dependency.
//
// A middleware that replaces the response writer gives it a method Unwrap, as [http.ResponseController] asks, or else the
// deadlines of bodies are without effect. One that panics ends in an opaque 500 and a log entry, as a handler does.
func Middleware(list ...func(http.Handler) http.Handler) Option {
	return &middleware{source: operation.Source(1), list: list}
}

type middleware struct {
	source string
	list   []func(http.Handler) http.Handler
}

// DescribeOperation does nothing: the steps of the plan are described by themselves.
func (m *middleware) DescribeOperation(*manifest.Operation) {}

// Validate reports a middleware that is nil.
func (m *middleware) Validate() error {
	if slices.ContainsFunc(m.list, func(f func(http.Handler) http.Handler) bool { return f == nil }) {
		return fmt.Errorf("api.Middleware at %s: one of them is nil", m.source)
	}
	return nil
}

// Steps says where in the plan the middleware stands. It does not run there, since it wraps more than the plan.
func (m *middleware) Steps(operation.Signature) ([]operation.Step, error) {
	var steps []operation.Step
	for _, f := range m.list {
		steps = append(steps, operation.Step{Stage: operation.StageMiddleware, Detail: functionName(reflect.ValueOf(f)), Origin: m.source})
	}
	return steps, nil
}

// within returns the door h of the endpoint within its middleware.
func (e *endpoint) within(h http.Handler) (http.Handler, error) {
	wrapped := false
	for _, o := range slices.Backward(e.options) {
		if m, ok := o.(*middleware); ok {
			for _, f := range slices.Backward(m.list) {
				var err error
				if h, err = wrap(f, h); err != nil {
					return nil, fmt.Errorf("api.Middleware at %s: %s %w", m.source, functionName(reflect.ValueOf(f)), err)
				}
				wrapped = true
			}
		}
	}
	if !wrapped {
		return h, nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				e.middlewarePanicked(w, r, v)
			}
		}()
		maps.Copy(w.Header(), e.fixed) // a middleware may answer by itself
		h.ServeHTTP(w, r)
	}), nil
}

// wrap makes an error of a middleware that makes no handler.
func wrap(f func(http.Handler) http.Handler, h http.Handler) (wrapped http.Handler, err error) {
	defer func() {
		if v := recover(); v != nil {
			wrapped, err = nil, fmt.Errorf("panicked: %v", v)
		}
	}()
	if wrapped = f(h); wrapped == nil {
		return nil, errors.New("returned no handler")
	}
	return wrapped, nil
}

func (e *endpoint) middlewarePanicked(w http.ResponseWriter, r *http.Request, v any) {
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v) // net/http's own way to cut a connection off
	}
	p := problem.Internal()
	p.ID = telemetry.NewRequestID()
	stack := debug.Stack()
	e.log.ErrorContext(r.Context(), "middleware failed", "incident", p.ID, "operation", e.op.ID, "error", fmt.Sprint("panic: ", v), "stack", string(stack))
	e.hooks.Report(r.Context(), e.log, &Incident{ID: p.ID, Operation: e.op.ID, Err: fmt.Errorf("panic: %v", v), Stack: stack})
	problem.Write(w, p)
}
