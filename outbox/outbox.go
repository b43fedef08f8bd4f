package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/store"
	"github.com/vade-go/vade/telemetry"
)

// Outbox belongs to a service: it keeps events beside the documents that they tell about, and publishes them once they are
// committed. It is declared by [Of] and safe for concurrent use.
type Outbox struct {
	service  string
	db       *store.DB
	pending  *store.Collection[entry]
	receipts *store.Collection[receipt]
	keep     time.Duration // receipts

	publish func(context.Context, *events.Message) error
	relayed *telemetry.Work
	log     *slog.Logger
	wake    chan struct{} // has room for one: there is something to publish

	longTry    time.Duration // the longest time until a lane that failed is tried again
	sweepEvery time.Duration

	stopping chan struct{} // closed by Stop
	stop     sync.Once
	cancel   context.CancelFunc // everything
	halt     context.CancelFunc // what is not begun yet
	quit     context.CancelFunc // the upkeep
	done     chan struct{}      // closed when relay and upkeep have ended
}

type key struct{}

// Option changes an outbox.
type Option func(*Outbox)

// KeepReceipts is how long [Once] remembers an event. An event that comes again later, most likely as a dead letter that is
// replayed, is handled again. Default: [Receipts].
func KeepReceipts(d time.Duration) Option { return func(o *Outbox) { o.keep = d } }

// Receipts is how long Once remembers an event by default: as long as it can come again. It may be handled at once and yet become a
// dead letter at the end of its topic's retention, be replayed at the end of the letter's, and then wait in the topic again.
const Receipts = events.Retention + events.DeadRetention + events.Retention

// Of declares that a service has an outbox, and returns it, the same at every call. Options of any call count, the last ones
// most. It is needed for [Publish] and [Once].
//
// Components stop in the reverse order of their declaration: an outbox that is declared before the subscriptions of its service
// still publishes what these commit while they drain.
func Of(s operation.Scope, opts ...Option) *Outbox {
	o := s.Declare(key{}, func() operation.Part {
		o := &Outbox{
			service: s.Name(), db: store.Of(s), keep: Receipts,
			pending: store.Collect(s, "_outbox", store.Internal[entry](), store.Index(byLane, entry.place),
				store.Index(byParked, func(e entry) string { return e.Parked })),
			receipts: store.Collect(s, "_inbox", store.Internal[receipt](), store.Index(byTime, func(r receipt) string { return r.Handled })),
			longTry:  30 * time.Second, sweepEvery: time.Hour,
			wake: make(chan struct{}, 1), stopping: make(chan struct{}), done: make(chan struct{}),
		}
		o.db.Extend(key{}, o)
		return o
	}).(*Outbox)
	for _, option := range opts {
		option(o)
	}
	return o
}

// Describe checks the options. The manifest says nothing about an outbox. Vade calls it.
func (o *Outbox) Describe(*operation.Description) error {
	if o.keep <= 0 {
		return fmt.Errorf("outbox: %s: KeepReceipts(%s): must be positive", o.service, o.keep)
	}
	return nil
}

// Open connects the outbox to the broker. Vade calls it.
func (o *Outbox) Open(ctx context.Context, env *operation.Env) error {
	hub, err := events.Open(ctx, env)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	o.relayed, err = env.Telemetry.Work(telemetry.WorkConfig{
		Name: "relay outbox", Kind: telemetry.Producer, Metric: "vade.outbox.relay.duration",
	})
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	o.publish, o.log = hub.Publish, env.Log
	return nil
}

// Start begins to publish, first what is left from before. Vade calls it.
func (o *Outbox) Start(context.Context) error {
	var ctx, enough, upkeep context.Context
	ctx, o.cancel = context.WithCancel(context.Background())
	enough, o.halt = context.WithCancel(ctx)
	upkeep, o.quit = context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { newRelay(o, enough).run(ctx) })
	all.Go(func() { o.upkeep(upkeep) })
	go func() {
		all.Wait()
		close(o.done)
	}()
	return nil
}

// drain is how long Stop goes on to publish.
const drain = 10 * time.Second

// Stop publishes what waits, but not what failed before, for ten seconds or half of the time that ctx leaves, finishes what it has
// begun and returns; what is left is published after the next start. When ctx ends first it gives up and returns the error
// of ctx. Vade calls it.
func (o *Outbox) Stop(ctx context.Context) error {
	defer o.cancel()
	o.stop.Do(func() { close(o.stopping) })
	o.quit()
	left := drain
	if end, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(end)/2)
	}
	defer time.AfterFunc(left, o.halt).Stop()
	select {
	case <-o.done:
		return nil
	case <-ctx.Done():
		o.cancel()
		<-o.done // soon: broker and store keep to their contexts
		return ctx.Err()
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

// signal wakes the relay, if it sleeps.
func (o *Outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// of returns the outbox of the service whose transaction tx is.
func of(tx *store.Tx) (*Outbox, error) {
	o, ok := tx.Extension(key{}).(*Outbox)
	if !ok {
		return nil, errNone
	}
	return o, nil
}
