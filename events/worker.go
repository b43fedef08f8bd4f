package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/operation"
)

const (
	giveUp      = 5 * time.Second // for a last word to a broker that does not answer
	resubscribe = time.Second     // between attempts to join the group again
	lastMoment  = time.Second / 2 // for handlers whose contexts have ended because the process stops

	// graceShare is the part of the time for a stop that handlers have to finish. The rest is for giving back what they did not.
	graceShare = 0.9
)

var errStalled = errors.New("there is a backlog and nothing arrives")

// worker is a subscription at work. One goroutine reads from the broker, one for each lane runs handlers, and one extends what
// they hold.
type worker struct {
	*subscription
	hub  *Hub
	log  *slog.Logger
	plan *operation.Plan

	life     context.Context // of the reader
	quit     context.CancelFunc
	handling context.Context // of the handlers, which may finish after quit
	abandon  context.CancelFunc
	reader   sync.WaitGroup
	handlers sync.WaitGroup
	keeper   sync.WaitGroup
	lanes    *lanes
	holding  holding
	behind   chan struct{} // one for each handler that was left behind

	mu       sync.Mutex
	consumer driver.Consumer
}

func newWorker(s *subscription, hub *Hub, log *slog.Logger, plan *operation.Plan) *worker {
	return &worker{
		subscription: s, hub: hub, plan: plan,
		log: log.With("topic", s.topic.Name, "group", s.group),
	}
}

func (w *worker) start(ctx context.Context) error {
	c, err := w.subscribe(ctx)
	if err != nil {
		return err
	}
	w.consumer = c
	background := context.WithoutCancel(ctx)
	w.life, w.quit = context.WithCancel(background)
	w.handling, w.abandon = context.WithCancel(background)
	w.lanes = newLanes(w.parallel, w.window())
	w.behind = make(chan struct{}, w.parallel)
	for i := range w.parallel {
		w.handlers.Go(func() { w.lanes.run(i, w.handleHeld) })
	}
	w.reader.Go(w.read)
	w.keeper.Go(func() { w.holding.keep(w.handling, w.ackWait/3, w.timeout, w.stuck) })
	return nil
}

// stuck reports whether no further handler may be left behind.
func (w *worker) stuck() bool { return len(w.behind) == cap(w.behind) }

func (w *worker) subscribe(ctx context.Context) (driver.Consumer, error) {
	if err := w.hub.declare(ctx, w.topic); err != nil {
		return nil, err
	}
	c, err := w.hub.broker.Subscribe(ctx, driver.Subscription{
		Topic: w.topic.Name, Group: w.group, Window: w.window(), AckWait: w.ackWait, FromNow: w.fromNow,
	})
	if err != nil {
		return nil, fmt.Errorf("events: subscribe %s to %s: %w", w.group, w.topic.Name, err)
	}
	return c, nil
}

// read hands deliveries to the lanes until the worker stops, and joins the group again whenever the consumer breaks.
func (w *worker) read() {
	defer w.lanes.close()
	for {
		err := w.pump(w.current())
		if w.life.Err() != nil {
			return
		}
		w.log.WarnContext(w.life, "event consumer broke, subscribing again", "error", err.Error())
		if !w.rebuild() {
			return
		}
	}
}

// pump moves deliveries until the consumer ends. It is also the watchdog: when nothing arrives for a while and nothing is in
// work, but the broker has a backlog, and still nothing arrives, the consumer counts as broken.
func (w *worker) pump(c driver.Consumer) error {
	for wait, suspicious := w.stall, false; ; {
		ctx, cancel := context.WithTimeout(w.life, wait)
		d, err := c.Next(ctx)
		cancel()
		switch {
		case err == nil:
			w.accept(d)
			wait, suspicious = w.stall, false
		case w.life.Err() != nil || !errors.Is(err, context.DeadlineExceeded):
			return err
		case w.holding.any() || !w.backlog(c):
			wait, suspicious = w.stall, false
		case suspicious:
			return errStalled
		default:
			wait, suspicious = w.stall/4, true
		}
	}
}

func (w *worker) backlog(c driver.Consumer) bool {
	ctx, cancel := context.WithTimeout(w.life, giveUp)
	defer cancel()
	n, err := c.Pending(ctx)
	return err == nil && n > 0
}

// rebuild replaces the consumer. It reports false when the worker stops.
func (w *worker) rebuild() bool {
	_ = w.stopConsumer(w.life, w.current()) // it is being replaced because it is broken
	w.hub.forget(w.topic.Name)
	for {
		ctx, cancel := context.WithTimeout(w.life, giveUp)
		c, err := w.subscribe(ctx)
		cancel()
		if err == nil {
			w.mu.Lock()
			w.consumer = c
			w.mu.Unlock()
			return true
		}
		if w.life.Err() != nil || errors.Is(err, driver.ErrClosed) {
			return false
		}
		w.log.WarnContext(w.life, "event consumer is not back yet", "error", err.Error())
		if !sleep(w.life, resubscribe) {
			return false
		}
	}
}

func (w *worker) current() driver.Consumer {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.consumer
}

func (w *worker) stopConsumer(ctx context.Context, c driver.Consumer) error {
	ctx, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	return c.Stop(ctx)
}

// accept puts a delivery into its lane.
func (w *worker) accept(d driver.Delivery) {
	h := &held{delivery: d}
	m := d.Message()
	if only := m.Headers[headerOnlyGroup]; only != "" && only != w.group {
		w.settle(d, "ack", d.Ack(w.handling))
		return
	}
	w.holding.add(h)
	key := ""
	if w.keyed {
		key = m.Headers[headerKey]
	}
	w.lanes.put(h, key)
}

// stop ends reading, gives back what waits, lets the handlers finish within most of ctx, ends the contexts of those that don't, and
// gives back what they hold.
func (w *worker) stop(ctx context.Context) error {
	w.quit()
	defer w.abandon()
	grace, cancel := share(ctx)
	defer cancel()
	// First the reader, so that nothing comes in; then what was not begun goes to other members, while handlers finish.
	err := wait(grace, &w.reader)
	if err == nil {
		w.lanes.drain(func(h *held) {
			w.giveBack(h.delivery)
			w.holding.remove(h)
		})
		err = errors.Join(w.stopConsumer(grace, w.current()), wait(grace, &w.handlers))
	}
	// At last, what was settled is to arrive at the broker.
	w.abandon()
	w.keeper.Wait()
	if ctx.Err() == nil {
		err = errors.Join(err, wait(ctx, &w.handlers), w.stopConsumer(ctx, w.current()))
	}
	if err != nil {
		return fmt.Errorf("events: stop %s of %s: %w", w.group, w.topic.Name, err)
	}
	return nil
}

// share returns a context for the handlers' part of a stop within ctx.
func share(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Duration(graceShare*float64(time.Until(deadline))))
}

// wait waits for goroutines within ctx.
func wait(ctx context.Context, g *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		g.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sleep waits, and reports false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
