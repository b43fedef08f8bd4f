package natsevents

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/vade-go/vade/events/driver"
)

const (
	// maxAckPending bounds what all members of a group hold unsettled, including what waits for a delayed delivery. Beyond
	// it the server gives out nothing more, so a group whose every event fails slows down instead of failing them all.
	maxAckPending = 2000

	pullExpires   = 30 * time.Second
	pullHeartbeat = 5 * time.Second
	pullSilence   = 2*pullHeartbeat + time.Second // of a server that owes a heartbeat: the request is lost
	pullRetry     = 500 * time.Millisecond        // when nobody answers
)

// consumer pulls from a durable consumer by credit: it asks for as many messages as its window has room for and no more, so that
// nothing waits where nobody extends it. One goroutine owns the state; the library's own iterators keep a second
// buffer whose messages go stale behind slow handlers.
type consumer struct {
	broker  *broker
	link    *link // the consumer ends with it
	stream  string
	durable string
	topic   string
	window  int

	life   context.Context // ends when Stop or Close was called
	cancel context.CancelFunc

	sub      *nats.Subscription
	raw      chan *nats.Msg // from the server: messages and statuses
	out      chan *delivery // to Next
	status   chan nats.Status
	returned chan struct{} // a credit came back
	drained  chan struct{} // the server will send nothing more
	done     chan struct{} // the goroutine has ended

	mu     sync.Mutex
	held   int    // deliveries not settled
	asked  int    // messages that the server still owes
	last   string // settling subject of the delivery settled last
	ending bool
	err    error // why it ended
}

func newConsumer(b *broker, stream, durable string, s driver.Subscription) (*consumer, error) {
	c := &consumer{
		broker: b, link: b.current.Load(), stream: stream, durable: durable, topic: s.Topic, window: s.Window,
		// A request thought to be lost may yet be answered: twice the window, and room for statuses.
		raw:      make(chan *nats.Msg, 2*s.Window+64),
		out:      make(chan *delivery, 2*s.Window),
		returned: make(chan struct{}, 1),
		drained:  make(chan struct{}),
		done:     make(chan struct{}),
	}
	c.life, c.cancel = context.WithCancel(context.Background())
	sub, err := c.link.nc.ChanSubscribe(c.link.nc.NewInbox(), c.raw)
	if err != nil {
		c.cancel()
		return nil, err
	}
	c.sub = sub
	drained := sync.OnceFunc(func() { close(c.drained) }) // the library calls twice when the connection ends while it drains
	sub.SetClosedHandler(func(string) { drained() })
	c.status = c.link.nc.StatusChanged(nats.CONNECTED, nats.RECONNECTING)
	go c.run()
	return c, nil
}

// run owns the conversation with the server.
func (c *consumer) run() {
	defer close(c.done)
	defer c.cancel()
	defer c.broker.forget(c)
	defer c.link.nc.RemoveStatusListener(c.status)
	silence := time.NewTimer(pullSilence)
	defer silence.Stop()
	c.ask()
	for {
		select {
		case msg := <-c.raw:
			silence.Reset(pullSilence)
			if err := c.receive(msg); err != nil {
				c.finish(err)
				_ = c.sub.Unsubscribe()
				c.giveBack()
				return
			}
		case <-c.returned:
		case s := <-c.status:
			// Requests die with the connection. While it is down asking would fill the reconnect buffer.
			if s == nats.CONNECTED {
				c.forgetAsked()
			}
			silence.Reset(pullSilence)
		case <-c.link.gone:
			c.finish(errLinkGone)
			c.giveBack()
			return
		case <-silence.C:
			c.forgetAsked()
			silence.Reset(pullSilence)
		case <-c.life.Done():
			c.drain()
			return
		}
		c.ask()
	}
}

// Next waits for a delivery.
func (c *consumer) Next(ctx context.Context) (driver.Delivery, error) {
	select {
	case <-c.life.Done():
	default:
		select {
		case d := <-c.out:
			return d, nil
		case <-c.life.Done():
		case <-c.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return nil, fmt.Errorf("natsevents: next of %s from %s: %w", c.durable, c.topic, c.err)
}

// Pending asks the server.
func (c *consumer) Pending(ctx context.Context) (int, error) {
	ctx, cancel := within(ctx, callTimeout)
	defer cancel()
	pending := make(chan int, 1)
	err := bounded(ctx, func() error {
		known, err := c.link.js.Consumer(ctx, c.stream, c.durable)
		if err == nil {
			pending <- int(known.CachedInfo().NumPending)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("natsevents: pending of %s in %s: %w", c.durable, c.topic, c.broker.closedError(err))
	}
	return <-pending, nil
}

// Stop drains the consumer and waits until the server has taken in what was settled or given back.
func (c *consumer) Stop(ctx context.Context) error {
	c.end(driver.ErrClosed)
	select {
	case <-c.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	c.mu.Lock()
	last := c.last
	c.last = ""
	c.mu.Unlock()
	if last == "" {
		return nil
	}
	ctx, cancel := within(ctx, callTimeout)
	defer cancel()
	err := bounded(ctx, func() error {
		if !c.link.nc.IsConnected() {
			return nil
		}
		// The server handles what settles the deliveries of a consumer in order and on its own time; one that shuts down would
		// forget what still waits there. So the last word is one that it answers: progress on a message that isn't there.
		_, err := c.link.nc.RequestWithContext(ctx, noMessage(last), []byte("+WPI"))
		return err
	})
	if err != nil {
		return fmt.Errorf("natsevents: stop %s of %s: %w", c.durable, c.topic, err)
	}
	return nil
}

// end makes the goroutine drain and end.
func (c *consumer) end(reason error) {
	if c.finish(reason) {
		c.cancel()
	}
}

// finish records why the consumer ended. It reports whether it was the first to do so.
func (c *consumer) finish(reason error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending {
		return false
	}
	c.ending, c.err = true, reason
	return true
}
