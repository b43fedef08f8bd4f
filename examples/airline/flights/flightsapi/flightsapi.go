package flightsapi

import (
	"context"
	"net/http"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// ErrUnknown says that no flight has the id.
var ErrUnknown = problem.New(http.StatusNotFound, "unknown-flight", "No flight has this id")

// The operations of the service.
var (
	Search = api.Define[Query, Found]("GET", "/flights", auth.Public(), api.Summary("Find direct flights on a day"))
	Get    = api.Define[ID, Flight]("GET", "/flights/{id}", auth.Public(), api.Fails(ErrUnknown),
		api.Summary("Get one flight with the seats that are left"))
	Fares = api.Define[Watch, api.SSE[Fare]]("GET", "/flights/{id}/fares", auth.Public(), api.Fails(ErrUnknown),
		api.Summary("Watch the price of a flight"), api.Description("An event comes at once, and another whenever seats are taken or given back."))
)

// The events of the service, keyed by booking.
var (
	SeatsHeld = events.Define("flights.seats-held", events.Key(func(e Held) string { return e.Booking }),
		events.Summary[Held]("Seats were set aside for a booking."))
	SeatsRefused = events.Define("flights.seats-refused", events.Key(func(e Refused) string { return e.Booking }),
		events.Summary[Refused]("A flight has not enough seats for a booking."))
)

// Held says that seats are set aside until the booking is rejected or cancelled.
type Held struct {
	Booking string `json:"booking"`
	Flight  string `json:"flight"`
	Seats   int    `json:"seats"`
}

// Refused says that no seats were set aside, and why.
type Refused struct {
	Booking string `json:"booking"`
	Flight  string `json:"flight"`
	Reason  string `json:"reason" enum:"sold-out,cancelled"`
}

// Query asks for the direct flights between two airports on a day.
type Query struct {
	From string `query:"from" pattern:"^[A-Za-z]{3}$" doc:"IATA code of the airport of departure." example:"ZRH"`
	To   string `query:"to" pattern:"^[A-Za-z]{3}$" doc:"IATA code of the airport of arrival." example:"LHR"`
	Date string `query:"date" format:"date" doc:"Day of departure, local to the airport." example:"2027-01-05"`
}

// ID names one flight.
type ID struct {
	ID string `path:"id" maxLength:"32" doc:"Flight number and day of departure." example:"VD100-20270105"`
}

// Watch names the flight whose fares are watched.
type Watch struct {
	ID string `path:"id" maxLength:"32" doc:"Flight number and day of departure." example:"VD100-20270105"`
	api.Resume
}

// Fare is what a seat costs while so many are left.
type Fare struct {
	SeatsLeft int    `json:"seats_left"`
	Price     int64  `json:"price_cents" doc:"For one seat."`
	Currency  string `json:"currency" example:"EUR"`
}

// Flight is one departure.
type Flight struct {
	ID        string    `json:"id" example:"VD100-20270105"`
	Number    string    `json:"number" example:"VD100"`
	From      string    `json:"from" example:"ZRH"`
	To        string    `json:"to" example:"LHR"`
	Departure time.Time `json:"departure" doc:"With the offset of the airport's local time."`
	Arrival   time.Time `json:"arrival" doc:"With the offset of the airport's local time."`
	Distance  int       `json:"distance_km" doc:"Great-circle distance."`
	Aircraft  string    `json:"aircraft"`
	Seats     int       `json:"seats"`
	SeatsLeft int       `json:"seats_left"`
	Price     int64     `json:"price_cents" doc:"For one seat."`
	Currency  string    `json:"currency" example:"EUR"`
}

// Found are the flights of a day, earliest first.
type Found struct {
	Flights []Flight `json:"flights"`
}

// Client calls the service.
type Client struct{ conn *call.Conn }

// Connect declares that the service calls flights.
func Connect(s operation.Scope) Client { return Client{api.Connect(s, "flights")} }

// Get returns one flight, or [ErrUnknown].
func (c Client) Get(ctx context.Context, id string) (Flight, error) {
	return Get.Call(ctx, c.conn, ID{ID: id})
}
