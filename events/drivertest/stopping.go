package drivertest

import (
	"context"
	"errors"
	"time"

	"github.com/vade-go/vade/events/driver"
)

// moment is the time that a call has whose context is to end.
const moment = 200 * time.Millisecond

var stoppingCases = []testCase{
	{"What was settled before a stop is known to the broker", func(f *fixture) {
		c := f.subscribe("readers")
		f.publish("a", "b")
		f.receive(c, "a")
		f.receive(c, "b")
		f.stop(c)
		f.reopen()
		f.quiet(f.subscribe("readers"))
	}},
	{"What was handed out before a stop may be settled after it, and a further stop waits for that", func(f *fixture) {
		c := f.subscribe("readers")
		f.publish("a")
		d := f.next(c)
		f.stop(c)
		f.ack(d)
		f.stop(c)
		f.reopen()
		f.quiet(f.subscribe("readers"))
	}},
	{"Close settles nothing: what consumers hold is delivered again", func(f *fixture) {
		short := func(s *driver.Subscription) { s.AckWait = time.Second }
		f.publish("a")
		f.next(f.subscribe("readers", short))
		f.reopen()
		f.receive(f.subscribe("readers", short), "a")
	}},
	{"The context of a subscription covers the call and not the consumer", func(f *fixture) {
		ctx, cancel := f.patient()
		c, err := f.broker.Subscribe(ctx, driver.Subscription{Topic: f.topic, Group: "readers", Window: 1, AckWait: patience})
		if err != nil {
			f.Fatal(err)
		}
		cancel()
		f.publish("a")
		f.receive(c, "a")
		f.stop(c)
	}},
	{"While the broker is away calls wait no longer than their context", func(f *fixture) {
		c := f.subscribe("readers")
		f.publish("a")
		f.ack(f.next(c))
		if !f.server.Kill(f.T) {
			return
		}
		group := driver.Subscription{Topic: f.topic, Group: "late", Window: 1, AckWait: patience}
		f.ends("publish", func(ctx context.Context) error {
			return f.broker.Publish(ctx, &driver.Message{Topic: f.topic, ID: "lost"})
		})
		f.ends("declare", func(ctx context.Context) error { return f.broker.Declare(ctx, driver.Topic{Name: "late"}) })
		f.ends("subscribe", func(ctx context.Context) error { _, err := f.broker.Subscribe(ctx, group); return err })
		f.ends("next", func(ctx context.Context) error { _, err := c.Next(ctx); return err })
		f.ends("pending", func(ctx context.Context) error { _, err := c.Pending(ctx); return err })
		f.ends("stop", func(ctx context.Context) error { return errors.Join(c.Stop(ctx), context.DeadlineExceeded) }) // may succeed
	}},
	{"A message with an ID that is published while the broker is away is stored when it is back", func(f *fixture) {
		c := f.subscribe("readers")
		if !f.broker.Capabilities().Dedupe || !f.server.Kill(f.T) {
			return
		}
		published := make(chan error, 1)
		go func() {
			ctx, cancel := f.patient()
			defer cancel()
			published <- f.broker.Publish(ctx, &driver.Message{Topic: f.topic, ID: "a", Data: []byte("a")})
		}()
		f.server.Restart(f.T)
		f.endsWith(published, nil)
		f.receive(c, "a")
	}},
	{"What was in the buffers of a consumer that could not stop in time is delivered again", func(f *fixture) {
		short := func(s *driver.Subscription) { s.AckWait = time.Second }
		c := f.subscribe("readers", short)
		f.publish("a", "b")
		f.receive(c, "a")
		away := f.server.Kill(f.T)
		ctx, cancel := context.WithCancel(f.Context())
		cancel()
		_ = c.Stop(ctx)
		if away {
			f.server.Restart(f.T)
		}
		second := f.subscribe("readers", short)
		for {
			d := f.next(second) // at least once: a may come twice
			f.ack(d)
			if string(d.Message().Data) == "b" {
				return
			}
		}
	}},
}

// ends checks that a call which cannot succeed ends with its context.
func (f *fixture) ends(what string, call func(context.Context) error) {
	f.Helper()
	ctx, cancel := context.WithTimeout(f.Context(), moment)
	defer cancel()
	returned := make(chan error, 1)
	go func() { returned <- call(ctx) }()
	select {
	case err := <-returned:
		if !errors.Is(err, context.DeadlineExceeded) {
			f.Errorf("%s: %v", what, err)
		}
	case <-time.After(10 * moment):
		f.Errorf("%s goes on after its context has ended", what)
	}
}
