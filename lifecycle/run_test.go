package lifecycle_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/lifecycle"
)

func TestASignalDrainsWithinTheGracePeriod(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g lifecycle.Group
		var j journal
		g.Add("a", j.untilEnd("a"))
		signals := make(chan os.Signal, 1)
		health := lifecycle.NewHealth(lifecycle.HealthConfig{})
		began := time.Now()
		err := lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{
			Grace: 10 * time.Second, Signals: signals, Health: health,
			OnReady: func() {
				if status(health.Readyz()) != 200 {
					t.Error("not ready when it should be")
				}
				signals <- os.Interrupt
			},
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 10*time.Second || j.String() != "+a -a" {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if status(health.Readyz()) != 503 {
			t.Error("still ready after the stop")
		}
	})
}

func TestReadinessGoesDownBeforeAnythingStopsWhoeverStops(t *testing.T) {
	t.Parallel()
	stops := map[string]func(g *lifecycle.Group, end context.CancelFunc, signals chan<- os.Signal, f fragile){
		"context": func(_ *lifecycle.Group, end context.CancelFunc, _ chan<- os.Signal, _ fragile) { end() },
		"signal": func(_ *lifecycle.Group, _ context.CancelFunc, signals chan<- os.Signal, _ fragile) {
			signals <- os.Interrupt
		},
		"failure": func(_ *lifecycle.Group, _ context.CancelFunc, _ chan<- os.Signal, f fragile) { f.failed <- errBroken },
		"somebody else": func(g *lifecycle.Group, _ context.CancelFunc, _ chan<- os.Signal, _ fragile) {
			_ = g.Stop(context.Background())
		},
	}
	for name, cause := range stops {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var g lifecycle.Group
			health := lifecycle.NewHealth(lifecycle.HealthConfig{})
			f := fragile{failed: make(chan error, 1)}
			stopped := false
			f.OnStop = func(context.Context) error {
				stopped = true
				if status(health.Readyz()) != 503 || g.State() != lifecycle.Draining {
					t.Error("ready while it stops")
				}
				return nil
			}
			g.Add("listener", f)
			ctx, end := context.WithCancel(t.Context())
			defer end()
			signals := make(chan os.Signal, 1)
			err := lifecycle.Run(ctx, &g, lifecycle.RunOptions{
				Health: health, Signals: signals, OnReady: func() { cause(&g, end, signals, f) },
			})
			if !stopped || errors.Is(err, errBroken) != (name == "failure") || (err != nil && name != "failure") {
				t.Errorf("stopped: %v, %v", stopped, err)
			}
		})
	}
}

func TestASecondSignalDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g lifecycle.Group
		signals, release := make(chan os.Signal, 1), make(chan struct{})
		defer close(release)
		g.Add("deaf", lifecycle.Func{OnStop: func(context.Context) error {
			signals <- os.Interrupt // together with the first, so it means the same
			<-time.After(time.Second)
			signals <- os.Interrupt
			<-release
			return nil
		}})
		quit := 0
		began := time.Now()
		err := lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{
			Signals: signals, OnReady: func() { signals <- os.Interrupt }, OnSecondSignal: func() { quit++ },
		})
		if !errors.Is(err, lifecycle.ErrQuit) || quit != 1 || time.Since(began) != time.Second {
			t.Errorf("after %v: %v, quit %d times", time.Since(began), err, quit)
		}
	})
}

func TestTheFirstSignalAfterAnotherReasonIsNoted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g lifecycle.Group
		signals := make(chan os.Signal, 1)
		g.Add("a", lifecycle.Func{OnStop: func(context.Context) error {
			signals <- os.Interrupt
			synctest.Wait()
			return nil
		}})
		var log strings.Builder
		ctx, end := context.WithCancel(t.Context())
		err := lifecycle.Run(ctx, &g, lifecycle.RunOptions{
			Signals: signals, OnReady: end, Log: slog.New(slog.NewTextHandler(&log, nil)),
			OnSecondSignal: func() { t.Error("the first signal counted as the second") },
		})
		if err != nil || !strings.Contains(log.String(), "one more signal does not wait") {
			t.Errorf("got %v; %s", err, log.String())
		}
	})
}

func TestAComponentThatBreaksEndsTheProgram(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	f := fragile{failed: make(chan error, 1)}
	g.Add("a", j.component("a"))
	g.Add("listener", f)
	err := lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{OnReady: func() { f.failed <- errBroken }})
	if !errors.Is(err, errBroken) || err.Error() != "lifecycle: listener: broken" || j.String() != "+a -a" {
		t.Errorf("got %v, %s", err, j.String())
	}
}

func TestAChannelOfFailuresThatIsClosedIsNoFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g lifecycle.Group
		f := fragile{failed: make(chan error)}
		close(f.failed)
		g.Add("listener", f)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		if err := lifecycle.Run(ctx, &g, lifecycle.RunOptions{}); err != nil || time.Since(began) != time.Minute {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

func TestTheEndOfTheContextStopsInOrder(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	g.Add("b", j.component("b"))
	ctx, cancel := context.WithCancel(t.Context())
	err := lifecycle.Run(ctx, &g, lifecycle.RunOptions{OnReady: cancel})
	if err != nil || j.String() != "+a +b -b -a" {
		t.Errorf("got %v, %s", err, j.String())
	}
}

func TestBeingToldToStopWhileStartingIsNoFailure(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"context", "signal"} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			var j journal
			var g lifecycle.Group
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			signals := make(chan os.Signal, 1)
			g.Add("a", j.component("a"))
			g.Add("slow", lifecycle.Func{OnStart: func(ctx context.Context) error {
				if reason == "signal" {
					signals <- os.Interrupt
				} else {
					cancel()
				}
				<-ctx.Done()
				return ctx.Err()
			}})
			err := lifecycle.Run(ctx, &g, lifecycle.RunOptions{
				Signals: signals, OnReady: func() { t.Error("ready without having come up") },
			})
			if err != nil || j.String() != "+a -a" {
				t.Errorf("got %v, %s", err, j.String())
			}
		})
	}
}

func TestAFailedStartComesDownWithinTheGracePeriod(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var g lifecycle.Group
		g.Add("a", j.untilEnd("a"))
		g.Add("b", lifecycle.Func{OnStart: func(context.Context) error { return errBroken }})
		began := time.Now()
		err := lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{Grace: 3 * time.Second})
		want := "lifecycle: start b: broken\nlifecycle: stop a: context deadline exceeded"
		if !errors.Is(err, errBroken) || err.Error() != want || time.Since(began) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

func TestSignalsAreHeardWhileAFailedStartComesDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g lifecycle.Group
		signals := make(chan os.Signal)
		g.Add("a", lifecycle.Func{OnStop: func(ctx context.Context) error {
			signals <- os.Interrupt
			<-time.After(time.Second)
			signals <- os.Interrupt
			<-ctx.Done()
			return nil
		}})
		g.Add("b", lifecycle.Func{OnStart: func(context.Context) error { return errBroken }})
		began := time.Now()
		err := lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{Signals: signals})
		if !errors.Is(err, lifecycle.ErrQuit) || time.Since(began) != time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		<-g.Done()
	})
}

func TestRunOfAGroupThatWasStoppedReturns(t *testing.T) {
	t.Parallel()
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	if err := g.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{}); err != nil || j.String() != "" {
		t.Errorf("got %v, %s", err, j.String())
	}
}

// TestTheSignalsOfTheOperatingSystemAreTheDefault sends this process an interrupt, so it runs alone.
func TestTheSignalsOfTheOperatingSystemAreTheDefault(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	var j journal
	var g lifecycle.Group
	g.Add("a", j.component("a"))
	err = lifecycle.Run(t.Context(), &g, lifecycle.RunOptions{OnReady: func() {
		if err := self.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
	}})
	if err != nil || j.String() != "+a -a" {
		t.Errorf("got %v, %s", err, j.String())
	}
}
