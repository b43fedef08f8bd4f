package notify

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/store"
)

// Service returns the service notify.
func Service() *vade.Service {
	svc := vade.NewService("notify", vade.Version("1.0.0"), vade.Summary("Tickets by mail"))
	h := &handlers{folder: vade.Folder(svc, "mail"), tickets: store.Collect[ticket](svc, "tickets")}
	events.Subscribe(svc, bookingsapi.Confirmed, h.onConfirmed)
	return svc
}

type handlers struct {
	folder  *vade.LocalFolder
	tickets *store.Collection[ticket]
}

// ticket remembers that a ticket was written.
type ticket struct {
	File string    `json:"file"`
	Sent time.Time `json:"sent"`
}

// onConfirmed writes the ticket. The file's name is the booking's id and it appears whole or not at all, so doing it again after
// a crash does no harm.
func (h *handlers) onConfirmed(ctx context.Context, b bookingsapi.Booking) error {
	key := store.Key{Partition: b.ID, ID: "ticket"}
	if _, err := h.tickets.Get(ctx, key); !errors.Is(err, store.ErrNotFound) {
		return err // written already, or the database cannot be read
	}
	name := b.ID + ".eml"
	if err := writeWhole(h.folder.Path(), name, compose(b)); err != nil {
		return err
	}
	_, err := h.tickets.Insert(ctx, key, ticket{File: name, Sent: time.Now().UTC()})
	if errors.Is(err, store.ErrExists) {
		return nil // another delivery of the same event was faster
	}
	return err
}

// writeWhole writes a file so that its name never shows half of it, even after a crash.
func writeWhole(folder, name string, data []byte) error {
	f, err := os.CreateTemp(folder, ".writing-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(folder, name))
}
