// Package described shows examples in the document.
package described

import (
	"context"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
)

// ErrSoldOut is a problem of the service.
var ErrSoldOut = problem.New(409, "sold-out", "The flight has not enough seats left")

// NewBooking is the request.
type NewBooking struct {
	FlightID string `json:"flight_id"`
	Seats    int    `json:"seats"`
}

// Booking is the answer.
type Booking struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

type handlers struct{}

func (h *handlers) book(context.Context, NewBooking) (api.Created[Booking], error) {
	return api.Created[Booking]{}, ErrSoldOut
}

// Service declares it.
func Service() *vade.Service {
	svc := vade.NewService("bookings")
	g, h := api.Group(svc, "/bookings", auth.Require(auth.OAuth2("airline"))), &handlers{}

	api.Post(g, "", h.book, auth.Scopes("bookings:write"),
		api.Example("two seats", NewBooking{FlightID: "VD1", Seats: 2}),  // of the request, by its type
		api.Example("paid", Booking{ID: "B1", Status: "confirmed"}),      // of the answer
		api.Fails(ErrSoldOut.WithDetail("Flight VD1 has no seat left."))) // of the problem

	return svc
}
