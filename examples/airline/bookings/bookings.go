package bookings

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
	"github.com/vade-go/vade/examples/airline/payments/paymentsapi"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/store"
)

// Service returns the service bookings.
func Service() *vade.Service {
	svc := vade.NewService("bookings", vade.Version("1.0.0"), vade.Summary("Seats for travellers"))
	outbox.Of(svc)
	h := &handlers{saga: newSaga(svc), flights: flightsapi.Connect(svc)}

	g := api.Group(svc, "/bookings", auth.Require(auth.OAuth2("airline")))
	api.Post(g, "", h.book, auth.Scopes("bookings:write"), api.Summary("Book seats on a flight"),
		api.Example("two travellers", Order{
			FlightID: "VD100-20270105", Payment: bookingsapi.Payment{Value: bookingsapi.Card{Token: "tok_visa"}},
			Passengers: []bookingsapi.Passenger{{Name: "Ada Lovelace", Email: "ada@example.com"}, {Name: "Alan Turing", Email: "alan@example.com"}},
		}),
		api.Idempotent(), api.Timeout(10*time.Second), // what a crash leaves running is given up soon after
		api.Fails(bookingsapi.ErrNoFlight, bookingsapi.ErrSoldOut, bookingsapi.ErrDeparted))
	api.Post(g, "/passengers", h.passengers, auth.Scopes("bookings:write"), api.Summary("Read a passenger list"),
		api.Description("Takes a CSV file of names and addresses, and returns the passengers as an order wants them, or every line that is wrong."))
	api.Get(g, "", h.list, auth.Scopes("bookings:read"), api.Summary("List your bookings, newest first"))
	api.Get(g, "/{id}", h.get, auth.Scopes("bookings:read"), api.Summary("Get one of your bookings"), api.Fails(bookingsapi.ErrUnknown))
	api.Delete(g, "/{id}", h.cancel, auth.Scopes("bookings:write"), api.Summary("Cancel one of your bookings"),
		api.Fails(bookingsapi.ErrUnknown, bookingsapi.ErrDeparted))

	events.Subscribe(svc, flightsapi.SeatsHeld, h.saga.onHeld)
	events.Subscribe(svc, flightsapi.SeatsRefused, h.saga.onRefused)
	events.Subscribe(svc, paymentsapi.Captured, h.saga.onCaptured)
	events.Subscribe(svc, paymentsapi.Failed, h.saga.onFailed)
	return svc
}

type handlers struct {
	saga    *saga
	flights flightsapi.Client
}

// Book asks for seats.
type Book struct {
	Caller auth.Principal
	Key    api.IdempotencyKey
	Body   Order
}

// Order is what a traveller wants.
type Order struct {
	FlightID   string                  `json:"flight_id" minLength:"1" maxLength:"32" example:"VD100-20270105"`
	Passengers []bookingsapi.Passenger `json:"passengers" minItems:"1" maxItems:"9"`
	Payment    bookingsapi.Payment     `json:"payment"`
}

func (h *handlers) book(ctx context.Context, in Book) (api.Created[bookingsapi.Booking], error) {
	var out api.Created[bookingsapi.Booking]
	id := in.id()
	if known, err := h.saga.records.Get(ctx, key(id)); err == nil {
		return again(known.Value, in.Body)
	} else if !errors.Is(err, store.ErrNotFound) {
		return out, err
	}
	flight, err := h.flights.Get(ctx, in.Body.FlightID)
	switch {
	case errors.Is(err, flightsapi.ErrUnknown):
		return out, bookingsapi.ErrNoFlight.WithDetail("No flight has the id %q.", in.Body.FlightID)
	case err != nil:
		return out, err
	case flight.Departure.Before(time.Now()):
		return out, bookingsapi.ErrDeparted
	case flight.SeatsLeft < len(in.Body.Passengers):
		return out, bookingsapi.ErrSoldOut // a courtesy; who gets the last seats is decided by flights
	}
	b := bookingsapi.Booking{
		ID: id, Subject: in.Caller.Subject, Status: bookingsapi.StatusPending,
		FlightID: flight.ID, From: flight.From, To: flight.To, Departure: flight.Departure, Passengers: in.Body.Passengers,
		Total: flight.Price * int64(len(in.Body.Passengers)), Currency: flight.Currency, Created: time.Now().UTC(),
	}
	switch known, err := h.saga.begin(ctx, record{Booking: b, Token: in.Body.Payment.Value.Reference()}); {
	case errors.Is(err, store.ErrExists): // the same request was faster on another connection
		return again(known, in.Body)
	case err != nil:
		return out, err
	}
	return created(b), nil
}

func created(b bookingsapi.Booking) api.Created[bookingsapi.Booking] {
	return api.Created[bookingsapi.Booking]{Location: "/bookings/" + b.ID, Value: b}
}

// id is the booking's: that of the idempotency key, so that an order which comes again because a crash took the first answer finds its
// booking, or else a new one.
func (in Book) id() string {
	if id, given := in.Key.ID(); given {
		return id
	}
	return strings.ToLower(rand.Text())
}

// again answers an order that was carried out before, by a process that died or longer ago than answers are kept, with the booking of then
// as it is now, if it was the same order.
func again(known record, order Order) (api.Created[bookingsapi.Booking], error) {
	if known.FlightID != order.FlightID || !slices.Equal(known.Passengers, order.Passengers) {
		return api.Created[bookingsapi.Booking]{}, api.ErrKeyReused
	}
	return created(known.Booking), nil
}

// ByID names one booking of the caller.
type ByID struct {
	Caller auth.Principal
	ID     string `path:"id" pattern:"^[a-z2-7]{26}$" doc:"Id of the booking."`
}

// get answers a browser that knows the booking as it is by 304, and no bytes.
func (h *handlers) get(ctx context.Context, in ByID) (api.Versioned[bookingsapi.Booking], error) {
	r, err := h.saga.records.Get(ctx, key(in.ID))
	if errors.Is(err, store.ErrNotFound) || (err == nil && r.Value.Subject != in.Caller.Subject) {
		return api.Versioned[bookingsapi.Booking]{}, bookingsapi.ErrUnknown // whether it exists is nobody else's business
	}
	return api.Versioned[bookingsapi.Booking]{Value: r.Value.Booking, Tag: tag(r.Version)}, err
}

// tag names a version of a booking to the world.
func tag(v store.Version) string { return strconv.FormatInt(int64(v), 36) }

// Mine asks for the bookings of the caller.
type Mine struct {
	Caller auth.Principal
	api.Paging
}

func (h *handlers) list(ctx context.Context, in Mine) (api.Page[bookingsapi.Booking], error) {
	var page api.Page[bookingsapi.Booking]
	records, err := h.saga.records.List(ctx, store.Query{
		Index: byOwner, Prefix: indexed(in.Caller.Subject), Descending: true, Limit: in.Limit, Cursor: in.Cursor.Or(""),
	})
	switch {
	case errors.Is(err, store.ErrCursor):
		return page, api.InvalidCursor()
	case err != nil:
		return page, err
	}
	page.Next, page.Items = records.Next, make([]bookingsapi.Booking, len(records.Items))
	for i, r := range records.Items {
		page.Items[i] = r.Value.Booking
	}
	return page, nil
}

// Cancel names the booking to cancel, and, if the caller likes, the version that he has seen of it.
type Cancel struct {
	ByID
	api.Precondition
}

func (h *handlers) cancel(ctx context.Context, in Cancel) (bookingsapi.Booking, error) {
	if _, err := h.get(ctx, in.ByID); err != nil {
		return bookingsapi.Booking{}, err
	}
	return h.saga.cancel(ctx, in.ID, in.Precondition)
}
