package drivertest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vade-go/vade/events/driver"
)

var settlingCases = []testCase{
	{"What a member that died had not settled is delivered again, and the attempt is counted", func(f *fixture) {
		short := func(s *driver.Subscription) { s.AckWait = time.Second }
		f.publish("a")
		first := f.subscribe("readers", short)
		if d := f.next(first); d.Attempt() != 1 {
			f.Errorf("first attempt is %d", d.Attempt())
		}
		f.stop(first)
		second := f.subscribe("readers", short)
		d := f.next(second)
		if string(d.Message().Data) != "a" || d.Attempt() != 2 {
			f.Errorf("got %s, attempt %d", d.Message().Data, d.Attempt())
		}
		f.ack(d)
	}},
	{"What is given back is delivered again, and the attempts count up", func(f *fixture) {
		f.publish("a")
		c := f.subscribe("readers")
		for want := 1; want <= 4; want++ {
			d := f.next(c)
			if d.Attempt() != want {
				f.Errorf("attempt %d, want %d", d.Attempt(), want)
			}
			if err := d.Nak(f.Context(), 0); err != nil {
				f.Fatal(err)
			}
		}
	}},
	{"A broker that declares delay delivers again what was given back, but not before the delay is over, and meanwhile others", func(f *fixture) {
		if !f.broker.Capabilities().Delay {
			return
		}
		const delay = time.Second
		c := f.subscribe("readers", func(s *driver.Subscription) { s.Window = 1 })
		f.publish("a")
		d := f.next(c)
		given := time.Now()
		if err := d.Nak(f.Context(), delay); err != nil {
			f.Fatal(err)
		}
		f.publish("b")
		f.receive(c, "b")
		f.receive(c, "a")
		if early := delay - time.Since(given); early > 0 {
			f.Errorf("delivered %s too early", early)
		}
	}},
	{"Settling twice does nothing and is no error", func(f *fixture) {
		f.publish("a")
		c := f.subscribe("readers")
		d := f.next(c)
		for range 2 {
			f.ack(d)
			if err := d.Nak(f.Context(), 0); err != nil {
				f.Errorf("nak after ack: %v", err)
			}
		}
		f.quiet(c)
	}},
	{"A delivery that is extended is not delivered again while the work goes on", func(f *fixture) {
		c := f.subscribe("readers", func(s *driver.Subscription) { s.AckWait = time.Second })
		f.publish("slow")
		d := f.next(c)
		tick := time.NewTicker(300 * time.Millisecond)
		defer tick.Stop()
		for range 8 {
			<-tick.C
			if err := d.Extend(f.Context()); err != nil {
				f.Fatal(err)
			}
		}
		f.ack(d)
		f.quiet(c)
	}},
	{"A consumer holds no more unsettled deliveries than its window; settling one makes room", func(f *fixture) {
		c := f.subscribe("readers", func(s *driver.Subscription) { s.Window = 2 })
		f.publish("a", "b", "c")
		a := f.next(c)
		f.next(c)
		ctx, cancel := context.WithTimeout(f.Context(), 300*time.Millisecond)
		defer cancel()
		if d, err := c.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			f.Fatalf("a third delivery: %v, %v", d, err)
		}
		f.ack(a)
		f.receive(c, "c")
	}},
	{"What a consumer had fetched and not handed out goes to another member as soon as it stops", func(f *fixture) {
		first := f.subscribe("readers")
		f.publish("a", "b", "c")
		d := f.next(first)
		f.ack(d)
		f.stop(first)
		second := f.subscribe("readers")
		got := []string{string(f.next(second).Message().Data), string(f.next(second).Message().Data)}
		slices.Sort(got)
		if !slices.Equal(got, []string{"b", "c"}) {
			f.Errorf("got %v", got)
		}
	}},
	{"Pending counts what the group has not been given", func(f *fixture) {
		c := f.subscribe("readers", func(s *driver.Subscription) { s.Window = 1 })
		f.pendingBecomes(c, 0)
		f.publish("a", "b", "c")
		d := f.next(c)
		f.pendingBecomes(c, 2)
		f.ack(d)
	}},
}
