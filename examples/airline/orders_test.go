package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/flights"
	"github.com/vade-go/vade/operation"
)

// mute is a payment provider that takes money and does not answer, until it is told to.
type mute struct{ speaks atomic.Bool }

func (p *mute) Capture(context.Context, string, int64, string, string) (string, error) {
	if !p.speaks.Load() {
		return "", errors.New("no answer")
	}
	return "", nil
}

// office is a part of a service that has the broker.
type office struct{ hub *events.Hub }

func (*office) Describe(*operation.Description) error { return nil }
func (o *office) Open(ctx context.Context, env *operation.Env) (err error) {
	o.hub, err = events.Open(ctx, env)
	return err
}

func TestAProviderThatNeverAnswersEndsTheBookingAndOwesTheMoney(t *testing.T) {
	t.Parallel()
	provider, o := new(mute), new(office)
	w, svc := newWitness()
	svc.Declare(o, func() operation.Part { return o })
	h := openOn(t, natsevents.Driver(), provider, []*vade.Service{svc})
	b := h.book("tok_visa")
	if b.Status != bookingsapi.StatusRejected || b.Reason != "payment-unavailable" {
		t.Fatalf("got %+v", b)
	}
	h.Until("the seats are free", func() bool { f := h.flight(b.FlightID); return f.SeatsLeft == f.Seats })
	h.Until("there is a dead letter", func() bool {
		letters, err := o.hub.DeadLetters(t.Context(), bookingsapi.PaymentDue.Name(), "payments", 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(letters) == 1 && letters[0].Key == b.ID
	})
	provider.speaks.Store(true)
	if n, err := o.hub.Replay(t.Context(), bookingsapi.PaymentDue.Name(), "payments"); n != 1 || err != nil {
		t.Fatalf("%d replayed, %v", n, err)
	}
	h.Until("the money is given back", func() bool { return w.count(b.ID, "payments.refunded") == 1 })
	if got := h.booking(b.ID); got.Status != bookingsapi.StatusRejected {
		t.Errorf("got %+v", got)
	}
}

func TestAnOrderThatIsSentAgainBooksOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	flight := flights.Example("ZRH", "LHR", time.Now().AddDate(0, 0, 7).Format(time.DateOnly))
	left := h.flight(flight).SeatsLeft
	book := func(key string, seats int) *apitest.Response {
		return h.Do("POST", "/bookings", order(flight, "tok_visa", seats), apitest.Header("Idempotency-Key", key))
	}
	again := func(key string, seats int) (b bookingsapi.Booking) {
		book(key, seats).Want(http.StatusCreated).JSON(&b)
		return b
	}
	ids := make(chan string, 20)
	var senders sync.WaitGroup
	for range cap(ids) {
		senders.Go(func() {
			ids <- again("k1", 2).ID
		})
	}
	senders.Wait()
	first := <-ids
	for range cap(ids) - 1 {
		if id := <-ids; id != first {
			t.Errorf("bookings %s and %s", first, id)
		}
	}
	h.Until("the saga has ended", func() bool { return h.booking(first).Status == bookingsapi.StatusConfirmed })
	if now := h.flight(flight).SeatsLeft; now != left-2 {
		t.Errorf("%d seats are left of %d", now, left)
	}
	if p := book("k1", 3).Problem(); !errors.Is(p, api.ErrKeyReused) {
		t.Errorf("another order with the same key: %v", p)
	}
	if other := again("k2", 2); other.ID == first {
		t.Error("another key finds the same booking")
	}
}

func TestWhatMakesNoSenseIsNoFaultOfOurs(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.book("tok_visa")
	h.book("tok_visa")
	page := ask[struct {
		Bookings []bookingsapi.Booking `json:"items"`
		Next     string                `json:"next"`
	}](h, "GET", "/bookings?limit=1", "")
	if len(page.Bookings) != 1 || page.Bookings[0].ID == b.ID || page.Next == "" {
		t.Fatalf("the newest comes first: %+v", page)
	}
	for target, want := range map[string]int{
		"/bookings?cursor=" + page.Next: 200, "/bookings?cursor=zzz": 422, "/bookings?cursor=" + page.Next + "x": 422, "/bookings?limit=0": 422,
		"/bookings/%ff": 422, "/bookings/%c2%85": 422, "/bookings/unknown": 422, "/bookings/" + strings.Repeat("a", 26): 404, "/bookings/" + b.ID: 200,
		"/flights?from=ZRH&to=SIN&date=0000-01-01": 200, "/flights?from=ZRH&to=SIN&date=9999-12-31": 200, "/flights?from=ZRH&to=ZRH&date=2027-01-05": 200,
		"/flights?from=ZRH&to=SIN&date=2027-02-30": 422, "/flights/VD1-99991231": 404, "/flights/%ff": 422,
	} {
		if status := h.Do("GET", target, nil).Status; status != want {
			t.Errorf("%s: status %d, want %d", target, status, want)
		}
	}
	for _, name := range []string{" ", "Ada\\r\\nPaid: 0.00 EUR", "Ada\\u0000", ""} {
		body := strings.Replace(order(b.FlightID, "tok_visa", 1), `"Ada"`, `"`+name+`"`, 1)
		if status := h.Do("POST", "/bookings", body).Status; status != 422 {
			t.Errorf("a passenger called %q: status %d", name, status)
		}
	}
}
