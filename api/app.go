package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vade-go/vade/internal/muxroute"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
)

// App is all the operations of one service: an [http.Handler] for requests and a call.Target for local calls. It is made by
// the first declaration on a service, and serves once the service has been opened. It is safe for concurrent use.
type App struct {
	endpoints []*endpoint
	byKey     map[string]*endpoint
	mux       *http.ServeMux
	mounts    []*mount
	work      *background
	configuration
}

type appKey struct{}

// of returns the operations of a service.
func of(s operation.Scope) *App {
	return s.Declare(appKey{}, func() operation.Part { return &App{byKey: make(map[string]*endpoint)} }).(*App)
}

func (a *App) add(e *endpoint) { a.endpoints = append(a.endpoints, e) }

// Describe writes the operations into the manifest. Every mistake of every declaration comes back, joined.
func (a *App) Describe(d *operation.Description) error {
	errs := []error{a.configuration.check()}
	a.mux = http.NewServeMux()
	ids := make(map[string]*endpoint, len(a.endpoints))
	d.Service.Operations = slices.Grow(d.Service.Operations, len(a.endpoints))
	for _, e := range a.endpoints {
		e.options, e.hooks = slices.Concat(a.options, e.options), &a.hooks
		if err := e.describe(d); err != nil {
			errs = append(errs, err)
			continue
		}
		if other, ok := ids[e.op.ID]; ok && other.key() != e.key() { // or else the route says it
			errs = append(errs, &DeclarationError{Source: e.source, Operation: e.key(), Err: fmt.Errorf(
				"%w: the id %s belongs to %s at %s; set another with api.Name", ErrDuplicate, e.op.ID, other.key(), other.source)})
			continue
		}
		ids[e.op.ID] = e
		if err := a.route(e); err != nil {
			errs = append(errs, err)
			continue
		}
		d.Service.Operations = append(d.Service.Operations, *e.op)
	}
	return errors.Join(append(errs, a.describeMounts(d, ids))...)
}

// route registers the endpoint.
func (a *App) route(e *endpoint) error {
	if other, ok := a.byKey[e.key()]; ok {
		return &DeclarationError{Source: e.source, Operation: e.key(), Err: fmt.Errorf("%w: first at %s", ErrDuplicate, other.source)}
	}
	h, err := e.within(e)
	if err == nil {
		if err = muxroute.Register(a.mux, e.op.Pattern(), h); err != nil {
			err = fmt.Errorf("%w: %w", ErrPath, a.beside(e, err))
		}
	}
	if err != nil {
		return &DeclarationError{Source: e.source, Operation: e.key(), Err: err}
	}
	a.byKey[e.key()] = e
	return nil
}

// beside says where the operation is declared that the route of e cannot stand beside.
func (a *App) beside(e *endpoint, reason error) error {
	for _, other := range a.endpoints {
		if a.byKey[other.key()] != other {
			continue
		}
		mux := http.NewServeMux()
		if muxroute.Register(mux, other.op.Pattern(), other) == nil && muxroute.Register(mux, e.op.Pattern(), e) != nil {
			return fmt.Errorf("%w; %s is declared at %s", reason, other.key(), other.source)
		}
	}
	return reason
}

// Unmatched answers what no other pattern of the mux does, when it is registered for "/": a path that has other methods with
// problem.MethodNotAllowed and the header Allow, any other with problem.NotFound.
func Unmatched(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		allowed := allowed(mux, r)
		if len(allowed) == 0 {
			problem.Write(w, problem.NotFound())
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		problem.Write(w, problem.MethodNotAllowed())
	})
}

// allowed returns the methods that the path of a request has, sorted.
func allowed(mux *http.ServeMux, r *http.Request) []string {
	var list []string
	for _, m := range append(methods(), http.MethodHead) {
		probe := *r
		probe.Method = m
		if _, pattern := mux.Handler(&probe); pattern != "/" {
			list = append(list, m)
		}
	}
	if len(list) > 0 {
		list = append(list, http.MethodOptions)
		slices.Sort(list)
	}
	return list
}

// NeedsResults reports whether some operation is idempotent by a key, and its results must be kept.
func (a *App) NeedsResults() bool {
	return slices.ContainsFunc(a.endpoints, func(e *endpoint) bool {
		return e.method != http.MethodGet && slices.ContainsFunc(e.options, isIdempotent)
	})
}

// Open compiles the running plans.
func (a *App) Open(ctx context.Context, env *operation.Env) error {
	a.work = newBackground(a.background, &a.hooks, env)
	a.hooks.Later = a.work.later
	var errs []error
	if env.Results == nil && a.NeedsResults() {
		env.Log.WarnContext(ctx, "the results of idempotent operations are kept for as long as this process runs: the service has no store")
		own := *env
		own.Results = results.NewMemory(0, 0)
		env = &own
	}
	for _, e := range a.endpoints {
		errs = append(errs, e.open(env))
	}
	for _, m := range a.mounts {
		errs = append(errs, m.open(env))
	}
	return errors.Join(errs...)
}

// ServeHTTP answers a request with the operation that matches it.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isClean(r.URL.Path) {
		problem.Write(w, problem.NotFound())
		return
	}
	a.mux.ServeHTTP(w, r)
}

// CleanPaths answers requests for paths with empty or dot segments with problem.NotFound, where [http.ServeMux] would redirect
// the client to another path. An [App] does so by itself; this is for a mux around several.
func CleanPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isClean(r.URL.Path) {
			problem.Write(w, problem.NotFound())
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isClean(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.Contains(path, "//") &&
		(!strings.Contains(path, "/.") || !strings.Contains(path+"/", "/./") && !strings.Contains(path+"/", "/../"))
}

// Invoke runs an operation on a typed input: the same plan without socket and codec. It makes App a call.Target.
func (a *App) Invoke(ctx context.Context, key string, header http.Header, in any) (any, error) {
	e, ok := a.byKey[key]
	if !ok {
		return nil, fmt.Errorf("api: %s is not an operation of this service: %w", key, problem.NotFound())
	}
	given := reflect.ValueOf(in)
	if given.Type() != e.in {
		return nil, fmt.Errorf("api: %s takes %s, not %s: %w", key, e.in, given.Type(), problem.Invalid())
	}
	c := &e.exchange().call
	c.Operation, c.Door, c.Header, c.Received = e.op, operation.DoorLocal, header, time.Now()
	c.In.Set(given)
	if ctx = telemetry.Detach(ctx); telemetry.RequestID(ctx) == "" {
		ctx = telemetry.WithRequestID(ctx, telemetry.NewRequestID())
	}
	err := e.plan.Run(ctx, c)
	if out, ok := c.Out.(interface{ lend(*loan) any }); ok && err == nil {
		return e.lend(ctx, c, out.lend), nil
	}
	e.finish(ctx, c, err)
	return output(c), err
}

// loan is what is left of a call whose answer flows to a caller in the same process.
type loan struct {
	settle func(error) error // says what the caller may know of an error
	done   func(error)       // ends the call
}

// lend gives an answer that flows to a caller in the same process. The call is over when he has read it, or when ctx ends.
func (e *endpoint) lend(ctx context.Context, c *operation.Call, lend func(*loan) any) any {
	var once sync.Once
	done := func(err error) { once.Do(func() { e.finish(ctx, c, err) }) }
	stop := context.AfterFunc(ctx, func() { done(ctx.Err()) })
	return lend(&loan{
		settle: func(err error) error {
			settled := e.plan.Settle(c, err)
			if own := ctx.Err(); own != nil { // it is the caller's, who may ask for it
				return fmt.Errorf("%w: %w", settled, own)
			}
			return settled
		},
		done: func(err error) { stop(); done(err) },
	})
}
