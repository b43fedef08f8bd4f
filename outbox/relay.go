package outbox

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/store"
	"github.com/vade-go/vade/telemetry"
)

const (
	poll       = time.Second            // between looks for what a crash or another process has left
	sweepEvery = time.Hour              // between sweeps of receipts
	breather   = 100 * time.Millisecond // at least, after a pass in which something failed
	firstHold  = 200 * time.Millisecond // of a partition that failed; doubled each time
	longHold   = 30 * time.Second       // at most
	patience   = 10 * time.Second       // for the broker to take one event

	batch = 100 // entries read at once
	lanes = 16  // partitions published at once
)

// hold keeps a partition back after a failure.
type hold struct {
	until time.Time
	delay time.Duration
}

// run is the relay. It goes through everything that waits whenever something was committed, and every second.
func (o *Outbox) run(ctx context.Context) {
	defer close(o.done)
	holds := make(map[string]hold)
	var swept time.Time
	for !o.isStopping() {
		p := &pass{Outbox: o, holds: holds, blocked: make(map[string]bool)}
		p.run(ctx)
		if time.Since(swept) >= sweepEvery {
			swept = time.Now()
			if err := o.sweep(ctx); err != nil {
				o.log.WarnContext(ctx, "outbox: old receipts stay for now", "error", err)
			}
		}
		if p.failed > 0 {
			o.pause(breather, nil)
		}
		o.pause(untilNext(holds), o.wake)
	}
}

// untilNext is how long to sleep: until the next hold is over, and never longer than poll.
func untilNext(holds map[string]hold) time.Duration {
	next := poll
	for _, h := range holds {
		if left := time.Until(h.until); left > 0 {
			next = min(next, left)
		}
	}
	return next
}

// pause waits for a time, a signal, or the end.
func (o *Outbox) pause(d time.Duration, signal <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-signal:
	case <-o.stopping:
	}
}

func (o *Outbox) isStopping() bool {
	select {
	case <-o.stopping:
		return true
	default:
		return false
	}
}

// pass is one way through all entries, from the first on: there is no mark up to which everything is known to be published, so
// nothing that becomes visible late, with whatever order, is missed.
type pass struct {
	*Outbox
	holds map[string]hold // of passes before; changed by this one

	mu        sync.Mutex      // of holds and what follows
	blocked   map[string]bool // partitions of which nothing more is published in this pass, to keep their order
	published int
	failed    int
}

// run publishes page by page. It ends early when a whole page has failed, since then it is the broker.
func (p *pass) run(ctx context.Context) {
	maps.DeleteFunc(p.holds, func(_ string, h hold) bool { return time.Since(h.until) > longHold })
	q := store.Query{Index: byOrder, Limit: batch}
	for !p.isStopping() {
		page, err := p.pending.List(ctx, q)
		if err != nil {
			p.failed++
			p.log.ErrorContext(ctx, "outbox: cannot read what waits", "error", err)
			return
		}
		published, failed := p.published, p.failed
		p.publishPage(ctx, page.Items)
		if page.Next == "" || p.failed > failed && p.published == published {
			return
		}
		q.Cursor = page.Next
	}
}

// publishPage publishes entries: partitions at once, the entries of each in order.
func (p *pass) publishPage(ctx context.Context, items []store.Item[entry]) {
	var all sync.WaitGroup
	free := make(chan struct{}, lanes)
	for partition, lane := range byPartition(items) {
		if !p.enter(partition) {
			continue
		}
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			n, err := p.publishLane(ctx, partition, lane)
			p.leave(ctx, partition, n, err)
		})
	}
	all.Wait()
}

// enter reports whether entries of a partition may be published in this pass.
func (p *pass) enter(partition string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().Before(p.holds[partition].until) {
		p.blocked[partition] = true
	}
	return !p.blocked[partition]
}

// leave takes the result of a partition, which is held back after a failure, twice as long each time.
func (p *pass) leave(ctx context.Context, partition string, published int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.published += published
	if err == nil {
		delete(p.holds, partition)
		return
	}
	p.failed++
	h := p.holds[partition]
	if published > 0 {
		h.delay = 0 // it moves
	}
	h.delay = min(max(2*h.delay, firstHold), longHold)
	h.until = time.Now().Add(h.delay)
	p.holds[partition], p.blocked[partition] = h, true
	p.log.WarnContext(ctx, "outbox: events wait", "partition", partition, "again_in", h.delay.String(), "error", err)
}

// publishLane publishes entries of one partition one after another, up to the first that fails, and then removes those that
// the broker has. A crash in between publishes them again, with the same identity.
func (o *Outbox) publishLane(ctx context.Context, partition string, lane []store.Item[entry]) (n int, err error) {
	for n < len(lane) && !o.isStopping() {
		if err = o.publishOne(ctx, lane[n].Value.Message); err != nil {
			break
		}
		n++
	}
	if n > 0 {
		err = errors.Join(err, remove(ctx, o.db, o.pending, partition, lane[:n]))
	}
	return n, err
}

// publishOne hands a message to the broker, within its own trace.
func (o *Outbox) publishOne(ctx context.Context, m *events.Message) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ctx, run := o.relayed.Begin(telemetry.Extract(ctx, headers(m.Headers)))
	err := o.publish(ctx, m)
	if err != nil {
		run.End("error", err)
		return err
	}
	run.End("ok", nil)
	return nil
}

// headers lets telemetry read those of a message, whose names are in lower case.
type headers map[string]string

func (h headers) Get(name string) string { return h[name] }
