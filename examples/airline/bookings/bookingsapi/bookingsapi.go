package bookingsapi

import (
	"net/http"
	"time"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/problem"
)

// How the operations of the service fail.
var (
	ErrUnknown  = problem.New(http.StatusNotFound, "unknown-booking", "You have no booking with this id")
	ErrSoldOut  = problem.New(http.StatusConflict, "sold-out", "The flight has not enough seats left")
	ErrNoFlight = problem.New(http.StatusUnprocessableEntity, "no-such-flight", "No flight has this id")
	ErrDeparted = problem.New(http.StatusConflict, "departed", "The flight has departed")
)

// The events of the service, keyed by booking.
var (
	Placed = events.Define("bookings.placed", events.Key(func(e Booking) string { return e.ID }),
		events.Summary[Booking]("Somebody asked for seats; the saga begins."))
	Confirmed = events.Define("bookings.confirmed", events.Key(func(e Booking) string { return e.ID }),
		events.Summary[Booking]("Seats are held and paid for."))
	Rejected = events.Define("bookings.rejected", events.Key(func(e Booking) string { return e.ID }),
		events.Summary[Booking]("There were no seats, or the payment failed."))
	Cancelled = events.Define("bookings.cancelled", events.Key(func(e Booking) string { return e.ID }),
		events.Summary[Booking]("The traveller does not want the seats any more."))
)

// PaymentDue asks for the money of a booking whose seats are held.
var PaymentDue = events.Define("bookings.payment-due", events.Key(func(e Due) string { return e.Booking }),
	events.Summary[Due]("Seats are held; the money may be taken."))

// Due is the money for one booking.
type Due struct {
	Booking  string `json:"booking"`
	Amount   int64  `json:"amount_cents"`
	Currency string `json:"currency"`
	Token    string `json:"token" doc:"For the payment provider: what the traveller pays with."`
}

// The states of a booking. It goes from pending to confirmed or rejected, and from pending or confirmed to cancelled.
const (
	StatusPending   = "pending"
	StatusConfirmed = "confirmed"
	StatusRejected  = "rejected"
	StatusCancelled = "cancelled"
)

// Booking is some seats on a flight for some passengers.
type Booking struct {
	ID         string      `json:"id"`
	Subject    string      `json:"subject" doc:"Who booked."`
	Status     string      `json:"status" enum:"pending,confirmed,rejected,cancelled"`
	Reason     string      `json:"reason" doc:"Why it was rejected; empty otherwise." example:"sold-out"`
	FlightID   string      `json:"flight_id"`
	From       string      `json:"from"`
	To         string      `json:"to"`
	Departure  time.Time   `json:"departure"`
	Passengers []Passenger `json:"passengers"`
	Total      int64       `json:"total_cents"`
	Currency   string      `json:"currency"`
	Created    time.Time   `json:"created"`
}

// Passenger is one traveller.
type Passenger struct {
	Name  string `json:"name" minLength:"1" maxLength:"100" pattern:"^[^\\p{Cc}\\p{Z}]+( +[^\\p{Cc}\\p{Z}]+)*$" example:"Ada Lovelace"`
	Email string `json:"email" format:"email" maxLength:"200" example:"ada@example.com"`
}
