package events_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/internal/natstest"
)

// letters waits until the group has n dead letters.
func letters(t *testing.T, w *world, topic, group string, n int) []events.DeadLetter {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		all, err := w.hub().DeadLetters(ctx, topic, group, 1000)
		if err != nil {
			t.Fatalf("want %d dead letters: %v", n, err)
		}
		if len(all) == n {
			return all
		}
	}
}

func TestTheLastAttemptMakesADeadLetter(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	calls := make(chan bool, 10)
	events.Subscribe(s, topic, func(context.Context, Order) error {
		calls <- true
		return errors.New("no\nluck — ever")
	}, events.MaxAttempts(3), events.Backoff(time.Millisecond, time.Millisecond))
	w := embedded(t, s)
	if err := p.Publish(t.Context(), Order{ID: "a", Seats: 1}, events.ID("1")); err != nil {
		t.Fatal(err)
	}
	l := letters(t, w, "orders.placed", "bookings", 1)[0]
	if l.ID != "1" || l.Source != "/bookings" || l.Key != "a" || l.Topic != "orders.placed" || l.Group != "bookings" ||
		l.Attempt != 3 || l.Cause != "no\nluck — ever" || l.Died.IsZero() || l.Time.IsZero() || string(l.Data) != `{"id":"a","seats":1}` {
		t.Errorf("got %+v", l)
	}
	if len(calls) != 3 {
		t.Errorf("%d calls", len(calls))
	}
}

// fragile is an error that cannot be asked for anything when it is nil.
type fragile struct{ text string }

func (f *fragile) Error() string { return f.text }

func TestAnErrorThatPanicsWhenAskedIsAFailureLikeAnyOther(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	results := map[string]error{"nil": (*fragile)(nil), "wrapped": errors.Join((*fragile)(nil)), "rejected": events.Reject((*fragile)(nil))}
	events.Subscribe(s, topic, func(_ context.Context, o Order) error { return results[o.ID] },
		events.MaxAttempts(2), events.Backoff(time.Millisecond, time.Millisecond))
	w := embedded(t, s)
	for id := range results {
		publish(t, p, Order{ID: id, Seats: 1})
	}
	for _, l := range letters(t, w, "orders.placed", "bookings", 3) {
		if !strings.Contains(l.Cause, "panic: runtime error") || l.Attempt != 2 {
			t.Errorf("%s: attempt %d, %s", l.Key, l.Attempt, l.Cause)
		}
	}
}

func TestARejectedEventIsDeadAtOnce(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	events.Subscribe(s, topic, func(context.Context, Order) error { return events.Reject(errors.New("unknown flight")) })
	w := embedded(t, s)
	publish(t, p, Order{ID: "a", Seats: 1})
	if l := letters(t, w, "orders.placed", "bookings", 1)[0]; l.Attempt != 1 || l.Cause != "unknown flight" {
		t.Errorf("got %+v", l)
	}
}

func TestAPoisonousEventDoesNotReachTheHandler(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := events.Define[Order]("orders.placed")
	p := events.Publisher(s, topic)
	got := make(chan string, 10)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error { got <- o.ID; return nil }, events.Parallel(1))
	w := embedded(t, s)
	hub := w.hub()
	envelope := func(change func(h map[string]string)) map[string]string {
		h := map[string]string{"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/x", "ce-type": "orders.placed"}
		change(h)
		return h
	}
	valid := func(map[string]string) {}
	for _, m := range []*events.Message{
		{Headers: envelope(valid), Data: []byte(`{"id":`)},
		{Headers: envelope(valid), Data: []byte(`{"id":"a","seats":0}`)},
		{Headers: envelope(valid)},
		{Headers: envelope(func(h map[string]string) { delete(h, "ce-id") }), Data: []byte(`{"id":"a","seats":1}`)},
		{Headers: envelope(func(h map[string]string) { h["content-type"] = "text/xml" }), Data: []byte(`{"id":"a","seats":1}`)},
		{Data: []byte{0xff, 0}},
	} {
		m.Topic = "orders.placed"
		if err := hub.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	publish(t, p, Order{ID: "good", Seats: 1})
	if id := receive(t, got); id != "good" {
		t.Errorf("handled %s", id)
	}
	all := letters(t, w, "orders.placed", "bookings", 6)
	for i, want := range []string{"malformed JSON", "/seats", "malformed JSON", "no CloudEvent", "not JSON", "no CloudEvent"} {
		if !strings.Contains(all[i].Cause, want) {
			t.Errorf("letter %d: %q does not say %q", i, all[i].Cause, want)
		}
	}
}

func TestAReplayedEventGoesToTheGroupThatFailed(t *testing.T) {
	t.Parallel()
	type input struct {
		Meta events.Meta
		Body Order
	}
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	broken := make(chan bool)
	mended, other := make(chan events.Meta, 10), make(chan string, 10)
	events.Subscribe(s, topic, func(_ context.Context, in input) error {
		select {
		case <-broken:
			mended <- in.Meta
			return nil
		default:
			return events.Reject(nil)
		}
	})
	events.Subscribe(s, topic, func(_ context.Context, o Order) error { other <- o.ID; return nil }, events.Group("others"), events.Parallel(1))
	w := embedded(t, s)
	for _, id := range []string{"a", "b", "c"} {
		if err := p.Publish(t.Context(), Order{ID: id, Seats: 1}, events.ID(id)); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, other); got != id {
			t.Errorf("the other group got %s", got)
		}
	}
	letters(t, w, "orders.placed", "bookings", 3)
	close(broken)

	if n, err := w.hub().Replay(t.Context(), "orders.placed", "bookings", "b", "unknown"); n != 1 || err != nil {
		t.Fatalf("replayed %d, %v", n, err)
	}
	if m := receive(t, mended); m.ID != "b" || m.Attempt != 1 || m.Source != "/bookings" {
		t.Errorf("got %+v", m)
	}
	if n, err := w.hub().Replay(t.Context(), "orders.placed", "bookings"); n != 2 || err != nil {
		t.Fatalf("replayed %d, %v", n, err)
	}
	receive(t, mended)
	receive(t, mended)
	letters(t, w, "orders.placed", "bookings", 0)
	publish(t, p, Order{ID: "last", Seats: 1})
	if got := receive(t, other); got != "last" {
		t.Errorf("the other group got the replayed %s", got)
	}
}

func TestALetterWithAClockThatIsAheadKeepsNoOtherFromBeingReplayed(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t)
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	broken, mended := make(chan bool), make(chan string, 10)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error {
		select {
		case <-broken:
			mended <- o.ID
			return nil
		default:
			return events.Reject(nil)
		}
	})
	w := external(t, server, s)
	publish(t, p, Order{ID: "a", Seats: 1})
	letters(t, w, "orders.placed", "bookings", 1)
	nc, err := nats.Connect(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	ahead := nats.Header{"vade-dead-time": {time.Now().Add(time.Hour).Format(time.RFC3339Nano)}}
	if _, err := nc.RequestMsgWithContext(t.Context(), &nats.Msg{Subject: "vade.airline.dead.orders.placed.bookings", Header: ahead}); err != nil {
		t.Fatal(err)
	}
	publish(t, p, Order{ID: "b", Seats: 1})
	letters(t, w, "orders.placed", "bookings", 3)
	close(broken)
	if n, err := w.hub().Replay(t.Context(), "orders.placed", "bookings"); n != 3 || err != nil {
		t.Errorf("replayed %d, %v", n, err)
	}
}

func TestALetterThatDiesAgainIsReplayedOnce(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	events.Subscribe(s, topic, func(context.Context, Order) error { return events.Reject(nil) })
	w := embedded(t, s)
	const many = 150 // more than are read at once
	for range many {
		publish(t, p, Order{ID: "a", Seats: 1})
	}
	letters(t, w, "orders.placed", "bookings", many)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if n, err := w.hub().Replay(ctx, "orders.placed", "bookings"); n != many || err != nil {
		t.Errorf("replayed %d, %v", n, err)
	}
}

func TestDeadLettersOfStrangersAreRefused(t *testing.T) {
	t.Parallel()
	w := embedded(t)
	for _, names := range [][2]string{{"", "g"}, {"a", ""}, {"a", "b.c"}, {"dead.a", "b"}} {
		if _, err := w.hub().DeadLetters(t.Context(), names[0], names[1], 1); err == nil {
			t.Errorf("%v were accepted", names)
		}
		if _, err := w.hub().Replay(t.Context(), names[0], names[1]); err == nil {
			t.Errorf("%v were accepted", names)
		}
	}
	if n, err := w.hub().Replay(t.Context(), "never.used", "nobody"); n != 0 || err != nil {
		t.Errorf("replayed %d, %v", n, err)
	}
}
