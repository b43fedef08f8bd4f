package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/vade-go/vade/events/driver"
)

// chaos is a broker as bad as one is allowed to be, around a real one: events come twice, late, in another order, and again after
// they were done, and confirmations get lost.
type chaos struct {
	driver.Driver
	dice *dice

	mu        sync.Mutex
	consumers []driver.Consumer
	last      time.Time // of anything that happened
	held      int       // deliveries in the hands of handlers
}

// dice are safe for concurrent use. What they throw follows from a seed; who throws when does not.
type dice struct {
	mu     sync.Mutex
	random *rand.Rand
}

func (d *dice) chance(p float64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.Float64() < p
}

func (d *dice) upTo(limit time.Duration) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Duration(d.random.Int64N(int64(limit)))
}

func (d *dice) number(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.IntN(n)
}

// late is the longest that the chaos keeps an event back.
const late = 60 * time.Millisecond

func (c *chaos) Open(ctx context.Context, cfg driver.Config) (driver.Broker, error) {
	b, err := c.Driver.Open(ctx, cfg)
	return chaoticBroker{b, c}, err
}

// note records that something happens.
func (c *chaos) note(held int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last, c.held = time.Now(), c.held+held
}

// quiet reports whether nothing happens any more.
func (c *chaos) quiet(ctx context.Context) bool {
	c.mu.Lock()
	consumers, busy := c.consumers, c.held > 0 || time.Since(c.last) < 10*late
	c.mu.Unlock()
	if busy {
		return false
	}
	for _, consumer := range consumers {
		if n, err := consumer.Pending(ctx); err != nil || n > 0 {
			return false
		}
	}
	return true
}

type chaoticBroker struct {
	driver.Broker
	chaos *chaos
}

func (b chaoticBroker) Publish(ctx context.Context, m *driver.Message) error {
	b.chaos.note(0)
	if err := b.Broker.Publish(ctx, m); err != nil {
		return err
	}
	if b.chaos.dice.chance(0.3) {
		again := *m
		again.ID += "/again" // so that the broker does not see that it is the same
		if err := b.Broker.Publish(ctx, &again); err != nil {
			return err
		}
	}
	if b.chaos.dice.chance(0.1) {
		return errors.New("the confirmation is lost")
	}
	return nil
}

func (b chaoticBroker) Subscribe(ctx context.Context, s driver.Subscription) (driver.Consumer, error) {
	c, err := b.Broker.Subscribe(ctx, s)
	if err != nil {
		return nil, err
	}
	b.chaos.mu.Lock()
	defer b.chaos.mu.Unlock()
	b.chaos.consumers = append(b.chaos.consumers, c)
	return chaoticConsumer{c, b.chaos}, nil
}

type chaoticConsumer struct {
	driver.Consumer
	chaos *chaos
}

func (c chaoticConsumer) Next(ctx context.Context) (driver.Delivery, error) {
	for {
		d, err := c.Consumer.Next(ctx)
		if err != nil {
			return nil, err
		}
		if !c.chaos.dice.chance(0.3) {
			c.chaos.note(+1)
			return &chaoticDelivery{Delivery: d, chaos: c.chaos}, nil
		}
		c.chaos.note(0)
		if err := d.Nak(ctx, c.chaos.dice.upTo(late)); err != nil { // others overtake it
			return nil, err
		}
	}
}

type chaoticDelivery struct {
	driver.Delivery
	chaos *chaos
	once  sync.Once
}

// Attempt hides the deliveries that are the chaos's own.
func (d *chaoticDelivery) Attempt() int { return 1 }

func (d *chaoticDelivery) Ack(ctx context.Context) error {
	if d.chaos.dice.chance(0.2) {
		return d.Nak(ctx, d.chaos.dice.upTo(late)) // it was done, and comes again
	}
	d.once.Do(func() { d.chaos.note(-1) })
	return d.Delivery.Ack(ctx)
}

func (d *chaoticDelivery) Nak(ctx context.Context, delay time.Duration) error {
	d.once.Do(func() { d.chaos.note(-1) })
	return d.Delivery.Nak(ctx, min(delay, late))
}
