package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade"
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
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/store/sqlitestore"
	"github.com/vade-go/vade/telemetry"
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

type everybody struct{}

func (everybody) Verify(_ context.Context, token string) (auth.Principal, error) {
	return auth.Principal{Subject: token, Scopes: []string{"bookings:read", "bookings:write"}}, nil
}

// house is the whole airline in the test's process, on the embedded engines.
type house struct {
	*echo
	t        *testing.T
	data     string
	instance *vade.Instance
}

// open starts the airline on a broker that behaves.
func open(t *testing.T) *house {
	t.Helper()
	svc := vade.NewService("echo")
	e := newEcho(svc)
	h := openOn(t, natsevents.Driver(), answering{}, svc)
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

// openOn starts the airline on a broker and a payment provider, beside services of the test.
func openOn(t *testing.T, broker driver.Driver, provider payments.Provider, more ...*vade.Service) *house {
	t.Helper()
	h := &house{t: t, data: t.TempDir()}
	system := vade.NewSystem("airline",
		append([]*vade.Service{airports.Service(), flights.Service(), bookings.Service(), payments.With(provider), notify.Service()}, more...)...)
	tel, err := telemetry.New(telemetry.Config{Service: "airline", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	engines := operation.Engines{
		"store":  {Driver: sqlitestore.Driver(), URL: &url.URL{Scheme: "sqlite"}},
		"events": {Driver: broker, URL: &url.URL{Scheme: "embedded"}},
	}
	h.instance, err = system.Open(t.Context(), vade.Config{
		Engines: engines, DataDir: h.data, Verifier: everybody{}, Telemetry: tel,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.instance.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := h.instance.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// try sends a request to a service and reads its answer, if that is a success. Headers are pairs.
func try[T any](h *house, service, method, target, body string, header ...string) (status int, v T) {
	handler, _ := h.instance.Handler(service)
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer ada")
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, req)
	if rec.Code < http.StatusBadRequest {
		if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
			h.t.Error(err)
		}
	}
	return rec.Code, v
}

// ask is try for a request that must succeed.
func ask[T any](h *house, service, method, target, body string, header ...string) T {
	h.t.Helper()
	status, v := try[T](h, service, method, target, body, header...)
	if status >= http.StatusBadRequest {
		h.t.Fatalf("%s %s: status %d", method, target, status)
	}
	return v
}

func (h *house) flight(id string) flightsapi.Flight {
	return ask[flightsapi.Flight](h, "flights", "GET", "/flights/"+id, "")
}

func (h *house) booking(id string) bookingsapi.Booking {
	return ask[bookingsapi.Booking](h, "bookings", "GET", "/bookings/"+id, "")
}

// book books a seat and waits for the end of the saga.
func (h *house) book(token string) bookingsapi.Booking {
	h.t.Helper()
	flight := flights.Example("ZRH", "LHR", time.Now().AddDate(0, 0, 7).Format(time.DateOnly))
	b := ask[bookingsapi.Booking](h, "bookings", "POST", "/bookings",
		`{"flight_id":"`+flight+`","passengers":[{"name":"Ada","email":"ada@example.com"}],"payment":{"token":"`+token+`"}}`)
	h.until("the saga has ended", func() bool { return h.booking(b.ID).Status != bookingsapi.StatusPending })
	return h.booking(b.ID)
}

func (h *house) until(what string, ok func() bool) {
	h.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			h.t.Fatalf("still not true that %s", what)
		}
	}
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
	h.until("the seat is free", func() bool { return h.flight(b.FlightID).SeatsLeft == f.Seats })
	publish(h, h.rejected, b)
	publish(h, h.cancelled, b)
	h.settled()
	if got := h.flight(b.FlightID).SeatsLeft; got != f.Seats-3 {
		t.Errorf("%d seats are left of %d after three were sold", got, f.Seats)
	}
}

func TestACancelledBookingGivesSeatsAndMoneyBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.book("tok_visa")
	f := h.flight(b.FlightID)
	for range 2 { // once more does no harm
		if got := ask[bookingsapi.Booking](h, "bookings", "DELETE", "/bookings/"+b.ID, ""); got.Status != bookingsapi.StatusCancelled {
			t.Errorf("got %+v", got)
		}
	}
	h.until("the seat is free", func() bool { return h.flight(b.FlightID).SeatsLeft == f.SeatsLeft+1 })
}
