package bookings

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
	"github.com/vade-go/vade/examples/airline/payments/paymentsapi"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/store"
)

// saga is the state machine of bookings:
//
//	pending ──seats held──► pending, paying ──captured──► confirmed
//	   │ │                        │ │                        │
//	   │ └─seats refused─► rejected ◄─payment failed         │
//	   └───────────cancel───► cancelled ◄────────────────────┘
//
// A step is one transaction on the booking's record: the new state and the event that tells it commit together. An event
// that the state does not wait for, because it came twice or too late, changes nothing.
type saga struct {
	db      *store.DB
	records *store.Collection[record]

	placed    *events.Producer[bookingsapi.Booking]
	due       *events.Producer[bookingsapi.Due]
	confirmed *events.Producer[bookingsapi.Booking]
	rejected  *events.Producer[bookingsapi.Booking]
	cancelled *events.Producer[bookingsapi.Booking]
}

// record is a booking and what the saga must remember besides.
type record struct {
	bookingsapi.Booking
	Paying bool   `json:"paying"` // the seats are held and the money was asked for
	Token  string `json:"token"`  // of the payment provider
}

const byOwner = "owner"

// indexed is where the bookings of a subject begin in the index. Subjects may be longer than what an index takes.
func indexed(subject string) string {
	sum := sha256.Sum256([]byte(subject))
	return base64.RawURLEncoding.EncodeToString(sum[:]) + " "
}

// sortable writes times so that their texts sort as they do.
const sortable = "2006-01-02T15:04:05.000000000Z"

func newSaga(svc *vade.Service) *saga {
	return &saga{
		db: store.Of(svc),
		records: store.Collect(svc, "bookings", store.Index(byOwner, func(r record) string {
			return indexed(r.Subject) + r.Created.UTC().Format(sortable)
		})),
		placed:    events.Publisher(svc, bookingsapi.Placed),
		due:       events.Publisher(svc, bookingsapi.PaymentDue),
		confirmed: events.Publisher(svc, bookingsapi.Confirmed),
		rejected:  events.Publisher(svc, bookingsapi.Rejected),
		cancelled: events.Publisher(svc, bookingsapi.Cancelled),
	}
}

// key gives every booking a partition of its own: bookings never wait for each other.
func key(id string) store.Key { return store.Key{Partition: id, ID: "booking"} }

// begin stores a booking and tells of it. When there is one already it returns that, and store.ErrExists.
func (s *saga) begin(ctx context.Context, r record) (known record, err error) {
	err = s.db.Do(ctx, r.ID, func(ctx context.Context, tx *store.Tx) error {
		_, err := s.records.With(tx).Insert(ctx, key(r.ID), r)
		if errors.Is(err, store.ErrExists) {
			item, getErr := s.records.With(tx).Get(ctx, key(r.ID))
			known = item.Value
			return errors.Join(err, getErr)
		}
		if err != nil {
			return err
		}
		return outbox.Publish(ctx, tx, s.placed, r.Booking)
	})
	return known, err
}

// step loads a booking, lets move change it, and stores what it became together with the event that move publishes. When
// move reports false the booking was not waiting for this and stays as it is. Seen is the version that the caller has seen, if he says so.
func (s *saga) step(ctx context.Context, id string, move func(ctx context.Context, tx *store.Tx, r *record) (bool, error), seen ...api.Precondition) (bookingsapi.Booking, error) {
	var now bookingsapi.Booking
	err := s.db.Do(ctx, id, func(ctx context.Context, tx *store.Tx) error {
		item, err := s.records.With(tx).Get(ctx, key(id))
		if errors.Is(err, store.ErrNotFound) {
			return events.Reject(fmt.Errorf("there is no booking %s", id))
		}
		if err != nil {
			return err
		}
		for _, version := range seen {
			if err := version.Check(tag(item.Version)); err != nil {
				return err
			}
		}
		r := item.Value
		moved, err := move(ctx, tx, &r)
		now = r.Booking
		if err != nil || !moved {
			return err
		}
		_, err = s.records.With(tx).Replace(ctx, key(id), r, item.Version)
		return err
	})
	return now, err
}

func (s *saga) onHeld(ctx context.Context, e flightsapi.Held) error {
	_, err := s.step(ctx, e.Booking, func(ctx context.Context, tx *store.Tx, r *record) (bool, error) {
		if r.Status != bookingsapi.StatusPending || r.Paying {
			return false, nil
		}
		r.Paying = true
		return true, outbox.Publish(ctx, tx, s.due, bookingsapi.Due{
			Booking: r.ID, Amount: r.Total, Currency: r.Currency, Token: r.Token,
		})
	})
	return err
}

func (s *saga) onRefused(ctx context.Context, e flightsapi.Refused) error {
	return s.reject(ctx, e.Booking, e.Reason)
}

func (s *saga) onFailed(ctx context.Context, e paymentsapi.Payment) error {
	return s.reject(ctx, e.Booking, e.Reason)
}

func (s *saga) reject(ctx context.Context, id, reason string) error {
	_, err := s.step(ctx, id, func(ctx context.Context, tx *store.Tx, r *record) (bool, error) {
		if r.Status != bookingsapi.StatusPending {
			return false, nil
		}
		r.Status, r.Reason, r.Token = bookingsapi.StatusRejected, reason, ""
		return true, outbox.Publish(ctx, tx, s.rejected, r.Booking)
	})
	return err
}

func (s *saga) onCaptured(ctx context.Context, e paymentsapi.Payment) error {
	_, err := s.step(ctx, e.Booking, func(ctx context.Context, tx *store.Tx, r *record) (bool, error) {
		if r.Status != bookingsapi.StatusPending {
			return false, nil // cancelled meanwhile: payments gives the money back when it learns of it
		}
		r.Status, r.Token = bookingsapi.StatusConfirmed, ""
		return true, outbox.Publish(ctx, tx, s.confirmed, r.Booking)
	})
	return err
}

func (s *saga) cancel(ctx context.Context, id string, seen api.Precondition) (bookingsapi.Booking, error) {
	return s.step(ctx, id, func(ctx context.Context, tx *store.Tx, r *record) (bool, error) {
		switch {
		case r.Status != bookingsapi.StatusPending && r.Status != bookingsapi.StatusConfirmed:
			return false, nil
		case r.Departure.Before(time.Now()):
			return false, bookingsapi.ErrDeparted
		}
		r.Status, r.Token = bookingsapi.StatusCancelled, ""
		return true, outbox.Publish(ctx, tx, s.cancelled, r.Booking)
	}, seen)
}
