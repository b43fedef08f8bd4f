package main

import (
	"context"
	"testing"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/examples/airline/airports"
	"github.com/vade-go/vade/examples/airline/bookings"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/flights"
	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
	"github.com/vade-go/vade/examples/airline/notify"
	"github.com/vade-go/vade/examples/airline/payments"
	"github.com/vade-go/vade/examples/airline/payments/paymentsapi"
	"github.com/vade-go/vade/store/sqlitestore"
	"go.uber.org/goleak"
)

// What an instance started must have ended when it has stopped.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is a service that publishes other services' events once more, as a broker may.
type echo struct {
	placed    *events.Producer[bookingsapi.Booking]
	cancelled *events.Producer[bookingsapi.Booking]
	rejected  *events.Producer[bookingsapi.Booking]
	confirmed *events.Producer[bookingsapi.Booking]
	due       *events.Producer[bookingsapi.Due]
	held      *events.Producer[flightsapi.Held]
	captured  *events.Producer[paymentsapi.Payment]
	failed    *events.Producer[paymentsapi.Payment]
}

func newEcho(svc *vade.Service) *echo {
	return &echo{
		placed:    events.Publisher(svc, bookingsapi.Placed),
		cancelled: events.Publisher(svc, bookingsapi.Cancelled),
		rejected:  events.Publisher(svc, bookingsapi.Rejected),
		confirmed: events.Publisher(svc, bookingsapi.Confirmed),
		due:       events.Publisher(svc, bookingsapi.PaymentDue),
		held:      events.Publisher(svc, flightsapi.SeatsHeld),
		captured:  events.Publisher(svc, paymentsapi.Captured),
		failed:    events.Publisher(svc, paymentsapi.Failed),
	}
}

// house is the whole airline in the test's process, on the embedded engines.
type house struct {
	*echo
	*apitest.System
	t *testing.T
}

// open starts the airline on a broker that behaves.
func open(t *testing.T, options ...apitest.Option) *house {
	t.Helper()
	svc := vade.NewService("echo")
	e := newEcho(svc)
	h := openOn(t, natsevents.Driver(), answering{}, []*vade.Service{svc}, options...)
	h.echo = e
	return h
}

// answering is a payment provider that always answers.
type answering struct{}

func (answering) Capture(_ context.Context, _ string, _ int64, _, token string) (string, error) {
	if token == "tok_declined" {
		return "payment-declined", nil
	}
	return "", nil
}

// openOn starts the airline on a broker and a payment provider, beside services of the test. Ada is who travels.
func openOn(t *testing.T, broker driver.Driver, provider payments.Provider, more []*vade.Service, options ...apitest.Option) *house {
	t.Helper()
	system := vade.NewSystem("airline",
		append([]*vade.Service{airports.Service(), flights.Service(), bookings.Service(), payments.With(provider), notify.Service()}, more...)...)
	ada := auth.Principal{Subject: "ada", Scopes: []string{"bookings:read", "bookings:write"}}
	options = append(options, apitest.Drivers(sqlitestore.Driver(), broker), apitest.As(ada))
	return &house{t: t, System: apitest.NewSystem(t, system, options...)}
}

// ask sends a request that must succeed, and reads its answer.
func ask[T any](h *house, method, target, body string) (v T) {
	h.t.Helper()
	h.Do(method, target, body).JSON(&v)
	return v
}

func (h *house) flight(id string) flightsapi.Flight {
	return ask[flightsapi.Flight](h, "GET", "/flights/"+id, "")
}

func (h *house) booking(id string) bookingsapi.Booking {
	return ask[bookingsapi.Booking](h, "GET", "/bookings/"+id, "")
}

// book books a seat and waits for the end of the saga.
func (h *house) book(token string) bookingsapi.Booking {
	h.t.Helper()
	flight := flights.Example("ZRH", "LHR", time.Now().AddDate(0, 0, 7).Format(time.DateOnly))
	b := ask[bookingsapi.Booking](h, "POST", "/bookings", order(flight, token, 1))
	h.Until("the saga has ended", func() bool { return h.booking(b.ID).Status != bookingsapi.StatusPending })
	return h.booking(b.ID)
}

func publish[T any](h *house, p *events.Producer[T], value T) {
	h.t.Helper()
	if err := p.Publish(h.t.Context(), value); err != nil {
		h.t.Fatal(err)
	}
}

// settled waits until every event published so far has been handled: a booking made after them has gone all the way.
func (h *house) settled() {
	h.t.Helper()
	for range 3 {
		h.book("tok_visa")
	}
}

func TestEventsThatComeTwiceChangeNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.book("tok_visa")
	if b.Status != bookingsapi.StatusConfirmed {
		t.Fatalf("got %+v", b)
	}
	left := h.flight(b.FlightID).SeatsLeft
	paid := paymentsapi.Payment{Booking: b.ID, Amount: b.Total, Currency: b.Currency}
	publish(h, h.placed, b)
	publish(h, h.held, flightsapi.Held{Booking: b.ID, Flight: b.FlightID, Seats: 1})
	publish(h, h.due, bookingsapi.Due{Booking: b.ID, Amount: b.Total, Currency: b.Currency, Token: "tok_visa"})
	publish(h, h.captured, paid)
	publish(h, h.confirmed, b)
	publish(h, h.failed, paid) // and one that comes too late
	h.settled()
	if got := h.booking(b.ID); got.Status != bookingsapi.StatusConfirmed {
		t.Errorf("the booking is %s", got.Status)
	}
	if got := h.flight(b.FlightID).SeatsLeft; got != left-3 { // the three bookings of settled
		t.Errorf("%d seats are left, there were %d before three more were sold", got, left)
	}
}

func TestAnEndThatOvertakesItsBeginningHoldsNoSeats(t *testing.T) {
	t.Parallel()
	h := open(t)
	sample := h.book("tok_visa")
	left := h.flight(sample.FlightID).SeatsLeft
	early := sample
	early.ID, early.Status = "early", bookingsapi.StatusCancelled
	publish(h, h.cancelled, early)
	h.settled()
	early.Status = bookingsapi.StatusPending
	publish(h, h.placed, early)
	h.settled()
	if got := h.flight(sample.FlightID).SeatsLeft; got != left-6 {
		t.Errorf("%d seats are left of %d after six were sold", got, left)
	}
}

func TestSeatsAreGivenBackOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.book("tok_declined")
	if b.Status != bookingsapi.StatusRejected || b.Reason != "payment-declined" {
		t.Fatalf("got %+v", b)
	}
	f := h.flight(b.FlightID)
	h.Until("the seat is free", func() bool { return h.flight(b.FlightID).SeatsLeft == f.Seats })
	publish(h, h.rejected, b)
	publish(h, h.cancelled, b)
	h.settled()
	if got := h.flight(b.FlightID).SeatsLeft; got != f.Seats-3 {
		t.Errorf("%d seats are left of %d after three were sold", got, f.Seats)
	}
}

func TestACancelledBookingGivesSeatsAndMoneyBack(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]apitest.Option{"local": nil, "isolated": {apitest.Isolated()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, options...)
			b := h.book("tok_visa")
			f := h.flight(b.FlightID)
			for range 2 { // once more does no harm
				if got := ask[bookingsapi.Booking](h, "DELETE", "/bookings/"+b.ID, ""); got.Status != bookingsapi.StatusCancelled {
					t.Errorf("got %+v", got)
				}
			}
			h.Until("the seat is free", func() bool { return h.flight(b.FlightID).SeatsLeft == f.SeatsLeft+1 })
		})
	}
}
