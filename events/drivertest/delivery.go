package drivertest

import (
	"bytes"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/vade-go/vade/events/driver"
)

var deliveryCases = []testCase{
	{"What was published is delivered, in the order of its publishing, also to a group that comes later", func(f *fixture) {
		f.publish("a", "b")
		c := f.subscribe("readers")
		f.publish("c")
		for _, id := range []string{"a", "b", "c"} {
			f.receive(c, id)
		}
	}},
	{"A new group that begins now is not given what was published before", func(f *fixture) {
		f.publish("old")
		c := f.subscribe("readers", func(s *driver.Subscription) { s.FromNow = true })
		f.publish("new")
		f.receive(c, "new")
	}},
	{"Every group gets each message", func(f *fixture) {
		one, two := f.subscribe("one"), f.subscribe("two")
		f.publish("a", "b")
		for _, c := range []driver.Consumer{one, two} {
			f.receive(c, "a")
			f.receive(c, "b")
		}
	}},
	{"The members of a group share the messages: each is given to one of them", func(f *fixture) {
		const n = 40
		ctx, cancel := f.patient()
		defer cancel()
		got := make(chan string, 2*n)
		var members sync.WaitGroup
		for range 2 {
			c := f.subscribe("readers")
			members.Go(func() {
				for {
					d, err := c.Next(ctx)
					if err != nil {
						return
					}
					_ = d.Ack(ctx)
					got <- string(d.Message().Data)
				}
			})
		}
		f.publish(numbered("m", n)...)
		var ids []string
		for range n {
			select {
			case id := <-got:
				ids = append(ids, id)
			case <-ctx.Done():
				f.Fatalf("only %d of %d arrived", len(ids), n)
			}
		}
		cancel()
		members.Wait()
		slices.Sort(ids)
		if !slices.Equal(ids, numbered("m", n)) || len(got) > 0 {
			f.Errorf("got %v", ids)
		}
	}},
	{"Messages of one key from one publisher come in order, however many there are", func(f *fixture) {
		const n = 100
		for _, id := range numbered("m", n) {
			f.send(&driver.Message{Topic: f.topic, Key: "k", Data: []byte(id)})
		}
		c := f.subscribe("readers")
		for _, id := range numbered("m", n) {
			f.receive(c, id)
		}
	}},
	{"Headers and data come back as they were sent, whatever the bytes", func(f *fixture) {
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		c := f.subscribe("readers")
		for _, data := range [][]byte{all, nil, []byte("{}"), bytes.Repeat(all, 400)} {
			headers := map[string]string{"ce-id": "1", "ce-source": "/orders", "traceparent": "00-x", "note": `a "b", 100%25 =?`}
			f.send(&driver.Message{Topic: f.topic, Headers: headers, Data: data})
			d := f.next(c)
			f.ack(d)
			if m := d.Message(); !maps.Equal(m.Headers, headers) || !bytes.Equal(m.Data, data) || m.Topic != f.topic {
				f.Errorf("got topic %q, headers %v and %d bytes", m.Topic, m.Headers, len(m.Data))
			}
		}
	}},
	{"Topics whose names look alike are strangers", func(f *fixture) {
		names := []string{"orders.placed", "orders-placed", "orders", "orders.placed.again"}
		ctx, cancel := f.patient()
		defer cancel()
		for _, name := range names {
			if err := f.broker.Declare(ctx, driver.Topic{Name: name}); err != nil {
				f.Fatal(err)
			}
			f.topic = name
			f.publish(name)
		}
		for _, name := range names {
			f.topic = name
			c := f.subscribe("readers")
			f.receive(c, name)
			f.quiet(c)
		}
	}},
	{"Declaring is idempotent, and many may do it at once", func(f *fixture) {
		ctx, cancel := f.patient()
		defer cancel()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				topics := []driver.Topic{{Name: "a", Retain: time.Hour}, {Name: "b"}, {Name: f.topic, Retain: time.Hour}}
				if err := f.broker.Declare(ctx, topics...); err != nil {
					f.Error(err)
				}
			})
		}
		all.Wait()
	}},
	{"A broker that declares dedupe stores a message once, however often its ID is published", func(f *fixture) {
		if !f.broker.Capabilities().Dedupe {
			return
		}
		f.publish("a", "a", "b", "a")
		c := f.subscribe("readers")
		f.receive(c, "a")
		f.receive(c, "b")
		f.quiet(c)
	}},
	{"A broker that declares replay is a log: it reads what was settled, page by page, and removes what it is told to", func(f *fixture) {
		log, ok := f.broker.(driver.Log)
		if ok != f.broker.Capabilities().Replay {
			f.Fatalf("replay is declared: %t, and it is a log: %t", !ok, ok)
		}
		if ok {
			f.testLog(log)
		}
	}},
}

func (f *fixture) testLog(log driver.Log) {
	ctx, cancel := f.patient()
	defer cancel()
	if none, err := log.Read(ctx, "never.declared", 0, 10); err != nil || len(none) > 0 {
		f.Errorf("a topic that was never declared: %v, %v", none, err)
	}
	f.publish("a", "b", "c")
	c := f.subscribe("readers")
	for _, id := range []string{"a", "b", "c"} {
		f.receive(c, id)
	}
	first, err := log.Read(ctx, f.topic, 0, 2)
	if err != nil || len(first) != 2 || string(first[0].Message.Data) != "a" || string(first[1].Message.Data) != "b" {
		f.Fatalf("first page: %v, %v", first, err)
	}
	for range 2 {
		if err := log.Remove(ctx, f.topic, first[1].Position); err != nil {
			f.Errorf("remove: %v", err)
		}
	}
	rest, err := log.Read(ctx, f.topic, first[0].Position+1, 10)
	if err != nil || len(rest) != 1 || string(rest[0].Message.Data) != "c" {
		f.Errorf("after removing b: %v, %v", rest, err)
	}
}
