package drivertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vade-go/vade/events/driver"
)

// Server is one broker with storage of its own.
type Server interface {
	// Open returns a connection to the broker. The connections before were closed, unless the broker takes several.
	Open(t *testing.T) driver.Broker
	// Kill ends the broker's process without a warning. Open connections stay open. It returns false, and does nothing, when
	// the broker lives in the process of the test.
	Kill(t *testing.T) bool
	// Restart starts the broker again after a Kill, on the same storage and address.
	Restart(t *testing.T)
}

var cases = slices.Concat(publishingCases, deliveryCases, settlingCases, stoppingCases, outageCases)

// Run runs all cases in parallel. NewServer makes the broker of a case and cleans up after it by t.Cleanup.
func Run(t *testing.T, newServer func(t *testing.T) Server) {
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			b := s.Open(t)
			env := &fixture{T: t, server: s, broker: b, topic: "orders.placed"}
			t.Cleanup(func() { _ = env.broker.Close() })
			env.declare()
			c.run(env)
		})
	}
}

// patience is the longest that a case waits for what must happen.
const patience = 30 * time.Second

// testCase proves one rule, an English sentence that is its name.
type testCase struct {
	rule string
	run  func(*fixture)
}

// fixture is what a case works with.
type fixture struct {
	*testing.T
	server Server
	broker driver.Broker
	topic  string
}

func (f *fixture) declare() {
	f.Helper()
	ctx, cancel := f.patient()
	defer cancel()
	if err := f.broker.Declare(ctx, driver.Topic{Name: f.topic, Retain: time.Hour}); err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(f.Context(), patience)
}

// reopen closes the connection and opens another one.
func (f *fixture) reopen() {
	f.Helper()
	if err := f.broker.Close(); err != nil {
		f.Fatal(err)
	}
	f.broker = f.server.Open(f.T)
}

func (f *fixture) publish(ids ...string) {
	f.Helper()
	for _, id := range ids {
		f.send(&driver.Message{Topic: f.topic, ID: id, Data: []byte(id)})
	}
}

func (f *fixture) send(m *driver.Message) {
	f.Helper()
	ctx, cancel := f.patient()
	defer cancel()
	if err := f.broker.Publish(ctx, m); err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) subscribe(group string, change ...func(*driver.Subscription)) driver.Consumer {
	f.Helper()
	s := driver.Subscription{Topic: f.topic, Group: group, Window: 8, AckWait: patience}
	for _, c := range change {
		c(&s)
	}
	ctx, cancel := f.patient()
	defer cancel()
	c, err := f.broker.Subscribe(ctx, s)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = c.Stop(context.Background()) })
	return c
}

func (f *fixture) next(c driver.Consumer) driver.Delivery {
	f.Helper()
	ctx, cancel := f.patient()
	defer cancel()
	d, err := c.Next(ctx)
	if err != nil {
		f.Fatalf("next: %v", err)
	}
	return d
}

// receive takes the next delivery, checks whose it is, and settles it.
func (f *fixture) receive(c driver.Consumer, id string) {
	f.Helper()
	d := f.next(c)
	if got := string(d.Message().Data); got != id {
		f.Fatalf("received %q, want %q", got, id)
	}
	f.ack(d)
}

func (f *fixture) ack(d driver.Delivery) {
	f.Helper()
	if err := d.Ack(f.Context()); err != nil {
		f.Fatalf("ack: %v", err)
	}
}

func (f *fixture) stop(c driver.Consumer) {
	f.Helper()
	ctx, cancel := f.patient()
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		f.Fatalf("stop: %v", err)
	}
}

// quiet checks that the consumer is given nothing, by publishing a last message and receiving it first.
func (f *fixture) quiet(c driver.Consumer) {
	f.Helper()
	f.publish("the-end")
	f.receive(c, "the-end")
}

// endsWith checks that a call that runs in another goroutine returns the error.
func (f *fixture) endsWith(returned <-chan error, want error) {
	f.Helper()
	ctx, cancel := f.patient()
	defer cancel()
	select {
	case err := <-returned:
		if !errors.Is(err, want) {
			f.Errorf("returned %v, want %v", err, want)
		}
	case <-ctx.Done():
		f.Error("the call did not return")
	}
}

// pendingBecomes waits until Pending, which may lag behind the traffic, has the value.
func (f *fixture) pendingBecomes(c driver.Consumer, want int) {
	f.Helper()
	ctx, cancel := f.patient()
	defer cancel()
	for {
		n, err := c.Pending(ctx)
		if err != nil {
			f.Fatalf("pending is not %d: %v", want, err)
		}
		if n == want {
			return
		}
	}
}

func numbered(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s-%03d", prefix, i)
	}
	return ids
}
