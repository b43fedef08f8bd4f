package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// After does work once the call that ctx belongs to has been answered: it sends a receipt, warms a cache. It is called by the handler,
// an interceptor or a request dependency, in the goroutine of the call. F runs if the call succeeds, after the clean-ups of its
// dependencies, in a goroutine of its own, even if the caller has gone by then; if the call fails f is forgotten. It works for requests,
// for mounted handlers that answer with a status below 400, and for typed calls in the same process.
//
// The context of f does not end with the caller. It has the principal, the token, the request id and the trace of the call, a
// deadline ([BackgroundConfig]), and ends when a stop has no time left. What request dependencies gave is no longer good. An error or a
// panic is logged under an id, with the name, and [OnIncident] hears of it; nobody else does, and nothing is tried again. A graceful
// stop waits for f.
//
// A crash loses it. It is for what may be lost; what must not be lost is an event of package outbox or a task.
//
// The name is a word or two that stand in logs, metrics and traces; there are few of them in a program. When the service has as much
// work as it takes, After returns [ErrBusy], which answers the call with 503 and Retry-After, for the handler to return or to live with; to a
// goroutine that comes when the call is over, [ErrCallOver].
func After(ctx context.Context, name string, f func(ctx context.Context) error) error {
	c, ok := operation.FromContext(ctx)
	switch {
	case !ok || c.Hooks == nil || c.Hooks.Later == nil:
		return fmt.Errorf("api: after %q: the context belongs to no operation of an API", name)
	case f == nil || name == "":
		return fmt.Errorf("api: after %q: work has a name and a function", name)
	}
	return c.Hooks.Later(ctx, c, name, f)
}

// ErrCallOver is what [After] returns to a goroutine that comes too late: the call has been answered, and its work been begun.
var ErrCallOver = errors.New("the call is over: give its work before the handler returns, or do it where you are")

// ErrBusy is what [After] returns when the service has as much work as it takes, or is stopping. It is a problem.Unavailable.
var ErrBusy = fmt.Errorf("api: no room for more background work: %w", problem.Unavailable())

// BackgroundConfig limits the work that [After] is given. Its zero value has the defaults.
type BackgroundConfig struct {
	Max     int           // of the service at a time, waiting for the end of its call or running; default: 256
	Timeout time.Duration // of each; default: 30 s
}

// Background limits the work that [After] is given. It is an option of [Configure].
func Background(cfg BackgroundConfig) Option {
	return &onlyConfigure{"api.Background", func(c *configuration) error {
		if cfg.Max < 0 || cfg.Timeout < 0 {
			return errors.New("api.Background: a limit is negative")
		}
		c.background = cfg
		return nil
	}}
}

func (cfg BackgroundConfig) withDefaults() BackgroundConfig {
	cfg.Max, cfg.Timeout = cmp.Or(cfg.Max, 256), cmp.Or(cfg.Timeout, 30*time.Second)
	return cfg
}

// Start starts nothing: operations are there once the service is open. It makes App a lifecycle.Component.
func (a *App) Start(context.Context) error { return nil }

// Stop waits for the work that [After] was given, and takes no more. When three quarters of the time that ctx leaves are over, what
// still runs is told to end; what has not ended when ctx does is logged by its name and left behind.
func (a *App) Stop(ctx context.Context) error { return a.work.stop(ctx) }

// Close tells what still runs to end and does not wait.
func (a *App) Close() error {
	if a.work != nil {
		a.work.cancel(errStopped)
	}
	return nil
}
