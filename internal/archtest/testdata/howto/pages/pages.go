package pages

import (
	"context"
	"errors"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/store"
)

type Booking struct{ ID string }

type handlers struct{ bookings *store.Collection[Booking] }

type List struct {
	api.Paging        // limit and cursor
	Owner      string `query:"owner"`
}

func (h *handlers) list(ctx context.Context, in List) (api.Page[Booking], error) {
	found, err := h.bookings.List(ctx, store.Query{Index: "owner", Prefix: in.Owner, Limit: in.Limit, Cursor: in.Cursor.Or("")})
	if errors.Is(err, store.ErrCursor) {
		return api.Page[Booking]{}, api.InvalidCursor()
	}
	var bookings []Booking
	for _, item := range found.Items {
		bookings = append(bookings, item.Value)
	}
	return api.Page[Booking]{Items: bookings, Next: found.Next}, err
}

var _ = (*handlers).list
