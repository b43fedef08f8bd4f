package drivertest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vade-go/vade/events/driver"
)

var outageCases = []testCase{
	{"A group goes on where it stopped when the broker is opened again", func(f *fixture) {
		c := f.subscribe("readers")
		f.publish("a", "b")
		f.receive(c, "a")
		f.stop(c)
		f.reopen()
		f.receive(f.subscribe("readers"), "b")
	}},
	{"Nothing that was published is lost when the broker dies, and consumers go on by themselves", func(f *fixture) {
		c := f.subscribe("readers", func(s *driver.Subscription) { s.AckWait = time.Second })
		before, after := numbered("before", 20), numbered("after", 5)
		f.publish(before...)
		f.receive(c, before[0])
		if f.server.Kill(f.T) {
			f.server.Restart(f.T)
		} else {
			f.stop(c)
			f.reopen()
			c = f.subscribe("readers", func(s *driver.Subscription) { s.AckWait = time.Second })
		}
		f.publish(after...)
		want := make(map[string]bool)
		for _, id := range slices.Concat(before[1:], after) {
			want[id] = true
		}
		for len(want) > 0 {
			d := f.next(c) // at least once: some may come twice
			f.ack(d)
			delete(want, string(d.Message().Data))
		}
	}},
	{"A context that ends, ends the wait; nothing is lost", func(f *fixture) {
		c := f.subscribe("readers")
		ctx, cancel := context.WithCancel(f.Context())
		returned := make(chan error, 1)
		go func() {
			_, err := c.Next(ctx)
			returned <- err
		}()
		cancel()
		f.endsWith(returned, context.Canceled)
		if err := f.broker.Publish(ctx, &driver.Message{Topic: f.topic}); !errors.Is(err, context.Canceled) {
			f.Errorf("publish: %v", err)
		}
		f.publish("a")
		f.receive(c, "a")
	}},
	{"Stop ends a blocked Next, and may be called twice", func(f *fixture) {
		c := f.subscribe("readers")
		returned := make(chan error, 1)
		go func() {
			_, err := c.Next(f.Context())
			returned <- err
		}()
		f.stop(c)
		f.endsWith(returned, driver.ErrClosed)
		f.stop(c)
		if _, err := c.Next(f.Context()); !errors.Is(err, driver.ErrClosed) {
			f.Errorf("next after stop: %v", err)
		}
	}},
	{"Close ends a blocked Next, and everything after it says that the broker is closed", func(f *fixture) {
		c := f.subscribe("readers")
		returned := make(chan error, 1)
		go func() {
			_, err := c.Next(f.Context())
			returned <- err
		}()
		for range 2 {
			if err := f.broker.Close(); err != nil {
				f.Errorf("close: %v", err)
			}
		}
		f.endsWith(returned, driver.ErrClosed)
		if err := f.broker.Publish(f.Context(), &driver.Message{Topic: f.topic}); !errors.Is(err, driver.ErrClosed) {
			f.Errorf("publish: %v", err)
		}
		if _, err := f.broker.Subscribe(f.Context(), driver.Subscription{Topic: f.topic, Group: "g", Window: 1, AckWait: patience}); !errors.Is(err, driver.ErrClosed) {
			f.Errorf("subscribe: %v", err)
		}
		if err := f.broker.Declare(f.Context(), driver.Topic{Name: "late"}); !errors.Is(err, driver.ErrClosed) {
			f.Errorf("declare: %v", err)
		}
		if _, err := c.Pending(f.Context()); !errors.Is(err, driver.ErrClosed) {
			f.Errorf("pending: %v", err)
		}
		if log, ok := f.broker.(driver.Log); ok {
			_, reading := log.Read(f.Context(), f.topic, 0, 1)
			if removing := log.Remove(f.Context(), f.topic, 1); !errors.Is(reading, driver.ErrClosed) || !errors.Is(removing, driver.ErrClosed) {
				f.Errorf("read: %v, remove: %v", reading, removing)
			}
		}
	}},
}
