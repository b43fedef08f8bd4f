package lifecycle

import (
	"context"
	"fmt"
	"runtime/debug"
)

// Component is a long-lived part of a program.
type Component interface {
	// Start returns once the component is up; what goes on works in the background. Cancelling ctx afterwards changes
	// nothing: only Stop ends a component.
	Start(ctx context.Context) error
	// Stop takes no new work, finishes what is in flight and returns. When ctx ends first it gives up what is left and
	// returns the error of ctx. It is called once, and only after a Start that succeeded.
	Stop(ctx context.Context) error
}

// Failer is a [Component] that may break while it runs, such as a listener.
type Failer interface {
	// Failed returns a channel that delivers the reason when the component has broken. It is called after Start.
	Failed() <-chan error
}

// Func makes a component of functions, either of which may be nil.
type Func struct {
	OnStart, OnStop func(context.Context) error
}

// Start calls OnStart.
func (f Func) Start(ctx context.Context) error { return f.call(ctx, f.OnStart) }

// Stop calls OnStop.
func (f Func) Stop(ctx context.Context) error { return f.call(ctx, f.OnStop) }

func (Func) call(ctx context.Context, f func(context.Context) error) error {
	if f == nil {
		return nil
	}
	return f(ctx)
}

// PanicError is the panic of a component.
type PanicError struct {
	Value any
	Stack []byte
}

// Error says what the panic said, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// guarded calls f and turns a panic into an error.
func guarded(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f(ctx)
}
