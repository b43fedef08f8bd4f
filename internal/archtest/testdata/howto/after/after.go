// Package after shows work that is done once a call has been answered.
package after

import (
	"context"

	"github.com/vade-go/vade/api"
)

// Booking is what was made.
type Booking struct {
	ID string `json:"id"`
}

// Book asks for it.
type Book struct{}

// Mail sends receipts.
type Mail interface {
	Send(ctx context.Context, b Booking) error
}

type handlers struct{ mail Mail }

var _ = (*handlers).book

func (h *handlers) book(ctx context.Context, in Book) (api.Created[Booking], error) {

	booking := Booking{ID: "B1"}

	err := api.After(ctx, "receipt", func(ctx context.Context) error { return h.mail.Send(ctx, booking) })
	return api.Created[Booking]{Location: "/bookings/" + booking.ID, Value: booking}, err
}
