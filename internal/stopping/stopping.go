package stopping

import "context"

type key struct{}

// With returns a context from which [Context] learns that the stop has begun: when begun ends.
func With(ctx, begun context.Context) context.Context { return context.WithValue(ctx, key{}, begun) }

// Context returns a context that ends with ctx, and when the stop begins of what ctx belongs to. Cancel must be called.
func Context(ctx context.Context) (_ context.Context, cancel func()) {
	begun, ok := ctx.Value(key{}).(context.Context)
	if !ok {
		return ctx, func() {}
	}
	ctx, end := context.WithCancel(ctx)
	release := context.AfterFunc(begun, end)
	return ctx, func() { release(); end() }
}
