package operation

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Hooks are what the service of a call adds to its running. Any of them may be nil; they do not change once calls run, and are
// called by many goroutines at once.
type Hooks struct {
	// Incident hears of every failure that the caller was not told the cause of, after it was logged.
	Incident func(ctx context.Context, i *Incident)
	// Later takes work that is done after the answer of a call: see api.After.
	Later func(ctx context.Context, c *Call, name string, f func(context.Context) error) error
}

// Incident is a failure that nobody declared.
type Incident struct {
	ID        string // that the caller was told, and that is in the log
	Operation string // id of the operation
	Err       error  // the cause, which the caller does not learn
	Stack     []byte // of a panic; nil: there was none
}

// Report tells the hook of an incident. One that panics spoils nothing but itself.
func (h *Hooks) Report(ctx context.Context, log *slog.Logger, i *Incident) {
	if h == nil || h.Incident == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			log.ErrorContext(ctx, "incident hook failed", "incident", i.ID, "error", fmt.Sprint("panic: ", v), "stack", string(debug.Stack()))
		}
	}()
	h.Incident(ctx, i)
}
