package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/lifecycle"
	"github.com/vade-go/vade/lifecycle/lifecycletest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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

func TestComponentsStartInOrderAndStopInReverse(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	for _, name := range []string{"a", "b", "c"} {
		g.Add(name, j.component(name))
	}
	if err := g.Start(t.Context()); err != nil || g.State() != lifecycle.Ready {
		t.Fatal(err, g.State())
	}
	if err := g.Stop(t.Context()); err != nil || g.State() != lifecycle.Stopped {
		t.Fatal(err, g.State())
	}
	if got := j.String(); got != "+a +b +c -c -b -a" {
		t.Error(got)
	}
}

func TestAComponentThatDoesNotStartTakesTheOthersDown(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	g.Add("b", lifecycle.Func{OnStart: func(context.Context) error { return errBroken }})
	g.Add("c", j.component("c"))
	err := g.Start(t.Context())
	if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "lifecycle: start b") {
		t.Errorf("got %v", err)
	}
	if got := j.String(); got != "+a -a" {
		t.Error(got)
	}
	if again := g.Start(t.Context()); again == nil || g.Stop(t.Context()) != nil {
		t.Errorf("a second start: %v", again)
	}
}

func TestStopReachesEveryComponentWhateverTheOthersAnswer(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	g.Add("b", lifecycle.Func{OnStop: func(context.Context) error { return errBroken }})
	g.Add("c", lifecycle.Func{OnStop: func(context.Context) error { panic("oh") }})
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := g.Stop(ctx)
	if p, ok := errors.AsType[*lifecycle.PanicError](err); !ok || p.Value != "oh" || !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	if got := j.String(); got != "+a -a" {
		t.Error(got)
	}
	if again := g.Stop(t.Context()); fmt.Sprint(again) != fmt.Sprint(err) {
		t.Errorf("the second stop says %v, the first %v", again, err)
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

func TestStress(t *testing.T) {
	t.Parallel()
	lifecycletest.Stress(t, func() lifecycle.Component {
		var end chan struct{}
		var done sync.WaitGroup
		return lifecycle.Func{
			OnStart: func(context.Context) error {
				end = make(chan struct{})
				done.Go(func() { <-end })
				return nil
			},
			OnStop: func(context.Context) error { close(end); done.Wait(); return nil },
		}
	})
}

func TestASignalDrainsWithinTheGracePeriod(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g lifecycle.Group
		var stopCtx context.Context
		g.Add("a", lifecycle.Func{OnStop: func(ctx context.Context) error {
			stopCtx = ctx
			<-ctx.Done()
			return ctx.Err()
		}})
		signals := make(chan os.Signal, 1)
		health := lifecycle.NewHealth(lifecycle.HealthConfig{})
		began := time.Now()
		err := lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{
			Grace: 10 * time.Second, Signals: signals, Health: health,
			OnReady: func() {
				if status(health) != 200 {
					t.Error("not ready when it should be")
				}
				signals <- os.Interrupt
			},
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 10*time.Second || stopCtx == nil {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if status(health) != 503 {
			t.Error("still ready after the stop")
		}
	})
}

func status(h *lifecycle.Health) int {
	rec := httptest.NewRecorder()
	h.Readyz().ServeHTTP(rec, httptest.NewRequest("GET", "/readyz", nil))
	return rec.Code
}

func TestASecondSignalDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g lifecycle.Group
		signals := make(chan os.Signal, 1)
		g.Add("a", lifecycle.Func{OnStop: func(ctx context.Context) error {
			signals <- os.Interrupt
			<-ctx.Done()
			return nil
		}})
		quit := 0
		began := time.Now()
		err := lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{
			Signals: signals, OnReady: func() { signals <- os.Interrupt }, OnSecondSignal: func() { quit++ },
		})
		if err != nil || quit != 1 || time.Since(began) != 0 {
			t.Errorf("after %v: %v, quit %d times", time.Since(began), err, quit)
		}
	})
}

// fragile is a component that breaks when told.
type fragile struct {
	lifecycle.Func
	failed chan error
}

func (f fragile) Failed() <-chan error { return f.failed }

func TestAComponentThatBreaksEndsTheProgram(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	f := fragile{failed: make(chan error, 1)}
	g.Add("a", j.component("a"))
	g.Add("listener", f)
	err := lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{OnReady: func() { f.failed <- errBroken }})
	if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "listener") || j.String() != "+a -a" {
		t.Errorf("got %v, %s", err, j.String())
	}
}

func TestTheEndOfTheContextStopsInOrder(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	ctx, cancel := context.WithCancel(t.Context())
	if err := lifecycle.Run(ctx, &g, lifecycle.RunOptions{OnReady: cancel}); err != nil || j.String() != "+a -a" {
		t.Errorf("got %v, %s", err, j.String())
	}
}

func TestReadinessNamesChecksAndKeepsReasonsToItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := lifecycle.NewHealth(lifecycle.HealthConfig{})
		h.Register("store", func(context.Context) error { return nil })
		h.Register("broker", func(context.Context) error { return errors.New("password wrong at 10.0.0.1") })
		h.Register("slow", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		if status(h) != 503 {
			t.Error("ready before the start was complete")
		}
		h.SetReady()
		rec := httptest.NewRecorder()
		h.Readyz().ServeHTTP(rec, httptest.NewRequest("GET", "/readyz", nil))
		want := `{"status":"fail","checks":{"broker":"fail","slow":"fail","store":"ok"}}` + "\n"
		if rec.Code != 503 || rec.Body.String() != want {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
	})
}

func TestStartupIsSaidOnceAndLivenessAlways(t *testing.T) {
	t.Parallel()
	h := lifecycle.NewHealth(lifecycle.HealthConfig{})
	ask := func(path string) int {
		rec := httptest.NewRecorder()
		handler := h.Livez()
		if path == "startupz" {
			handler = h.Startupz()
		}
		handler.ServeHTTP(rec, httptest.NewRequest("GET", "/"+path, nil))
		return rec.Code
	}
	if ask("livez") != 200 || ask("startupz") != 503 {
		t.Error("before the start")
	}
	h.SetReady()
	h.SetDraining()
	if ask("livez") != 200 || ask("startupz") != 200 || status(h) != 503 {
		t.Error("while draining")
	}
}

func Example() {
	say := func(text string) func(context.Context) error {
		return func(context.Context) error { fmt.Println(text); return nil }
	}
	var group lifecycle.Group
	group.Add("database", lifecycle.Func{OnStart: say("open database"), OnStop: say("close database")})
	group.Add("listener", lifecycle.Func{OnStart: say("listen"), OnStop: say("drain requests")})

	ctx, cancel := context.WithCancel(context.Background())
	err := lifecycle.Run(ctx, &group, lifecycle.RunOptions{OnReady: func() { fmt.Println("ready"); cancel() }})
	fmt.Println(err)
	// Output:
	// open database
	// listen
	// ready
	// drain requests
	// close database
	// <nil>
}
