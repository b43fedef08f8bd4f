package operation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vade-go/vade/internal/stopclock"
	"github.com/vade-go/vade/problem"
)

// Heard says that a part of a body has passed, or that the handler of an answer that flows has done its part, so that a call that streams
// goes on. It does nothing for any other. It is safe for concurrent use.
func (c *Call) Heard() { c.silence.Wind() }

// Begin says that the answer has begun to flow. Its status is that of a success from then on, and it may take its time.
func (c *Call) Begin(status int) {
	c.Status, c.Begun = status, true
	c.silence.Stop()
}

// silenced is the stage deadline of an operation that streams. The context outlives the plan, since a caller in the same process
// reads the answer after it; it ends with the call.
func silenced(limit time.Duration, next Handler) Handler {
	return func(ctx context.Context, c *Call) error {
		ctx, cancel := context.WithCancelCause(ctx)
		c.silence = stopclock.Start(patience(c, limit), func() { cancel(context.DeadlineExceeded) })
		c.Defer(func(error) { c.silence.Stop(); cancel(nil) })
		err := next(ctx, c)
		if err == nil {
			c.silence.Stop()
			return nil
		}
		if _, known := problem.From(err); !known && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			return fmt.Errorf("%w: %w", problem.Timeout(), err)
		}
		return err
	}
}
