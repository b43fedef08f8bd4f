package events_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/operation"
)

// ordersPlaced returns a topic of a test, keyed by the order's id.
func ordersPlaced() *events.Topic[Order] {
	return events.Define("orders.placed", events.Key(func(o Order) string { return o.ID }))
}

// tenant is a dependency of the application.
type tenant struct{ name string }

func (t *tenant) Resolve(_ context.Context, c *operation.Call) error {
	t.name = "of " + c.Header.Get("CE-ID")
	return nil
}

func TestAHandlerIsGivenWhatItAsksFor(t *testing.T) {
	t.Parallel()
	type input struct {
		Meta   events.Meta
		Caller auth.Principal
		Tenant tenant
		Body   Order
	}
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	got := make(chan input, 1)
	plain := make(chan Order, 1)
	events.Subscribe(s, topic, func(_ context.Context, in input) error { got <- in; return nil })
	events.Subscribe(s, topic, func(_ context.Context, o Order) error { plain <- o; return nil }, events.Group("plain"))
	embedded(t, s)

	order, at := Order{ID: "ä b", Seats: 2}, time.Date(2026, 11, 1, 12, 0, 0, 123, time.UTC)
	if err := p.Publish(t.Context(), order, events.ID("№ 1"), events.Time(at)); err != nil {
		t.Fatal(err)
	}
	in := receive(t, got)
	want := events.Meta{ID: "№ 1", Source: "/bookings", Type: "orders.placed", Key: "ä b", Time: at, Attempt: 1, Group: "bookings"}
	if in.Meta != want || in.Body != order || !in.Caller.Anonymous() || in.Tenant.name != "of "+events.EncodeValue("№ 1") {
		t.Errorf("got %+v", in)
	}
	if o := receive(t, plain); o != order {
		t.Errorf("got %+v", o)
	}
}

func TestAConsumerPassesOverMembersThatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	type seat struct {
		Row   int  `json:"row"`
		Aisle bool `json:"aisle"` // was added later
	}
	type order struct { // what the publisher has made of Order meanwhile
		ID    string `json:"id"`
		Seats int    `json:"seats"`
		Seat  []seat `json:"seat"`
	}
	publisher, consumer := newService("shop"), newService("bookings")
	p := events.Publisher(publisher, events.Define[order]("orders.placed"))
	got := make(chan Order, 1)
	events.Subscribe(consumer, ordersPlaced(), func(_ context.Context, o Order) error { got <- o; return nil })
	embedded(t, publisher, consumer)
	publish(t, p, order{ID: "a", Seats: 2, Seat: []seat{{Row: 7}}})
	if o := receive(t, got); o != (Order{ID: "a", Seats: 2}) {
		t.Errorf("got %+v", o)
	}
}

func TestTheTraceGoesOnInTheHandler(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	got := make(chan trace.SpanContext, 1)
	events.Subscribe(s, topic, func(ctx context.Context, _ Order) error { got <- trace.SpanContextFromContext(ctx); return nil })
	embedded(t, s)

	sc := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
	if err := p.Publish(trace.ContextWithSpanContext(t.Context(), sc), Order{ID: "a", Seats: 1}); err != nil {
		t.Fatal(err)
	}
	if id := receive(t, got).TraceID(); id != sc.TraceID() {
		t.Errorf("trace %s, want %s", id, sc.TraceID())
	}
}

func TestAnEventIsTriedAgainUntilItSucceeds(t *testing.T) {
	t.Parallel()
	type input struct {
		Meta events.Meta
		Body Order
	}
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	attempts := make(chan int, 10)
	events.Subscribe(s, topic, func(_ context.Context, in input) error {
		attempts <- in.Meta.Attempt
		switch in.Meta.Attempt {
		case 1:
			return errors.New("no luck")
		case 2:
			return events.Retry(time.Millisecond, errors.New("not yet"))
		case 3:
			panic("oh no")
		}
		return nil
	}, events.Backoff(time.Millisecond, time.Millisecond))
	w := embedded(t, s)
	publish(t, p, Order{ID: "a", Seats: 1})
	for want := 1; want <= 4; want++ {
		if got := receive(t, attempts); got != want {
			t.Fatalf("attempt %d, want %d", got, want)
		}
	}
	w.stop()
	for _, want := range []string{"no luck", "not yet", "panic: oh no", "handle_test.go"} {
		if !strings.Contains(w.log.String(), want) {
			t.Errorf("the log does not mention %q", want)
		}
	}
}

func TestAHandlerThatTakesTooLongIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	var calls atomic.Int32
	done := make(chan bool, 1)
	events.Subscribe(s, topic, func(ctx context.Context, _ Order) error {
		if calls.Add(1) == 1 {
			<-ctx.Done()
			return ctx.Err()
		}
		done <- true
		return nil
	}, events.Timeout(20*time.Millisecond), events.Backoff(time.Millisecond, time.Millisecond))
	embedded(t, s)
	publish(t, p, Order{ID: "a", Seats: 1})
	receive(t, done)
}

func TestAHandlerMayTakeLongerThanTheAckWait(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := events.Define[Order]("orders.placed")
	p := events.Publisher(s, topic)
	got := make(chan string, 10)
	// The second event waits in its lane as long as the first one works.
	events.Subscribe(s, topic, func(ctx context.Context, o Order) error {
		got <- o.ID
		if o.ID == "slow" {
			ctx, cancel := context.WithTimeout(ctx, 2500*time.Millisecond)
			defer cancel()
			<-ctx.Done()
		}
		return nil
	}, events.AckWait(time.Second), events.Parallel(1))
	w := embedded(t, s)
	publish(t, p, Order{ID: "slow", Seats: 1}, Order{ID: "next", Seats: 1}, Order{ID: "last", Seats: 1})
	for _, want := range []string{"slow", "next", "last"} {
		if id := receive(t, got); id != want {
			t.Fatalf("got %s, want %s", id, want)
		}
	}
	w.stop()
	if len(got) > 0 {
		t.Errorf("%s came twice", <-got)
	}
}

func TestTheSameIdentityIsStoredOnce(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	got := make(chan string, 10)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error { got <- o.ID; return nil }, events.Parallel(1))
	embedded(t, s)
	m, err := p.Encode(t.Context(), Order{ID: "stored", Seats: 1})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := p.PublishEncoded(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if err := p.Publish(t.Context(), Order{ID: "named", Seats: 1}, events.ID("1")); err != nil {
			t.Fatal(err)
		}
	}
	publish(t, p, Order{ID: "last", Seats: 1})
	counts := make(map[string]int)
	for range 3 {
		counts[receive(t, got)]++
	}
	if fmt.Sprint(counts) != "map[last:1 named:1 stored:1]" {
		t.Errorf("got %v", counts)
	}
}

func TestEventsOfOneKeyAreHandledInOrderAndOthersBeside(t *testing.T) {
	t.Parallel()
	type step struct {
		Key string `json:"key"`
		N   int    `json:"n"`
	}
	const keys, each = 5, 20
	s := newService("bookings")
	topic := events.Define("orders.steps", events.Key(func(e step) string { return e.Key }))
	p := events.Publisher(s, topic)
	var mu sync.Mutex
	last, running := make(map[string]int), make(map[string]bool)
	handled := make(chan error, keys*each)
	events.Subscribe(s, topic, func(_ context.Context, e step) error {
		mu.Lock()
		var err error
		if running[e.Key] || last[e.Key] != e.N-1 {
			err = fmt.Errorf("%s: %d after %d, at once %t", e.Key, e.N, last[e.Key], running[e.Key])
		}
		running[e.Key] = true
		mu.Unlock()
		defer func() {
			mu.Lock()
			last[e.Key], running[e.Key] = e.N, false
			mu.Unlock()
			handled <- err
		}()
		return nil
	})
	embedded(t, s)
	for n := range each {
		for k := range keys {
			publish(t, p, step{fmt.Sprint("key", k), n + 1})
		}
	}
	for range keys * each {
		if err := receive(t, handled); err != nil {
			t.Error(err)
		}
	}
}

func TestASlowKeyHoldsUpNothingThatHasNone(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := events.Define("orders.placed", events.Key(func(o Order) string { return strings.TrimPrefix(o.ID, "quick") }))
	p := events.Publisher(s, topic)
	got := make(chan string, 10)
	release := make(chan bool)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error {
		if o.ID == "slow" {
			<-release
		}
		got <- o.ID
		return nil
	}, events.Parallel(2))
	embedded(t, s)
	publish(t, p, Order{ID: "slow", Seats: 1}, Order{ID: "quick", Seats: 1})
	if id := receive(t, got); id != "quick" {
		t.Errorf("got %s", id)
	}
	close(release)
	receive(t, got)
}

func TestALaterEventOvertakesOneThatIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	got := make(chan int, 10)
	var failed atomic.Bool
	second := make(chan bool)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error {
		if o.Seats == 1 && !failed.Swap(true) {
			<-second // is published, so it is the next in the lane
			return errors.New("no luck")
		}
		got <- o.Seats
		return nil
	}, events.Backoff(500*time.Millisecond, time.Second))
	embedded(t, s)
	publish(t, p, Order{ID: "a", Seats: 1}, Order{ID: "a", Seats: 2})
	close(second)
	if a, b := receive(t, got), receive(t, got); a != 2 || b != 1 {
		t.Errorf("got %d and then %d", a, b)
	}
}
