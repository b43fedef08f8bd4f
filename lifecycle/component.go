package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// Component is a long-lived part of a program.
type Component interface {
	// Start returns once the component is up; what goes on works in the background. It returns soon after ctx ends, with an
	// error when it is not up by then. Cancelling ctx after Start has returned changes nothing: only Stop ends a component.
	Start(ctx context.Context) error
	// Stop takes no new work, finishes what is in flight and returns. When ctx ends first it gives up what is left and
	// returns the error of ctx. A [Group] calls it once, and only after a Start that succeeded.
	Stop(ctx context.Context) error
}

// Failer is a [Component] that may break while it runs, such as a listener.
type Failer interface {
	// Failed returns a channel that delivers the reason when the component has broken. It is called after Start. A channel
	// that is closed, or delivers nil, says that nothing will be reported any more.
	Failed() <-chan error
}

// Func makes a component of functions, either of which may be nil.
type Func struct {
	OnStart, OnStop func(context.Context) error
}

// Start calls OnStart.
func (f Func) Start(ctx context.Context) error { return call(ctx, f.OnStart) }

// Stop calls OnStop.
func (f Func) Stop(ctx context.Context) error { return call(ctx, f.OnStop) }

func call(ctx context.Context, f func(context.Context) error) error {
	if f == nil {
		return nil
	}
	return f(ctx)
}

// PanicError is the panic of a component or of a check.
type PanicError struct {
	Value any    // what was given to panic
	Stack []byte // as debug.Stack writes it
}

// Error says what the panic said, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// ErrStuck is the error of a component that was given up because it had not returned five seconds after its context ended.
var ErrStuck = errors.New("did not return when its context ended")

// errExited is the error of a function that ended its goroutine, as testing.T.FailNow does.
var errExited = errors.New("called runtime.Goexit")

// patience is how long a component may take to return once its context has ended.
const patience = 5 * time.Second

// task is a call in progress.
type task struct {
	done chan struct{}
	err  error // to be read once done is closed
}

// launch calls f in a goroutine of its own, so that whoever waits can give it up. A panic becomes an error.
func launch(ctx context.Context, f func(context.Context) error) *task {
	t := &task{done: make(chan struct{}), err: errExited}
	go func() {
		defer close(t.done)
		defer func() {
			if v := recover(); v != nil {
				t.err = &PanicError{Value: v, Stack: debug.Stack()}
			}
		}()
		t.err = f(ctx)
	}()
	return t
}

// over reports whether the call has returned.
func (t *task) over() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// wait returns what the call returned, or [ErrStuck] when ctx has ended and patience with it.
func (t *task) wait(ctx context.Context) error {
	select {
	case <-t.done:
		return t.err
	case <-ctx.Done():
	}
	select {
	case <-t.done:
		return t.err
	case <-time.After(patience):
		return ErrStuck
	}
}
