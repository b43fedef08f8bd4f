package lifecycle

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultCheckTimeout is how long one readiness check may take.
const DefaultCheckTimeout = 2 * time.Second

// HealthConfig shapes a [Health].
type HealthConfig struct {
	// CheckTimeout limits each check. Default: [DefaultCheckTimeout].
	CheckTimeout time.Duration
	// Log receives the reasons of failed checks, which the answers do not show, each time a check begins to fail or passes
	// again. Default: nothing is logged.
	Log *slog.Logger
}

// Health answers the probes of an orchestrator, in the sense of Kubernetes: live while the process can answer at all, started
// once it was ready for the first time, ready while it wants requests. The answers are JSON, {"status":"ok"} or "fail", for
// readiness with {"checks":{"store":"ok",…}}. It is safe for concurrent use.
type Health struct {
	cfg     HealthConfig
	started atomic.Bool
	ready   atomic.Bool
	mu      sync.Mutex
	checks  map[string]*check
}

// NewHealth returns the health of a program that is still starting.
func NewHealth(cfg HealthConfig) *Health {
	if cfg.CheckTimeout <= 0 {
		cfg.CheckTimeout = DefaultCheckTimeout
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Health{cfg: cfg, checks: make(map[string]*check)}
}

// Register adds a readiness check under a name that the public may see. A check that does not return in time fails; it runs
// once at a time, so one that ignores the end of its context piles nothing up. A check of the same name is replaced.
func (h *Health) Register(name string, f func(context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks[name] = &check{f: f}
}

// SetReady says that the program wants requests. A [Group] that [Run] runs says so itself.
func (h *Health) SetReady() {
	h.started.Store(true)
	h.ready.Store(true)
}

// Started says whether the program was ready at some time: what [Health.Startupz] answers.
func (h *Health) Started() bool { return h.started.Load() }

// SetDraining says that the program wants no more requests. A [Group] that [Run] runs says so itself.
func (h *Health) SetDraining() { h.ready.Store(false) }

// follow makes readiness that of a group. A nil health follows nothing.
func (h *Health) follow(s State) {
	switch {
	case h == nil:
	case s == Ready:
		h.SetReady()
	default:
		h.SetDraining()
	}
}

// Livez answers 200 as long as the process can answer.
func (h *Health) Livez() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, true, nil) })
}

// Startupz answers 200 once the program was ready for the first time, 503 before.
func (h *Health) Startupz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, h.Started(), nil) })
}

// Readyz answers 200 while the program wants requests and every check passes, 503 otherwise. Checks run at the same time, each
// with its deadline; the answer names those that fail and nothing more. Probes that come while a check runs share its outcome.
func (h *Health) Readyz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.ready.Load() {
			answer(w, false, nil)
			return
		}
		results, ok := h.run(r.Context())
		answer(w, ok && h.ready.Load(), results) // a stop may have begun meanwhile
	})
}

func (h *Health) run(ctx context.Context) (results map[string]string, ok bool) {
	h.mu.Lock()
	checks := maps.Clone(h.checks)
	h.mu.Unlock()
	// Other probes may share the outcome, so it must not depend on whether this one hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.cfg.CheckTimeout)
	defer cancel()
	var (
		mu sync.Mutex
		wg sync.WaitGroup
	)
	results, ok = make(map[string]string, len(checks)), true
	for name, c := range checks {
		wg.Go(func() {
			err := c.run(ctx)
			c.note(ctx, h.cfg.Log.With("check", name), err)
			mu.Lock()
			defer mu.Unlock()
			results[name] = "ok"
			if err != nil {
				results[name], ok = "fail", false
			}
		})
	}
	wg.Wait()
	return results, ok
}

// check is one readiness check.
type check struct {
	f       func(context.Context) error
	failing atomic.Bool // how it ended last
	mu      sync.Mutex
	current *task
}

// run joins the run in progress or begins one, and waits for it until ctx ends.
func (c *check) run(ctx context.Context) error {
	c.mu.Lock()
	if c.current == nil || c.current.over() {
		c.current = launch(ctx, c.f)
	}
	t := c.current
	c.mu.Unlock()
	select {
	case <-t.done:
		return t.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// note logs that the outcome has changed. Probes come every few seconds; saying the same each time would drown the log.
func (c *check) note(ctx context.Context, log *slog.Logger, err error) {
	switch failing := err != nil; {
	case c.failing.Swap(failing) == failing:
	case failing:
		log.WarnContext(ctx, "readiness check failed", "error", err.Error())
	default:
		log.InfoContext(ctx, "readiness check passes again")
	}
}

func answer(w http.ResponseWriter, ok bool, checks map[string]string) {
	body := struct {
		Status string            `json:"status"`
		Checks map[string]string `json:"checks,omitempty"`
	}{"ok", checks}
	status := http.StatusOK
	if !ok {
		body.Status, status = "fail", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the probe has hung up
}
