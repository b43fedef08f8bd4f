package events

import "hash/maphash"

// lanes are queues that are worked off side by side, each in order. What has a key goes to the lane of the key; what has
// none, to whichever is free first.
type lanes struct {
	seed   maphash.Seed
	keyed  []chan *held
	shared chan *held
}

// newLanes returns n lanes. Each queue holds capacity deliveries, the most there can be, so that putting never waits and a
// slow key delays nothing but its lane.
func newLanes(n, capacity int) *lanes {
	l := &lanes{seed: maphash.MakeSeed(), keyed: make([]chan *held, n), shared: make(chan *held, capacity)}
	for i := range l.keyed {
		l.keyed[i] = make(chan *held, capacity)
	}
	return l
}

func (l *lanes) put(h *held, key string) {
	if key == "" {
		l.shared <- h
		return
	}
	l.keyed[maphash.String(l.seed, key)%uint64(len(l.keyed))] <- h
}

// close ends the lanes once they are empty. Nothing may be put any more.
func (l *lanes) close() {
	close(l.shared)
	for _, lane := range l.keyed {
		close(lane)
	}
}

// drain takes out what nobody has begun with, after close.
func (l *lanes) drain(giveBack func(*held)) {
	for _, lane := range append(l.keyed, l.shared) {
		for h := range lane {
			giveBack(h)
		}
	}
}

// run works off lane i, and what is in no lane, until both are closed and empty.
func (l *lanes) run(i int, handle func(*held)) {
	own, shared := l.keyed[i], l.shared
	for own != nil || shared != nil {
		select {
		case h, ok := <-own:
			if !ok {
				own = nil
				continue
			}
			handle(h)
		case h, ok := <-shared:
			if !ok {
				shared = nil
				continue
			}
			handle(h)
		}
	}
}
