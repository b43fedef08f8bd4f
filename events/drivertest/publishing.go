package drivertest

import (
	"bytes"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/vade-go/vade/events/driver"
)

var publishingCases = []testCase{
	{"Publishing neither changes the message nor keeps anything of it", func(f *fixture) {
		headers := map[string]string{"ce-id": "1"}
		m := &driver.Message{Topic: f.topic, ID: "1", Key: "k", Headers: headers, Data: []byte("as it was")}
		before := *m
		before.Headers, before.Data = maps.Clone(headers), bytes.Clone(m.Data)
		f.send(m)
		if m.ID != before.ID || m.Key != before.Key || !maps.Equal(m.Headers, before.Headers) || !bytes.Equal(m.Data, before.Data) {
			f.Errorf("got %+v", m)
		}
		clear(m.Data)
		headers["ce-id"] = "2"
		d := f.next(f.subscribe("readers"))
		if got := d.Message(); string(got.Data) != "as it was" || !maps.Equal(got.Headers, before.Headers) {
			f.Errorf("got %q, %v", got.Data, got.Headers)
		}
	}},
	{"Many may publish at once, and nothing is lost", func(f *fixture) {
		const n, each = 8, 10
		c := f.subscribe("readers", func(s *driver.Subscription) { s.Window = n * each })
		var all sync.WaitGroup
		for _, id := range numbered("m", n) {
			all.Go(func() {
				ctx, cancel := f.patient()
				defer cancel()
				for _, id := range numbered(id, each) {
					if err := f.broker.Publish(ctx, &driver.Message{Topic: f.topic, ID: id, Data: []byte(id)}); err != nil {
						f.Error(err)
					}
				}
			})
		}
		all.Wait()
		got := make(map[string]bool)
		for len(got) < n*each {
			d := f.next(c)
			f.ack(d)
			got[string(d.Message().Data)] = true
		}
	}},
	{"The largest message that the broker declares is taken, and one that is too large is refused with its size", func(f *fixture) {
		limit := f.broker.Capabilities().MaxMessage
		if limit == 0 {
			return
		}
		m := &driver.Message{Topic: f.topic, ID: "1", Headers: map[string]string{"ce-id": "1", "ce-source": "/x"}}
		m.Data = make([]byte, limit-m.Size())
		f.send(m)
		m.Data = make([]byte, 2*limit)
		ctx, cancel := f.patient()
		defer cancel()
		err := f.broker.Publish(ctx, m)
		if large, ok := errors.AsType[*driver.TooLargeError](err); !ok || large.Size != m.Size() || large.Limit < limit {
			f.Errorf("got %v", err)
		}
	}},
	{"Publishing to a topic that the broker does not know says so at once", func(f *fixture) {
		ctx, cancel := f.patient()
		defer cancel()
		if err := f.broker.Publish(ctx, &driver.Message{Topic: "never.declared", ID: "1"}); !errors.Is(err, driver.ErrGone) {
			f.Errorf("got %v", err)
		}
	}},
	{"Declaring anew removes nothing, and may change how long messages are kept", func(f *fixture) {
		f.publish("a")
		ctx, cancel := f.patient()
		defer cancel()
		for _, d := range []time.Duration{2 * time.Hour, 30 * time.Minute, 0, time.Hour} {
			if err := f.broker.Declare(ctx, driver.Topic{Name: f.topic, Retain: d}); err != nil {
				f.Errorf("%s: %v", d, err)
			}
		}
		f.receive(f.subscribe("readers"), "a")
	}},
	{"Messages are kept no longer than their topic says", func(f *fixture) {
		log, ok := f.broker.(driver.Log)
		if !ok {
			return // nobody can see it
		}
		ctx, cancel := f.patient()
		defer cancel()
		f.topic = "short"
		if err := f.broker.Declare(ctx, driver.Topic{Name: f.topic, Retain: time.Second}); err != nil {
			f.Fatal(err)
		}
		f.publish("a")
		for tick := time.NewTicker(100 * time.Millisecond); ; <-tick.C {
			stored, err := log.Read(ctx, f.topic, 0, 1)
			if err != nil {
				f.Fatal(err)
			}
			if len(stored) == 0 {
				tick.Stop()
				return
			}
		}
	}},
	{"Groups whose names look alike are strangers", func(f *fixture) {
		names := []string{"seat-maps", "seat", "seat.maps", "seatmaps"}
		f.publish("a")
		for _, name := range names {
			f.receive(f.subscribe(name), "a")
		}
	}},
	{"What is delivered belongs to the receiver: the next delivery is as it was published", func(f *fixture) {
		f.send(&driver.Message{Topic: f.topic, Headers: map[string]string{"ce-id": "1"}, Data: []byte("as it was")})
		c := f.subscribe("readers")
		for range 2 {
			d := f.next(c)
			m := d.Message()
			if string(m.Data) != "as it was" || m.Headers["ce-id"] != "1" {
				f.Errorf("got %q, %v", m.Data, m.Headers)
			}
			clear(m.Data)
			m.Headers["ce-id"] = "2"
			if err := d.Nak(f.Context(), 0); err != nil {
				f.Fatal(err)
			}
		}
	}},
	{"A broker that declares keyed order gives the messages of a key to one member at a time, in order", func(f *fixture) {
		if !f.broker.Capabilities().KeyedOrder {
			return
		}
		members := []driver.Consumer{f.subscribe("readers"), f.subscribe("readers")}
		ids := numbered("m", 20)
		for _, id := range ids {
			f.send(&driver.Message{Topic: f.topic, ID: id, Key: "k", Data: []byte(id)})
		}
		got := make(chan driver.Delivery)
		ctx, cancel := f.patient()
		defer cancel()
		var all sync.WaitGroup
		defer all.Wait()
		defer cancel()
		for _, c := range members {
			all.Go(func() {
				for {
					d, err := c.Next(ctx)
					if err != nil {
						return
					}
					select {
					case got <- d:
					case <-ctx.Done():
						return
					}
				}
			})
		}
		for _, id := range ids {
			select {
			case d := <-got:
				if string(d.Message().Data) != id {
					f.Fatalf("got %s, want %s", d.Message().Data, id)
				}
				f.ack(d)
			case <-ctx.Done():
				f.Fatal("nothing arrived")
			}
		}
	}},
}
