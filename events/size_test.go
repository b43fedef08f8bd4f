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

func TestAnEventThatIsTooLargeIsRefusedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	p := events.Publisher(s, events.Define[Order]("orders.placed"))
	embedded(t, s)
	huge := Order{ID: strings.Repeat("x", 1<<20), Seats: 1}
	_, encoding := p.Encode(t.Context(), huge)
	for what, err := range map[string]error{"publish": p.Publish(t.Context(), huge), "encode": encoding} {
		large, ok := errors.AsType[*events.TooLargeError](err)
		if !ok || large.Size < 1<<20 || large.Limit > 1<<20 || large.Limit < 1000<<10 || !strings.HasPrefix(err.Error(), "events: publish orders.placed: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTheLargestEventCanBecomeADeadLetterAndBeReplayed(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := events.Define[Order]("orders.placed")
	p := events.Publisher(s, topic)
	mended, got := make(chan bool), make(chan int, 1)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error {
		select {
		case <-mended:
			got <- len(o.ID)
			return nil
		default:
			return events.Reject(errors.New(strings.Repeat("ä", 5000)))
		}
	})
	w := embedded(t, s)
	size := 1 << 20
	for {
		err := p.Publish(t.Context(), Order{ID: strings.Repeat("x", size), Seats: 1})
		if err == nil {
			break
		}
		large, ok := errors.AsType[*events.TooLargeError](err)
		if !ok {
			t.Fatal(err)
		}
		size -= large.Size - large.Limit
	}
	if l := letters(t, w, "orders.placed", "bookings", 1)[0]; !strings.HasPrefix(l.Cause, "ää") {
		t.Errorf("cause %q", l.Cause)
	}
	close(mended)
	if n, err := w.hub().Replay(t.Context(), "orders.placed", "bookings"); n != 1 || err != nil {
		t.Fatalf("replayed %d, %v", n, err)
	}
	if n := receive(t, got); n != size {
		t.Errorf("%d bytes", n)
	}
}

func TestALetterThatIsTooLargeKeepsNoOtherFromBeingReplayed(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t)
	s := newService("bookings")
	topic := events.Define[Order]("orders.placed")
	p := events.Publisher(s, topic)
	mended, got := make(chan bool), make(chan string, 1)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error {
		select {
		case <-mended:
			got <- o.ID
			return nil
		default:
			return events.Reject(nil)
		}
	}, events.Backoff(time.Millisecond, time.Millisecond))
	w := external(t, server, s)
	nc, err := nats.Connect(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if _, err := nc.RequestWithContext(t.Context(), "vade.airline.orders.placed", []byte(strings.Repeat("x", int(nc.MaxPayload())))); err != nil {
		t.Fatal(err)
	}
	letters(t, w, "orders.placed", "bookings", 1)
	publish(t, p, Order{ID: "small", Seats: 1})
	letters(t, w, "orders.placed", "bookings", 2)
	close(mended)
	n, err := w.hub().Replay(t.Context(), "orders.placed", "bookings")
	if _, tooLarge := errors.AsType[*events.TooLargeError](err); n != 1 || !tooLarge {
		t.Errorf("replayed %d, %v", n, err)
	}
	if id := receive(t, got); id != "small" {
		t.Errorf("got %s", id)
	}
	letters(t, w, "orders.placed", "bookings", 1)
}

func TestWhatOthersPublishedCanBecomeADeadLetterHoweverLarge(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t)
	s := newService("bookings")
	topic := events.Define[Order]("orders.placed")
	events.Subscribe(s, topic, func(context.Context, Order) error { return nil },
		events.Backoff(time.Millisecond, time.Millisecond), events.Parallel(1))
	w := external(t, server, s)
	nc, err := nats.Connect(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, room := range []int{0, 250} { // beside the data
		data := []byte(strings.Repeat("x", int(nc.MaxPayload())-room))
		if _, err := nc.RequestWithContext(t.Context(), "vade.airline.orders.placed", data); err != nil {
			t.Fatal(err)
		}
	}
	if all := letters(t, w, "orders.placed", "bookings", 2); all[0].Attempt != 0 || all[1].Attempt != 1 || all[1].Cause != "" {
		t.Errorf("got attempts %d and %d, cause %q", all[0].Attempt, all[1].Attempt, all[1].Cause)
	}
}
