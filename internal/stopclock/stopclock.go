package stopclock

import (
	"sync"
	"time"
)

// Clock rings once, when nothing has happened for its time. It is safe for concurrent use. A nil Clock does nothing.
type Clock struct {
	limit time.Duration
	mu    sync.Mutex
	timer *time.Timer // nil: stopped for good
}

// Start returns a clock that calls ring, in a goroutine of its own, when it was not wound for the limit.
func Start(limit time.Duration, ring func()) *Clock {
	return &Clock{limit: limit, timer: time.AfterFunc(limit, ring)}
}

// Wind starts the time anew.
func (c *Clock) Wind() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Reset(c.limit)
	}
}

// Stop keeps the clock from ringing for good, unless it has rung.
func (c *Clock) Stop() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}
