package lifecycle

import (
	"context"
	"encoding/json"
	"io"
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
	// Log receives the reasons of failed checks, which the answers do not show. Default: nothing is logged.
	Log *slog.Logger
}

// Health answers the probes of an orchestrator, in the sense of Kubernetes: live while the process can answer at all, started
// once it was ready for the first time, ready while it wants requests. It is safe for concurrent use.
type Health struct {
	cfg     HealthConfig
	started atomic.Bool
	ready   atomic.Bool
	mu      sync.Mutex
	checks  map[string]func(context.Context) error
}

// NewHealth returns the health of a program that is still starting.
func NewHealth(cfg HealthConfig) *Health {
	if cfg.CheckTimeout <= 0 {
		cfg.CheckTimeout = DefaultCheckTimeout
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return &Health{cfg: cfg, checks: make(map[string]func(context.Context) error)}
}

// Register adds a readiness check under a name that the public may see. The check must honour its context. A check of the same
// name is replaced.
func (h *Health) Register(name string, check func(context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks[name] = check
}

// SetReady says that the program wants requests.
func (h *Health) SetReady() {
	h.started.Store(true)
	h.ready.Store(true)
}

// SetDraining says that the program wants no more requests.
func (h *Health) SetDraining() { h.ready.Store(false) }

// Livez answers 200 as long as the process can answer.
func (h *Health) Livez() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, true, nil) })
}

// Startupz answers 200 once the program was ready for the first time, 503 before.
func (h *Health) Startupz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, h.started.Load(), nil) })
}

// Readyz answers 200 while the program wants requests and every check passes, 503 otherwise. Checks run at the same time, each
// with its deadline; the answer names those that fail and nothing more.
func (h *Health) Readyz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.ready.Load() {
			answer(w, false, nil)
			return
		}
		results, ok := h.run(r.Context())
		answer(w, ok, results)
	})
}

func (h *Health) run(ctx context.Context) (results map[string]string, ok bool) {
	h.mu.Lock()
	checks := maps.Clone(h.checks)
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, h.cfg.CheckTimeout)
	defer cancel()
	var (
		mu sync.Mutex
		wg sync.WaitGroup
	)
	results, ok = make(map[string]string, len(checks)), true
	for name, check := range checks {
		wg.Go(func() {
			err := guarded(ctx, check)
			mu.Lock()
			defer mu.Unlock()
			results[name] = "ok"
			if err != nil {
				results[name], ok = "fail", false
				h.cfg.Log.WarnContext(ctx, "readiness check failed", "check", name, "error", err.Error())
			}
		})
	}
	wg.Wait()
	return results, ok
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
	_ = json.NewEncoder(w).Encode(body)
}
