package lifecycle_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/lifecycle"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	_ lifecycle.Component = (*lifecycle.Group)(nil)
	_ lifecycle.Failer    = (*lifecycle.Group)(nil)
)

var errBroken = errors.New("broken")

// journal writes down what its components do.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) write(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, " ")
}

func (j *journal) component(name string) lifecycle.Func {
	return lifecycle.Func{
		OnStart: func(context.Context) error { j.write("+" + name); return nil },
		OnStop:  func(context.Context) error { j.write("-" + name); return nil },
	}
}

// untilEnd is a component whose Stop needs all the time it is given.
func (j *journal) untilEnd(name string) lifecycle.Func {
	c := j.component(name)
	c.OnStop = func(ctx context.Context) error {
		<-ctx.Done()
		j.write("-" + name)
		return ctx.Err()
	}
	return c
}

func TestComponentsStartInOrderAndStopInReverse(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	for _, name := range []string{"a", "b", "c"} {
		g.Add(name, j.component(name))
	}
	if s := g.State(); s != lifecycle.Idle {
		t.Error(s)
	}
	if err := g.Start(t.Context()); err != nil || g.State() != lifecycle.Ready {
		t.Fatal(err, g.State())
	}
	<-g.Ready()
	if err := g.Stop(t.Context()); err != nil || g.State() != lifecycle.Stopped {
		t.Fatal(err, g.State())
	}
	<-g.Done()
	if got := j.String(); got != "+a +b +c -c -b -a" {
		t.Error(got)
	}
}

func TestAComponentThatDoesNotStartTakesTheOthersDown(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	g.Add("b", lifecycle.Func{OnStart: func(context.Context) error { return errBroken }, OnStop: j.component("b").OnStop})
	g.Add("c", j.component("c"))
	err := g.Start(t.Context())
	if !errors.Is(err, errBroken) || err.Error() != "lifecycle: start b: broken" {
		t.Errorf("got %v", err)
	}
	if got := j.String(); got != "+a -a" {
		t.Error(got)
	}
	select {
	case <-g.Ready():
		t.Error("ready without having come up")
	case <-g.Done():
	}
	if again := g.Start(t.Context()); !errors.Is(again, errBroken) || g.Stop(t.Context()) != nil {
		t.Errorf("a second start: %v", again)
	}
}

func TestTakingDownAfterAFailedStartIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var g lifecycle.Group
		g.Add("a", j.untilEnd("a"))
		g.Add("b", lifecycle.Func{OnStart: func(context.Context) error { return errBroken }})
		began := time.Now()
		err := g.Start(t.Context())
		if !errors.Is(err, errBroken) || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != lifecycle.DefaultGrace {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

func TestTheEndOfItsContextAbortsAStart(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	ctx, cancel := context.WithCancel(t.Context())
	g.Add("a", j.component("a"))
	g.Add("b", lifecycle.Func{OnStart: func(context.Context) error { cancel(); return nil }, OnStop: j.component("b").OnStop})
	g.Add("c", j.component("c"))
	if err := g.Start(ctx); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "start c") {
		t.Errorf("got %v", err)
	}
	if got := j.String(); got != "+a -b -a" {
		t.Error(got)
	}
}

func TestTheEndOfItsContextAfterAStartChangesNothing(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	ctx, cancel := context.WithCancel(t.Context())
	if err := g.Start(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if got := j.String(); got != "+a" || g.State() != lifecycle.Ready || g.Stop(t.Context()) != nil {
		t.Error(got, g.State())
	}
}

func TestStopReachesEveryComponentWhateverTheOthersAnswer(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	g.Add("b", lifecycle.Func{OnStop: func(context.Context) error { return errBroken }})
	g.Add("c", lifecycle.Func{OnStop: func(context.Context) error { panic("oh") }})
	g.Add("d", lifecycle.Func{OnStop: func(context.Context) error { runtime.Goexit(); return nil }})
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := g.Stop(ctx)
	if p, ok := errors.AsType[*lifecycle.PanicError](err); !ok || p.Value != "oh" || !strings.Contains(string(p.Stack), "group_test.go") {
		t.Errorf("got %v", err)
	}
	want := "lifecycle: stop d: called runtime.Goexit\nlifecycle: stop c: panic: oh\nlifecycle: stop b: broken"
	if !errors.Is(err, errBroken) || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if got := j.String(); got != "+a -a" {
		t.Error(got)
	}
}

func TestAComponentThatIgnoresTheEndIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var g lifecycle.Group
		release := make(chan struct{})
		defer close(release)
		g.Add("a", j.component("a"))
		g.Add("deaf", lifecycle.Func{OnStop: func(context.Context) error { <-release; return nil }})
		if err := g.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		err := g.Stop(ctx)
		if !errors.Is(err, lifecycle.ErrStuck) || !strings.Contains(err.Error(), "stop deaf") || time.Since(began) != 15*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if got := j.String(); got != "+a -a" {
			t.Error(got)
		}
	})
}

func TestTheSecondStopReturnsTheFirstResult(t *testing.T) {
	t.Parallel()
	var g lifecycle.Group
	entered, release := make(chan struct{}), make(chan struct{})
	g.Add("a", lifecycle.Func{OnStop: func(context.Context) error {
		close(entered)
		<-release
		return errBroken
	}})
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 5)
	go func() { results <- g.Stop(t.Context()) }()
	<-entered
	for range 4 {
		go func() { results <- g.Stop(t.Context()) }()
	}
	if s := g.State(); s != lifecycle.Draining {
		t.Error(s)
	}
	close(release)
	first := <-results
	for range 4 {
		if err := <-results; err != first || !errors.Is(err, errBroken) { //nolint:errorlint // the very same value
			t.Errorf("got %v and %v", first, err)
		}
	}
}

func TestAStopDuringTheStartCancelsIt(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	entered := make(chan struct{})
	g.Add("a", j.component("a"))
	g.Add("slow", lifecycle.Func{OnStart: func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	}})
	started := make(chan error, 1)
	go func() { started <- g.Start(t.Context()) }()
	<-entered
	if err := g.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-started; !errors.Is(err, lifecycle.ErrStopped) {
		t.Errorf("start: %v", err)
	}
	if got := j.String(); got != "+a -a" {
		t.Error(got)
	}
}

func TestAComponentThatCameUpDuringAStopIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var g lifecycle.Group
		entered, release := make(chan struct{}), make(chan struct{})
		g.Add("slow", lifecycle.Func{
			OnStart: func(context.Context) error { close(entered); <-release; j.write("+slow"); return nil },
			OnStop:  j.component("slow").OnStop,
		})
		started := make(chan error, 1)
		go func() { started <- g.Start(t.Context()) }()
		<-entered
		go func() { synctest.Wait(); close(release) }()
		if err := g.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-started; !errors.Is(err, lifecycle.ErrStopped) || j.String() != "+slow -slow" {
			t.Errorf("got %v, %s", err, j.String())
		}
	})
}

func TestAStopBeforeTheStartKeepsItFromStarting(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	if err := g.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.Start(t.Context()); !errors.Is(err, lifecycle.ErrStopped) || j.String() != "" {
		t.Errorf("got %v, %s", err, j.String())
	}
}

func TestAMissingComponentIsAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	var g lifecycle.Group
	g.Add("nothing", nil)
	err := g.Start(t.Context())
	if _, ok := errors.AsType[*lifecycle.PanicError](err); !ok || !strings.HasPrefix(err.Error(), "lifecycle: start nothing: ") {
		t.Errorf("got %v", err)
	}
}

// fragile is a component that breaks when told.
type fragile struct {
	lifecycle.Func
	failed chan error
}

func (f fragile) Failed() <-chan error { return f.failed }

func TestAFailureComesThroughNestedGroups(t *testing.T) {
	t.Parallel()
	var inner, outer lifecycle.Group
	f := fragile{failed: make(chan error, 1)}
	inner.Add("listener", f)
	outer.Add("idle", lifecycle.Func{})
	outer.Add("services", &inner)
	if err := outer.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	failed := outer.Failed()
	f.failed <- errBroken
	if err := <-failed; !errors.Is(err, errBroken) || err.Error() != "lifecycle: services: lifecycle: listener: broken" {
		t.Errorf("got %v", err)
	}
	if outer.Failed() != failed || outer.Stop(t.Context()) != nil || inner.State() != lifecycle.Stopped {
		t.Error("the groups do not nest")
	}
}

func TestOnlyTheFirstFailureIsDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g lifecycle.Group
		a, b := fragile{failed: make(chan error)}, fragile{failed: make(chan error)}
		g.Add("a", a)
		g.Add("b", b)
		if err := g.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		failed := g.Failed()
		b.failed <- errBroken
		synctest.Wait()
		a.failed <- errBroken
		synctest.Wait()
		if err := <-failed; err.Error() != "lifecycle: b: broken" || len(failed) != 0 {
			t.Errorf("got %v", err)
		}
		if err := g.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestStatesHaveNames(t *testing.T) {
	t.Parallel()
	want := []string{"idle", "starting", "ready", "draining", "stopped", "state 5"}
	for i, name := range want {
		if got := lifecycle.State(i).String(); got != name {
			t.Errorf("%d is %s, not %s", i, got, name)
		}
	}
	if got := lifecycle.State(-1).String(); got != "state -1" {
		t.Error(got)
	}
}

func BenchmarkGroup(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var g lifecycle.Group
		for range 10 {
			g.Add("component", lifecycle.Func{})
		}
		_, _ = g.Start(b.Context()), g.Stop(b.Context())
	}
}
