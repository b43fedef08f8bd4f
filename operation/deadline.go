package operation

import (
	"context"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/vade-go/vade/call"
)

// forever is the time of a call that has none.
const forever = time.Duration(math.MaxInt64)

// deadline ends the context of a call after the limit, or earlier when the caller waits for less.
func deadline(limit time.Duration, next Handler) Handler {
	if limit == 0 {
		limit = forever
	}
	return func(ctx context.Context, c *Call) error {
		wait := patience(c, limit)
		if wait == forever {
			return next(ctx, c)
		}
		c.limited.begin(ctx, c.run.Began().Add(wait))
		defer c.limited.end()
		return next(&c.limited, c)
	}
}

// patience is how long the caller waits, at most the limit.
func patience(c *Call, limit time.Duration) time.Duration {
	if left := c.header(call.DeadlineHeader); left != "" { // an error would cost more than the rest of the stage
		if ms, err := strconv.ParseInt(left, 10, 32); err == nil && ms >= 0 {
			return min(limit, time.Duration(ms)*time.Millisecond)
		}
	}
	return limit
}

// deadlineContext is what context.WithTimeout returns, with the difference that it sets no timer before somebody waits for it. Most
// handlers ask no more than whether the time is over. It is a part of the call.
type deadlineContext struct {
	parent context.Context
	at     time.Time

	mu     sync.Mutex
	timed  context.Context // of package context, once somebody waits
	cancel context.CancelFunc
	err    error // what it ended with, if nobody ever waited
}

func (c *deadlineContext) begin(parent context.Context, at time.Time) {
	c.parent, c.at = parent, at
	if earlier, ok := parent.Deadline(); ok && earlier.Before(c.at) {
		c.at = earlier
	}
}

// end ends the context, unless it has ended.
func (c *deadlineContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.timed != nil:
		c.cancel()
	case c.err == nil: // and nobody asked
		c.err = context.Canceled
	}
}

// over says why the context has ended although nobody waited for it.
func (c *deadlineContext) over() error {
	switch {
	case c.parent.Err() != nil:
		return c.parent.Err()
	case !time.Now().Before(c.at):
		return context.DeadlineExceeded
	}
	return nil
}

func (c *deadlineContext) Deadline() (time.Time, bool) { return c.at, true }

func (c *deadlineContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.timed != nil:
	case c.err == nil:
		c.timed, c.cancel = context.WithDeadline(c.parent, c.at)
	default: // too late
		cause := c.err
		if c.parent.Err() != nil {
			cause = context.Cause(c.parent)
		}
		over, cancel := context.WithCancelCause(context.WithoutCancel(c.parent))
		cancel(cause)
		c.timed, c.cancel = over, func() {}
	}
	return c.timed.Done()
}

func (c *deadlineContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
	case c.timed != nil:
		return c.timed.Err()
	default:
		c.err = c.over()
	}
	return c.err
}

// Value lets package context find the one with the timer.
func (c *deadlineContext) Value(key any) any {
	c.mu.Lock()
	inner := c.timed
	c.mu.Unlock()
	if inner == nil {
		inner = c.parent
	}
	return inner.Value(key)
}
