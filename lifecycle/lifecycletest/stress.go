package lifecycletest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/vade-go/vade/lifecycle"
)

// Rounds is how many components [Stress] wears out.
const Rounds = 20

// patience is how long the calls of one round may take together.
const patience = 10 * time.Second

// Stress starts and stops fresh components, each in a group of its own: one in peace, then [Rounds] more from many goroutines
// at once, some already up and some not, with contexts that are alive or have ended. The test fails when
//
//   - a component in peace does not start, or does not stop, without an error;
//   - Start or Stop panics, or does not return when its context ends;
//   - a round takes longer than ten seconds.
//
// Other errors in the turmoil are fine: who is stopped while starting may well say so.
func Stress(t testing.TB, fresh func() lifecycle.Component) {
	t.Helper()
	ctx := t.Context()
	round(t, fresh(), func(g *lifecycle.Group) {
		if err := errors.Join(g.Start(ctx), g.Stop(ctx)); err != nil {
			t.Errorf("start and stop in peace: %v", err)
		}
	})
	for i := range Rounds {
		round(t, fresh(), func(g *lifecycle.Group) {
			if i%2 == 0 {
				report(t, g.Start(ctx)) // what follows meets a component that is up
			}
			hammer(ctx, i, g, func(err error) { report(t, err) })
			report(t, g.Stop(ctx))
		})
	}
}

// round gives a group of the component to f and fails when f hangs or leaves it running.
func round(t testing.TB, c lifecycle.Component, f func(*lifecycle.Group)) {
	t.Helper()
	g := new(lifecycle.Group)
	g.Add("component", c)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		f(g)
	}()
	select {
	case <-finished:
	case <-time.After(patience):
		t.Fatalf("Start or Stop hangs; the group is %v", g.State())
	}
	if s := g.State(); s != lifecycle.Stopped {
		t.Fatalf("the group is %v after Stop", s)
	}
}

// hammer calls Start and Stop from many goroutines. Who goes first differs from round to round.
func hammer(ctx context.Context, round int, g *lifecycle.Group, report func(error)) {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	calls := []func() error{
		func() error { return g.Start(ctx) },
		func() error { return g.Stop(ctx) },
		func() error { return g.Start(ended) },
		func() error { return g.Stop(ended) },
	}
	var wg sync.WaitGroup
	for i := range 4 * len(calls) {
		wg.Go(func() { report(calls[(round/2+i)%len(calls)]()) })
	}
	wg.Wait()
}

// report fails the test for what no turmoil excuses.
func report(t testing.TB, err error) {
	t.Helper()
	if p, ok := errors.AsType[*lifecycle.PanicError](err); ok {
		t.Errorf("%v\n%s", err, p.Stack)
	} else if errors.Is(err, lifecycle.ErrStuck) {
		t.Error(err)
	}
}
