// Package grouped shows two versions of an API.
package grouped

import (
	"context"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// Booking is the new form, OldBooking that of before.
type (
	Booking    struct{ ID, Name string }
	OldBooking struct{ ID string }
	byID       struct {
		ID string `path:"id"`
	}
)

func bookingV1(b Booking) OldBooking { return OldBooking{b.ID} }

type handlers struct{}

func (h *handlers) health(context.Context, api.None) (string, error) { return "fine", nil }
func (h *handlers) get(context.Context, byID) (Booking, error)       { return Booking{}, nil }

// Service declares both.
func Service(t time.Time) *vade.Service {
	svc, h := vade.NewService("bookings"), &handlers{}
	api.Configure(svc, auth.Public())

	v1 := api.Group(svc, "/v1", api.Version("1"), api.DeprecatedSince(t), api.Sunset(t.AddDate(1, 0, 0)))
	v2 := api.Group(svc, "/v2", api.Version("2"))

	api.Get(v1, "/health", h.health) // one handler for both: the ids are health-v1 and health-v2
	api.Get(v2, "/health", h.health)
	api.Get(v2, "/bookings/{id}", h.get)
	api.Get(v1, "/bookings/{id}", as(h.get, bookingV1)) // the old form of the same answer

	return svc
}

func as[In, New, Old any](h func(context.Context, In) (New, error), old func(New) Old) func(context.Context, In) (Old, error) {
	return func(ctx context.Context, in In) (Old, error) {
		out, err := h(ctx, in)
		if err != nil {
			var none Old
			return none, err
		}
		return old(out), nil
	}
}
