package api

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

var errStopped = errors.New("the service stops")

// background is the work of a service that is done after its answers.
type background struct {
	cfg    BackgroundConfig
	hooks  *operation.Hooks
	env    *operation.Env
	base   context.Context
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	taken int            // places, of what waits for the end of its call too
	names map[string]int // of what has a place, for the log
	idle  chan struct{}  // made by stop, closed when no place is taken
	kinds map[string]*telemetry.Work
}

func newBackground(cfg BackgroundConfig, hooks *operation.Hooks, env *operation.Env) *background {
	b := &background{
		cfg: cfg.withDefaults(), hooks: hooks, env: env, names: make(map[string]int), kinds: make(map[string]*telemetry.Work),
	}
	b.base, b.cancel = context.WithCancelCause(context.Background())
	return b
}

// later takes a place at once, so that the call can still be refused, and starts the work when the call has succeeded.
func (b *background) later(ctx context.Context, c *operation.Call, name string, f func(context.Context) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken >= b.cfg.Max || b.idle != nil {
		return ErrBusy
	}
	kind, err := b.kind(name)
	if err != nil {
		return fmt.Errorf("api: after %q: %w", name, err)
	}
	w := &work{background: b, name: name, operation: c.Operation.ID, kind: kind, f: f, ctx: outliving(ctx)}
	if !c.Then(func(err error) {
		if err != nil || c.Status >= 400 {
			b.done(name)
			return
		}
		go w.run()
	}) {
		return fmt.Errorf("api: after %q: %w", name, ErrCallOver)
	}
	b.taken++
	b.names[name]++
	return nil
}

// maxKinds is how many names are worth measurements of their own.
const maxKinds = 100

// kind returns the measurements of work of that name.
func (b *background) kind(name string) (*telemetry.Work, error) {
	if b.kinds[name] == nil && len(b.kinds) >= maxKinds {
		name = "other"
	}
	if known := b.kinds[name]; known != nil {
		return known, nil
	}
	kind, err := b.env.Telemetry.Work(telemetry.WorkConfig{
		Name: name, Kind: telemetry.Internal, Metric: "vade.background.duration", Labels: []string{"vade.background.name"},
		Attributes: []attribute.KeyValue{attribute.String("vade.background.name", name)}, Log: true, Message: "background work",
	})
	if err == nil {
		b.kinds[name] = kind
	}
	return kind, err
}

// done gives a place back.
func (b *background) done(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken--
	if b.names[name]--; b.names[name] == 0 {
		delete(b.names, name)
	}
	if b.taken == 0 && b.idle != nil {
		close(b.idle)
	}
}

// stop waits for what has a place.
func (b *background) stop(ctx context.Context) error {
	b.mu.Lock()
	b.idle = make(chan struct{})
	if b.taken == 0 {
		close(b.idle)
	}
	b.mu.Unlock()
	defer b.cancel(errStopped)
	hurry := ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		hurry, cancel = context.WithTimeout(ctx, time.Until(deadline)*3/4)
		defer cancel()
	}
	select {
	case <-b.idle:
		return nil
	case <-hurry.Done():
	}
	b.cancel(errStopped)
	select {
	case <-b.idle:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken == 0 {
		return nil
	}
	var left []string
	for name, n := range b.names {
		left = append(left, fmt.Sprintf("%d %s", n, name))
	}
	slices.Sort(left)
	b.env.Log.ErrorContext(ctx, "background work left behind", "work", strings.Join(left, ", "))
	return fmt.Errorf("api: stop: background work left behind: %s: %w", strings.Join(left, ", "), ctx.Err())
}

// work is a function that runs after an answer.
type work struct {
	background      *background
	name, operation string
	kind            *telemetry.Work
	f               func(context.Context) error
	ctx             context.Context //nolint:containedctx // of the work that waits for the end of its call
}

// outliving returns what of a call its work keeps: the caller, the request id and the span. It holds nothing of the request itself.
func outliving(called context.Context) context.Context {
	ctx := trace.ContextWithSpan(context.Background(), trace.SpanFromContext(called))
	ctx = telemetry.WithRequestID(ctx, telemetry.RequestID(called))
	return auth.WithCaller(ctx, auth.TokenFromContext(called), auth.PrincipalFromContext(called))
}

// run does the work.
func (w *work) run() {
	b := w.background
	defer b.done(w.name)
	ctx, end := context.WithCancelCause(w.ctx)
	defer end(nil)
	defer context.AfterFunc(b.base, func() { end(errStopped) })()
	ctx, cancel := context.WithTimeout(ctx, b.cfg.Timeout)
	defer cancel()
	ctx, run := w.kind.BeginLinked(ctx, trace.SpanContextFromContext(ctx))
	stack, err := w.protected(ctx)
	if err == nil {
		run.End("ok", nil)
		return
	}
	run.End("error", err)
	i := &Incident{ID: telemetry.NewRequestID(), Operation: w.operation, Err: fmt.Errorf("after the answer: %s: %w", w.name, err), Stack: stack}
	attrs := []any{"incident", i.ID, "operation", i.Operation, "work", w.name, "error", err.Error()}
	if stack != nil {
		attrs = append(attrs, "stack", string(stack))
	}
	b.env.Log.ErrorContext(ctx, "background work failed", attrs...)
	b.hooks.Report(ctx, b.env.Log, i)
}

// protected calls the function and makes an error of its panic.
func (w *work) protected(ctx context.Context) (stack []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			stack, err = debug.Stack(), fmt.Errorf("panic: %v", v)
		}
	}()
	return nil, w.f(ctx)
}
