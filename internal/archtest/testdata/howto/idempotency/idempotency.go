// Package idempotency shows requests that may be sent again.
package idempotency

import (
	"context"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// NewBooking is what is asked for.
type NewBooking struct {
	FlightID string `json:"flight_id"`
}

type Book struct {
	Key  api.IdempotencyKey
	Body NewBooking
}

type handlers struct{ made map[string]NewBooking }

func (h *handlers) book(_ context.Context, in Book) (api.None, error) {

	id, given := in.Key.ID() // the same each time; insert under it, and what exists already is the answer

	if given {
		h.made[id] = in.Body
	}
	return api.None{}, nil
}

// Service declares it.
func Service() *vade.Service {
	svc := vade.NewService("bookings")
	g, h := api.Group(svc, "/bookings", auth.Require(auth.OAuth2("airline"))), &handlers{make(map[string]NewBooking)}

	api.Post(g, "", h.book, api.Idempotent()) // or on the group: for all operations that change something

	return svc
}
