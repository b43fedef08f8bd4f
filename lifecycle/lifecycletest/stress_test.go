package lifecycletest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/vade-go/vade/lifecycle"
	"github.com/vade-go/vade/lifecycle/lifecycletest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// worker is a component as it should be.
func worker() lifecycle.Component {
	var end chan struct{}
	var work sync.WaitGroup
	return lifecycle.Func{
		OnStart: func(context.Context) error {
			end = make(chan struct{})
			work.Go(func() { <-end })
			return nil
		},
		OnStop: func(context.Context) error { close(end); work.Wait(); return nil },
	}
}

func TestAGoodComponentPasses(t *testing.T) {
	t.Parallel()
	lifecycletest.Stress(t, worker)
}

func TestAComponentThatObeysItsContextPasses(t *testing.T) {
	t.Parallel()
	lifecycletest.Stress(t, func() lifecycle.Component {
		obey := func(ctx context.Context) error { return ctx.Err() }
		return lifecycle.Func{OnStart: obey, OnStop: obey}
	})
}

// recorder is a test that may fail.
type recorder struct {
	testing.TB
	mu   sync.Mutex
	said strings.Builder
}

func (r *recorder) Helper() {}

func (r *recorder) Error(args ...any) { r.Errorf("%s", fmt.Sprint(args...)) }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(&r.said, format+"\n", args...)
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// stress returns what Stress says about the component.
func stress(t *testing.T, c lifecycle.Component) string {
	t.Helper()
	r := &recorder{TB: t}
	var done sync.WaitGroup
	done.Go(func() { lifecycletest.Stress(r, func() lifecycle.Component { return c }) })
	done.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.String()
}

func TestBadComponentsAreFound(t *testing.T) {
	t.Parallel()
	fail := func(context.Context) error { return errors.New("broken pipe") }
	crash := func(context.Context) error { panic("send on closed channel") }
	tests := []struct {
		name string
		c    lifecycle.Func
		says string
	}{
		{"does not start", lifecycle.Func{OnStart: fail}, "start component: broken pipe"},
		{"does not stop", lifecycle.Func{OnStop: fail}, "stop component: broken pipe"},
		{"panics at the start", lifecycle.Func{OnStart: crash}, "panic: send on closed channel"},
		{"panics at the stop", lifecycle.Func{OnStop: crash}, "panic: send on closed channel"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if said := stress(t, tt.c); !strings.Contains(said, tt.says) {
				t.Errorf("said %q, not %q", said, tt.says)
			}
		})
	}
}

func TestAHangingStopIsFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		said := stress(t, lifecycle.Func{OnStop: func(context.Context) error { <-release; return nil }})
		close(release)
		if !strings.Contains(said, "hangs; the group is draining") {
			t.Errorf("said %q", said)
		}
	})
}

func TestAStartThatIgnoresItsContextIsFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls int
		release := make(chan struct{})
		said := stress(t, lifecycle.Func{OnStart: func(ctx context.Context) error {
			if calls++; calls == 1 {
				return nil // in peace all is well
			}
			<-release
			return nil
		}})
		close(release)
		if !strings.Contains(said, "hangs") {
			t.Errorf("said %q", said)
		}
	})
}
