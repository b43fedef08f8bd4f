// Package around shows an interceptor with types.
package around

import (
	"context"
	"log/slog"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// Booking is the answer.
type Booking struct{ ID string }

// Get is the input.
type Get struct {
	ID string `path:"id"`
}

type handlers struct{}

func (h *handlers) get(context.Context, Get) (Booking, error) { return Booking{}, nil }

func logged(ctx context.Context, in *Get, next func(context.Context) (Booking, error)) (Booking, error) {
	out, err := next(ctx) // or not, and with another context; what is returned here counts
	slog.InfoContext(ctx, "a booking was read", "id", in.ID, "found", err == nil)
	return out, err
}

// Service declares it.
func Service() *vade.Service {
	svc, h := vade.NewService("bookings"), &handlers{}
	g := api.Group(svc, "/bookings", auth.Public())

	api.Get(g, "/{id}", h.get, api.Intercept(logged))

	return svc
}
