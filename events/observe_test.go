package events_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vade-go/vade/events"
)

// counts returns how often runs of a metric ended with each status.
func counts(t *testing.T, w *world, metric string) map[string]uint64 {
	t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]uint64)
	for _, f := range families {
		if f.GetName() != metric {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "status" {
					out[l.GetValue()] += m.GetHistogram().GetSampleCount()
				}
			}
		}
	}
	return out
}

func TestPublishingAndHandlingAreMeasured(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := events.Define[Order]("orders.placed")
	p := events.Publisher(s, topic)
	done := make(chan bool, 1)
	failed := false
	events.Subscribe(s, topic, func(_ context.Context, o Order) error {
		switch {
		case o.ID == "bad":
			return events.Reject(errors.New("bad"))
		case o.ID == "unlucky" && !failed:
			failed = true
			return errors.New("no luck")
		case o.ID == "unlucky":
			done <- true
		}
		return nil
	}, events.Parallel(1), events.Backoff(time.Millisecond, time.Millisecond))
	w := embedded(t, s)
	publish(t, p, Order{ID: "good", Seats: 1}, Order{ID: "bad", Seats: 1}, Order{ID: "unlucky", Seats: 1})
	if err := p.Publish(t.Context(), Order{}); err == nil {
		t.Error("an invalid event was published")
	}
	receive(t, done)
	w.stop()
	if got := fmt.Sprint(counts(t, w, "messaging_process_duration_seconds")); got != "map[ack:2 reject:1 retry:1]" {
		t.Errorf("handled: %s", got)
	}
	if got := fmt.Sprint(counts(t, w, "messaging_client_operation_duration_seconds")); got != "map[error:1 ok:3]" {
		t.Errorf("published: %s", got)
	}
}
