package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// Detach returns a context that ends when ctx does, and of all its values has only the span and the request id: what may go along
// with a call from one service to another, whose other values are its own business.
func Detach(ctx context.Context) context.Context {
	values := trace.ContextWithSpan(context.Background(), trace.SpanFromContext(ctx))
	if id := RequestID(ctx); id != "" {
		values = &RequestContext{values, id}
	}
	return detached{ctx, values}
}

type detached struct {
	context.Context
	values context.Context
}

func (d detached) Value(key any) any { return d.values.Value(key) }

// AfterFunc spares package context a goroutine for every context that is derived from this one.
func (d detached) AfterFunc(f func()) (stop func() bool) { return context.AfterFunc(d.Context, f) }
