package events

import (
	"context"
	"sync"
	"time"

	"github.com/vade-go/vade/events/driver"
)

// held is a delivery between its arrival and its settling.
type held struct {
	delivery driver.Delivery
	began    time.Time // of the handler; zero: waits in a lane
}

// holding is everything that a worker holds. The broker must hear of all of it, also of what still waits: otherwise slow
// handlers make it give the events behind them to somebody else as well.
type holding struct {
	mu  sync.Mutex
	all map[*held]struct{}
}

func (g *holding) add(h *held) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all == nil {
		g.all = make(map[*held]struct{})
	}
	g.all[h] = struct{}{}
}

func (g *holding) begin(h *held) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h.began = time.Now()
}

func (g *holding) remove(h *held) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.all, h)
}

func (g *holding) any() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.all) > 0
}

// due returns what is to be extended: not what a handler holds beyond its time, and when the lanes are stuck, not what waits
// there. Somebody else shall have these.
func (g *holding) due(timeout time.Duration, stuck bool) []*held {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make([]*held, 0, len(g.all))
	for h := range g.all {
		if waits := h.began.IsZero(); waits && !stuck || !waits && time.Since(h.began) < timeout {
			out = append(out, h)
		}
	}
	return out
}

// keep extends what is held, until handling ends.
func (g *holding) keep(handling context.Context, every, timeout time.Duration, stuck func() bool) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-handling.Done():
			return
		case <-tick.C:
			for _, h := range g.due(timeout, stuck()) {
				_ = h.delivery.Extend(handling) // what is lost to somebody else comes twice
			}
		}
	}
}
