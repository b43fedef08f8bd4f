package flights

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/compress"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
	"github.com/vade-go/vade/examples/airline/internal/timetable"
	"github.com/vade-go/vade/examples/airline/internal/world"
	"github.com/vade-go/vade/outbox"
)

// Service returns the service flights.
func Service() *vade.Service {
	svc := vade.NewService("flights", vade.Version("1.0.0"), vade.Summary("The timetable and the seats"))
	outbox.Of(svc)
	h := &handlers{seats: newSeats(svc)}
	api.Configure(svc, api.Compress(compress.Auto()...))
	api.Serve(svc, flightsapi.Search, h.search)
	api.Serve(svc, flightsapi.Get, h.get)
	api.Serve(svc, flightsapi.Fares, h.fares)
	vade.OnStart(svc, "lay out the timetable", h.layOut)
	events.Subscribe(svc, bookingsapi.Placed, h.onPlaced)
	events.Subscribe(svc, bookingsapi.Rejected, h.onEnded)
	events.Subscribe(svc, bookingsapi.Cancelled, h.onEnded)
	return svc
}

type handlers struct {
	seats     *seats
	timetable atomic.Pointer[timetable.Timetable] // computed from data in the binary, the same on every replica
}

func (h *handlers) layOut(context.Context) error {
	w, err := world.Load()
	if err != nil {
		return err
	}
	h.timetable.Store(timetable.New(w.Airports()))
	return nil
}

func (h *handlers) search(ctx context.Context, q flightsapi.Query) (flightsapi.Found, error) {
	found := flightsapi.Found{Flights: []flightsapi.Flight{}}
	for _, f := range h.on(q) {
		flight, err := h.publish(ctx, f)
		if err != nil {
			return found, err
		}
		found.Flights = append(found.Flights, flight)
	}
	return found, nil
}

// on is the timetable of a query. There are dates of RFC 3339 on which nobody flies, such as those of the year 0.
func (h *handlers) on(q flightsapi.Query) []timetable.Flight {
	day, err := timetable.ParseDate(q.Date)
	if err != nil {
		return nil
	}
	return h.timetable.Load().On(strings.ToUpper(q.From), strings.ToUpper(q.To), day)
}

func (h *handlers) get(ctx context.Context, in flightsapi.ID) (flightsapi.Flight, error) {
	f, ok := h.timetable.Load().ByID(in.ID)
	if !ok {
		return flightsapi.Flight{}, flightsapi.ErrUnknown
	}
	return h.publish(ctx, f)
}

func (h *handlers) publish(ctx context.Context, f timetable.Flight) (flightsapi.Flight, error) {
	fare, _, err := h.fare(ctx, f)
	return flightsapi.Flight{
		ID: f.ID, Number: f.Number, From: f.From, To: f.To, Departure: f.Departure, Arrival: f.Arrival,
		Distance: f.DistanceKM, Aircraft: f.Aircraft, Seats: f.Seats, SeatsLeft: fare.SeatsLeft,
		Price: fare.Price, Currency: fare.Currency,
	}, err
}

// onPlaced sets seats aside for a booking, or says that there are none.
func (h *handlers) onPlaced(ctx context.Context, b bookingsapi.Booking) error {
	f, ok := h.timetable.Load().ByID(b.FlightID)
	if !ok {
		f.Seats = 0 // the timetable has changed meanwhile: nobody flies, and the booking has to learn of it
	}
	return h.seats.hold(ctx, b.FlightID, f.Seats, b.ID, len(b.Passengers))
}

// onEnded gives the seats of a rejected or cancelled booking back.
func (h *handlers) onEnded(ctx context.Context, b bookingsapi.Booking) error {
	return h.seats.release(ctx, b.FlightID, b.ID)
}

// Example returns the id of the first flight between two airports on a day, or "".
func Example(from, to, day string) string {
	w, err := world.Load()
	if err != nil {
		return ""
	}
	date, err := timetable.ParseDate(day)
	if err != nil {
		return ""
	}
	for _, f := range timetable.New(w.Airports()).On(from, to, date) {
		return f.ID
	}
	return ""
}
