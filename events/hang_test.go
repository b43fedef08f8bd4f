package events_test

import (
	"context"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/internal/natstest"
)

// hasty gives handlers little time and leaves them behind soon.
func hasty() events.SubscribeOption {
	return events.Options(events.Timeout(10*time.Millisecond), events.Overtime(10*time.Millisecond),
		events.Backoff(time.Millisecond, time.Millisecond), events.MaxAttempts(1000), events.AckWait(time.Second))
}

func TestAHandlerThatHangsStopsNeitherOtherKeysNorItsEvent(t *testing.T) {
	t.Parallel()
	type input struct {
		Meta events.Meta
		Body Order
	}
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	got, release := make(chan string, 10), make(chan bool)
	defer close(release)
	events.Subscribe(s, topic, func(_ context.Context, in input) error {
		if in.Body.ID == "hangs" && in.Meta.Attempt == 1 {
			<-release
		}
		got <- in.Body.ID
		return nil
	}, hasty(), events.Parallel(1))
	embedded(t, s)
	publish(t, p, Order{ID: "hangs", Seats: 1}, Order{ID: "other", Seats: 1})
	if a, b := receive(t, got), receive(t, got); a == b {
		t.Errorf("got %s and %s", a, b)
	}
}

func TestHandlersThatAlwaysHangStopTheSubscriptionInsteadOfPilingUp(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := events.Define[Order]("orders.placed")
	p := events.Publisher(s, topic)
	begun, release := make(chan string, 1000), make(chan bool)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error {
		begun <- o.ID
		<-release
		return nil
	}, hasty(), events.Parallel(2))
	embedded(t, s)
	ids := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for _, id := range ids {
		publish(t, p, Order{ID: id, Seats: 1})
	}
	for range 4 { // two that were left behind, and two that are waited for
		receive(t, begun)
	}
	select {
	case id := <-begun:
		t.Errorf("%s was begun, too", id)
	case <-time.After(100 * time.Millisecond):
	}
	close(release)
	for want := map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": true, "f": true, "g": true, "h": true}; len(want) > 4; {
		delete(want, receive(t, begun)) // up to four were begun before
	}
}

func TestWhatWaitsBehindHandlersThatHangGoesToAnotherProcess(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t)
	topic := ordersPlaced()
	first, second := newService("bookings"), newService("bookings")
	p := events.Publisher(first, topic)
	begun, release, got := make(chan string, 1000), make(chan bool), make(chan string, 1000)
	events.Subscribe(first, topic, func(_ context.Context, o Order) error {
		begun <- o.ID
		<-release
		return nil
	}, hasty(), events.Parallel(1))
	events.Subscribe(second, topic, func(_ context.Context, o Order) error { got <- o.ID; return nil }, events.AckWait(time.Second))
	external(t, server, first)
	defer close(release)
	publish(t, p, Order{ID: "a", Seats: 1}, Order{ID: "b", Seats: 1}, Order{ID: "c", Seats: 1})
	receive(t, begun)
	receive(t, begun) // the second one is stuck
	external(t, server, second)
	for want := map[string]bool{"a": true, "b": true, "c": true}; len(want) > 0; {
		delete(want, receive(t, got))
	}
}

func TestAHandlerThatEndsItsGoroutineHasFailed(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	events.Subscribe(s, topic, func(context.Context, Order) error { runtime.Goexit(); return nil }, events.MaxAttempts(1), events.Parallel(1))
	w := embedded(t, s)
	publish(t, p, Order{ID: "a", Seats: 1}, Order{ID: "b", Seats: 1})
	letters(t, w, "orders.placed", "bookings", 2)
}

func TestATimeoutWithoutEndIsNone(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	begun, release, ended := make(chan bool, 10), make(chan bool), make(chan error, 1)
	events.Subscribe(s, topic, func(ctx context.Context, _ Order) error {
		begun <- true
		<-release
		ended <- ctx.Err()
		return nil
	}, events.Timeout(math.MaxInt64), events.Backoff(time.Millisecond, time.Millisecond))
	w := embedded(t, s)
	publish(t, p, Order{ID: "a", Seats: 1})
	receive(t, begun)
	select {
	case <-begun:
		t.Error("the handler was left behind")
	case <-time.After(100 * time.Millisecond):
	}
	close(release)
	if err := receive(t, ended); err != nil {
		t.Errorf("the handler saw %v", err)
	}
	w.stop()
	if strings.Contains(w.log.String(), "retrying") {
		t.Errorf("the log says: %s", w.log)
	}
}
