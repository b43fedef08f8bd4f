package notify

import (
	"context"
	"errors"
	"io/fs"
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
	vade.OnStart(svc, "sweep the tray", h.sweep)
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

// sweep removes what a process that died has left half written. Another process may be writing right now.
func (h *handlers) sweep(context.Context) error {
	left, err := filepath.Glob(filepath.Join(h.folder.Path(), unfinished))
	if err != nil {
		return err
	}
	for _, path := range left {
		info, err := os.Stat(path)
		if err != nil || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
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

// unfinished are the names of files that are being written.
const unfinished = ".writing-*"

// writeWhole writes a file so that its name never shows half of it, even after a crash, and that it is there once this returns,
// even after a loss of power.
func writeWhole(folder, name string, data []byte) error {
	f, err := os.CreateTemp(folder, unfinished)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(folder, name)); err != nil {
		return err
	}
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
