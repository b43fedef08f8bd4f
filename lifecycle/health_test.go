package lifecycle_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/lifecycle"
)

func ask(h http.Handler) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	return rec
}

func status(h http.Handler) int { return ask(h).Code }

func TestReadinessNamesChecksAndKeepsReasonsToItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		h := lifecycle.NewHealth(lifecycle.HealthConfig{Log: slog.New(slog.NewTextHandler(&log, nil))})
		h.Register("store", func(context.Context) error { return nil })
		h.Register("broker", func(context.Context) error { return errors.New("password wrong at 10.0.0.1") })
		h.Register("crash", func(context.Context) error { panic("secret") })
		h.Register("slow", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		if rec := ask(h.Readyz()); rec.Code != 503 || rec.Body.String() != `{"status":"fail"}`+"\n" {
			t.Errorf("before the start was complete: %d %s", rec.Code, rec.Body)
		}
		h.SetReady()
		rec := ask(h.Readyz())
		want := `{"status":"fail","checks":{"broker":"fail","crash":"fail","slow":"fail","store":"ok"}}` + "\n"
		if rec.Code != 503 || rec.Body.String() != want {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		if h := rec.Header(); h.Get("Content-Type") != "application/json" || h.Get("Cache-Control") != "no-store" {
			t.Error(h)
		}
		if !strings.Contains(log.String(), "check=broker error=\"password wrong at 10.0.0.1\"") {
			t.Error(log.String())
		}
	})
}

func TestStartupIsSaidOnceAndLivenessAlways(t *testing.T) {
	t.Parallel()
	h := lifecycle.NewHealth(lifecycle.HealthConfig{})
	h.Register("broken", func(context.Context) error { return errBroken })
	if status(h.Livez()) != 200 || status(h.Startupz()) != 503 || h.Started() {
		t.Error("before the start")
	}
	h.SetReady()
	h.SetDraining()
	if status(h.Livez()) != 200 || status(h.Startupz()) != 200 || status(h.Readyz()) != 503 || !h.Started() {
		t.Error("while draining")
	}
}

func TestACheckHasADeadlineEvenWhenItIgnoresIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := lifecycle.NewHealth(lifecycle.HealthConfig{})
		h.SetReady()
		release := make(chan struct{})
		var runs atomic.Int32
		h.Register("deaf", func(context.Context) error {
			runs.Add(1)
			<-release
			return nil
		})
		began := time.Now()
		for range 3 {
			if status(h.Readyz()) != 503 {
				t.Error("ready")
			}
		}
		if took := time.Since(began); took != 3*lifecycle.DefaultCheckTimeout || runs.Load() != 1 {
			t.Errorf("%d runs in %v", runs.Load(), took)
		}
		close(release)
		synctest.Wait()
		if status(h.Readyz()) != 200 || runs.Load() != 2 {
			t.Error("not ready when the check works again")
		}
	})
}

func TestProbesThatComeTogetherShareARun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := lifecycle.NewHealth(lifecycle.HealthConfig{})
		h.SetReady()
		release := make(chan struct{})
		var runs atomic.Int32
		h.Register("store", func(context.Context) error {
			runs.Add(1)
			<-release
			return nil
		})
		ctx, hangUp := context.WithCancel(t.Context())
		var probes sync.WaitGroup
		for range 10 {
			probes.Go(func() {
				rec := httptest.NewRecorder()
				h.Readyz().ServeHTTP(rec, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
				if rec.Code != 200 {
					t.Error(rec.Code)
				}
			})
		}
		synctest.Wait()
		hangUp() // a probe that hangs up spoils nothing for the others
		synctest.Wait()
		close(release)
		probes.Wait()
		if n := runs.Load(); n != 1 {
			t.Errorf("%d runs", n)
		}
	})
}

func TestOnlyChangesOfACheckAreLogged(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	h := lifecycle.NewHealth(lifecycle.HealthConfig{Log: slog.New(slog.NewTextHandler(&log, nil))})
	h.SetReady()
	var err error
	h.Register("store", func(context.Context) error { return err })
	for _, e := range []error{nil, errBroken, errBroken, errBroken, nil, nil} {
		err = e
		status(h.Readyz())
	}
	if got := log.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "failed") || !strings.Contains(got, "passes again") {
		t.Error(got)
	}
}

func TestAStopDuringAProbeCounts(t *testing.T) {
	t.Parallel()
	h := lifecycle.NewHealth(lifecycle.HealthConfig{})
	h.SetReady()
	h.Register("store", func(context.Context) error { h.SetDraining(); return nil })
	if status(h.Readyz()) != 503 {
		t.Error("ready while draining")
	}
}

func BenchmarkReadyz(b *testing.B) {
	h := lifecycle.NewHealth(lifecycle.HealthConfig{})
	h.SetReady()
	for _, name := range []string{"store", "broker", "cache"} {
		h.Register(name, func(context.Context) error { return nil })
	}
	handler := h.Readyz()
	b.ReportAllocs()
	for b.Loop() {
		if status(handler) != 200 {
			b.Fatal("not ready")
		}
	}
}
