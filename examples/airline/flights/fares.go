package flights

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
	"github.com/vade-go/vade/examples/airline/internal/timetable"
	"github.com/vade-go/vade/store"
)

// fare is what a seat costs now, and the version of the seats that it follows from. The last seats are dear: beyond half of
// them a seat costs a quarter more, and beyond nine tenths twice as much.
func (h *handlers) fare(ctx context.Context, f timetable.Flight) (flightsapi.Fare, store.Version, error) {
	taken, version, err := h.seats.taken(ctx, f.ID)
	fare := flightsapi.Fare{
		SeatsLeft: max(0, f.Seats-taken), // fewer, should the aircraft of a flight have changed
		Price:     f.PriceCents, Currency: f.Currency,
	}
	switch {
	case taken*10 >= f.Seats*9:
		fare.Price *= 2
	case taken*2 >= f.Seats:
		fare.Price += fare.Price / 4
	}
	return fare, version, err
}

// lookAgain is how long a change by another replica may stay unseen; those of this one are seen at once.
const lookAgain = time.Second

// fares sends what a seat costs, whenever that may have changed. Who comes back with the id of the last event gets what he has missed,
// which is the newest alone.
func (h *handlers) fares(ctx context.Context, in flightsapi.Watch) (api.SSE[flightsapi.Fare], error) {
	f, ok := h.timetable.Load().ByID(in.ID)
	if !ok {
		return nil, flightsapi.ErrUnknown
	}
	return func(yield func(api.Event[flightsapi.Fare], error) bool) {
		again := time.NewTicker(lookAgain)
		defer again.Stop()
		for last := in.LastEventID.Or(""); ; {
			changed := h.seats.changed.wait() // before the look, so that no change falls in between
			fare, version, err := h.fare(ctx, f)
			if err != nil {
				yield(api.Event[flightsapi.Fare]{}, err)
				return
			}
			id := strconv.FormatInt(int64(version), 36)
			if id != last && !yield(api.Event[flightsapi.Fare]{ID: id, Type: "fare", Data: fare}, nil) {
				return
			}
			last = id
			select {
			case <-ctx.Done():
				return
			case <-changed:
			case <-again.C:
			}
		}
	}, nil
}

// notice tells all who wait that something has changed. Its zero value is ready to use.
type notice struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait returns what is closed by the next change.
func (n *notice) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch == nil {
		n.ch = make(chan struct{})
	}
	return n.ch
}

func (n *notice) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch != nil {
		close(n.ch)
		n.ch = nil
	}
}
