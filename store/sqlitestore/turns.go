package sqlitestore

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// turns lets one goroutine at a time go on, in the order in which they came. Unlike a mutex, it can be waited for with a
// context, and who has the turn learns whether others wait. The zero value is free.
type turns struct {
	mu      sync.Mutex
	taken   bool
	waiting []chan struct{}
}

var errTurn = errors.New("the turn did not come")

// take waits for the turn. It returns errTurn after the time given, or the error of ctx when that ends. It may return nil
// although ctx has ended, if both happen at once.
func (t *turns) take(ctx context.Context, wait time.Duration) error {
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	t.waiting = append(t.waiting, turn)
	t.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	err := errTurn
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
	}
	if t.leave(turn) {
		return err
	}
	return nil // the turn has come after all
}

// leave stops waiting. It reports false when the turn has come.
func (t *turns) leave(turn chan struct{}) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.waiting, turn)
	if i < 0 {
		return false
	}
	t.waiting = slices.Delete(t.waiting, i, i+1)
	return true
}

// offer passes the turn on if somebody waits for it, and reports whether it did.
func (t *turns) offer() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.next()
}

// release passes the turn on, or gives it back when nobody waits.
func (t *turns) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken = t.next()
}

func (t *turns) next() bool {
	if len(t.waiting) == 0 {
		return false
	}
	close(t.waiting[0])
	t.waiting = slices.Delete(t.waiting, 0, 1)
	return true
}
