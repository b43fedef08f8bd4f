package flights

import (
	"context"
	"errors"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/store"
)

// seats keeps who holds how many seats. The flight is the partition: the count and the holds of one flight change together,
// and bookings of one flight wait for each other while those of others do not.
type seats struct {
	db      *store.DB
	counts  *store.Collection[count]
	holds   *store.Collection[hold]
	held    *events.Producer[flightsapi.Held]
	refused *events.Producer[flightsapi.Refused]
	changed notice
}

// count is how many seats of a flight are taken.
type count struct {
	Taken int `json:"taken"`
}

// hold is what was decided for one booking. It stays for good, so that an event that comes twice, or late, changes nothing.
type hold struct {
	State string `json:"state" enum:"held,refused,released"`
	Seats int    `json:"seats"`
}

const (
	held     = "held"
	refused  = "refused"
	released = "released"
)

func newSeats(svc *vade.Service) *seats {
	return &seats{
		db:      store.Of(svc),
		counts:  store.Collect[count](svc, "counts"),
		holds:   store.Collect[hold](svc, "holds"),
		held:    events.Publisher(svc, flightsapi.SeatsHeld),
		refused: events.Publisher(svc, flightsapi.SeatsRefused),
	}
}

func countKey(flight string) store.Key         { return store.Key{Partition: flight, ID: "seats"} }
func holdKey(flight, booking string) store.Key { return store.Key{Partition: flight, ID: booking} }

// taken returns how many seats of a flight are taken, and the version of that: 0 when nobody ever took one.
func (s *seats) taken(ctx context.Context, flight string) (int, store.Version, error) {
	item, err := s.counts.Get(ctx, countKey(flight))
	if errors.Is(err, store.ErrNotFound) {
		return 0, 0, nil
	}
	return item.Value.Taken, item.Version, err
}

// hold decides a booking once: seats are taken, or refused. The decision and the event that tells it commit together.
func (s *seats) hold(ctx context.Context, flight string, capacity int, booking string, n int) error {
	defer s.changed.tell()
	return s.db.Do(ctx, flight, func(ctx context.Context, tx *store.Tx) error {
		decided, err := s.holds.With(tx).Get(ctx, holdKey(flight, booking))
		switch {
		case err == nil && decided.Value.State == released:
			return s.refuse(ctx, tx, flight, booking, "cancelled") // the end overtook the beginning
		case err == nil:
			return nil
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		ok, err := s.take(ctx, tx, flight, capacity, n)
		if err != nil {
			return err
		}
		if !ok {
			if _, err := s.holds.With(tx).Insert(ctx, holdKey(flight, booking), hold{State: refused}); err != nil {
				return err
			}
			return s.refuse(ctx, tx, flight, booking, "sold-out")
		}
		if _, err := s.holds.With(tx).Insert(ctx, holdKey(flight, booking), hold{State: held, Seats: n}); err != nil {
			return err
		}
		return outbox.Publish(ctx, tx, s.held, flightsapi.Held{Booking: booking, Flight: flight, Seats: n})
	})
}

func (s *seats) refuse(ctx context.Context, tx *store.Tx, flight, booking, reason string) error {
	return outbox.Publish(ctx, tx, s.refused, flightsapi.Refused{Booking: booking, Flight: flight, Reason: reason})
}

// take adds n to the taken seats if the flight has room for them; a negative n gives seats back.
func (s *seats) take(ctx context.Context, tx *store.Tx, flight string, capacity, n int) (bool, error) {
	item, err := s.counts.With(tx).Get(ctx, countKey(flight))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	taken := item.Value.Taken + n
	if n > 0 && taken > capacity {
		return false, nil
	}
	_, err = s.counts.With(tx).Put(ctx, countKey(flight), count{Taken: taken})
	return true, err
}

// release gives the seats of a booking back, once. A booking that ended before its seats were asked for is remembered, so that
// they are never held.
func (s *seats) release(ctx context.Context, flight, booking string) error {
	defer s.changed.tell()
	return s.db.Do(ctx, flight, func(ctx context.Context, tx *store.Tx) error {
		decided, err := s.holds.With(tx).Get(ctx, holdKey(flight, booking))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if decided.Value.State == held {
			if _, err := s.take(ctx, tx, flight, 0, -decided.Value.Seats); err != nil {
				return err
			}
		}
		_, err = s.holds.With(tx).Put(ctx, holdKey(flight, booking), hold{State: released})
		return err
	})
}
