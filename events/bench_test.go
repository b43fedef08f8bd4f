package events_test

import (
	"context"
	"testing"

	"github.com/vade-go/vade/events"
)

func BenchmarkPublish(b *testing.B) {
	s := newService("orders")
	p := events.Publisher(s, ordersPlaced())
	embedded(b, s)
	for b.Loop() {
		if err := p.Publish(b.Context(), Order{ID: "a", Seats: 1}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPublishParallel(b *testing.B) {
	s := newService("orders")
	p := events.Publisher(s, ordersPlaced())
	embedded(b, s)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := p.Publish(b.Context(), Order{ID: "a", Seats: 1}); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkPublishAndHandle measures the way of an event from Publish to its handler, one at a time.
func BenchmarkPublishAndHandle(b *testing.B) {
	s := newService("orders")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	done := make(chan bool, 1)
	events.Subscribe(s, topic, func(context.Context, Order) error { done <- true; return nil })
	embedded(b, s)
	for b.Loop() {
		if err := p.Publish(b.Context(), Order{ID: "a", Seats: 1}); err != nil {
			b.Fatal(err)
		}
		<-done
	}
}

func BenchmarkEncode(b *testing.B) {
	s := newService("orders")
	p := events.Publisher(s, ordersPlaced())
	embedded(b, s)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Encode(b.Context(), Order{ID: "a", Seats: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
