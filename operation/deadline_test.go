package operation_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// inside runs f as the handler of an operation with a timeout of 10 seconds and returns the context of its call.
func inside(t *testing.T, f func(ctx context.Context)) (ctx context.Context) {
	t.Helper()
	op := &manifest.Operation{Timeout: "10s", Security: manifest.Security{Public: true}}
	_, _ = try(t, io.Discard, op, http.Header{}, func(inner context.Context, _ *operation.Call) error {
		ctx = inner
		f(ctx)
		return nil
	})
	return ctx
}

// ended checks that everything says that a context has ended, and why.
func ended(t *testing.T, what string, ctx context.Context, want error) {
	t.Helper()
	select {
	case <-ctx.Done():
	default:
		t.Errorf("%s: not done", what)
	}
	child, cancel := context.WithCancel(ctx)
	defer cancel()
	if !errors.Is(ctx.Err(), want) || !errors.Is(context.Cause(ctx), want) || !errors.Is(child.Err(), want) {
		t.Errorf("%s: %v, %v, %v", what, ctx.Err(), context.Cause(ctx), child.Err())
	}
}

func TestTheTimeOfACallEndsWhetherOrNotSomebodyWaits(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(context.Context){
		"asked nothing":  func(context.Context) {},
		"asked for Err":  func(ctx context.Context) { _ = ctx.Err() },
		"asked for Done": func(ctx context.Context) { ctx.Done() },
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx := inside(t, func(ctx context.Context) {
				before(ctx)
				if at, ok := ctx.Deadline(); !ok || at != time.Now().Add(10*time.Second) || ctx.Err() != nil {
					t.Errorf("%s: %v, %v, %v", name, at, ok, ctx.Err())
				}
				<-time.After(10 * time.Second)
				synctest.Wait() // for the timer of the same moment
				if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
					t.Errorf("%s: %v", name, ctx.Err())
				}
				ended(t, name, ctx, context.DeadlineExceeded)
			})
			ended(t, name+", and returned", ctx, context.DeadlineExceeded)

			ctx = inside(t, before)
			<-time.After(time.Minute)
			ended(t, name+", and returned early", ctx, context.Canceled)
			if err := inside(t, before).Err(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestWhoWaitsForACallIsToldWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := make(chan time.Time, 2)
		began := time.Now()
		inside(t, func(ctx context.Context) {
			_ = ctx.Err()
			context.AfterFunc(ctx, func() { told <- time.Now() })
			child, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			<-child.Done()
			told <- time.Now()
		})
		for range 2 {
			if at := <-told; at.Sub(began) != 10*time.Second {
				t.Errorf("told after %v", at.Sub(began))
			}
		}
	})
}

func TestACallEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	for _, wait := range []bool{false, true} {
		reason := errors.New("the caller went away")
		caller, leave := context.WithCancelCause(t.Context())
		op := &manifest.Operation{Timeout: "10s", Security: manifest.Security{Public: true}}
		e, work := env(t, io.Discard)
		steps, err := operation.Common(op, e, work)
		if err != nil {
			t.Fatal(err)
		}
		plan := operation.NewPlan(steps, func(ctx context.Context, _ *operation.Call) error {
			if wait {
				ctx.Done()
			}
			leave(reason)
			if !errors.Is(ctx.Err(), context.Canceled) || !errors.Is(context.Cause(ctx), reason) {
				t.Errorf("%v, %v", ctx.Err(), context.Cause(ctx))
			}
			<-ctx.Done()
			return nil
		})
		if err := plan.Run(caller, &operation.Call{Operation: op, Door: operation.DoorHTTP, Header: http.Header{}}); err != nil {
			t.Error(err)
		}
	}
}
