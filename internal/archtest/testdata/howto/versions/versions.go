package versions

import (
	"context"
	"fmt"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/store"
)

type Booking struct{ ID string }

type NewBooking struct{ Flight string }

type Get struct {
	ID string `path:"id"`
}

type handlers struct{ bookings *store.Collection[Booking] }

func key(id string) store.Key { return store.Key{Partition: id, ID: "booking"} }

func (h *handlers) get(ctx context.Context, in Get) (api.Versioned[Booking], error) {
	found, err := h.bookings.Get(ctx, key(in.ID))
	return api.Versioned[Booking]{Value: found.Value, Tag: fmt.Sprint(found.Version)}, err
}

type Change struct {
	api.Precondition        // If-Match
	ID               string `path:"id"`
	Body             NewBooking
}

var _ = (*handlers).get
