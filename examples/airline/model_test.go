package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
	"github.com/vade-go/vade/examples/airline/payments/paymentsapi"
)

// till is a payment provider whose answers get lost, after the money was taken, a few times for each booking.
type till struct {
	dice *dice
	lose int // answers at most of one booking

	mu    sync.Mutex
	taken map[string]bool
	lost  map[string]int
}

func (p *till) Capture(_ context.Context, key string, _ int64, _, token string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if token == "tok_declined" {
		return "payment-declined", nil
	}
	p.taken[key] = true
	if p.lost[key] < p.lose && p.dice.chance(0.5) {
		p.lost[key]++
		return "", errors.New("the answer is lost")
	}
	return "", nil
}

func (p *till) took(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken[key]
}

// witness is a service that sees every event.
type witness struct {
	mu   sync.Mutex
	seen map[string]map[string]map[string]bool // booking, topic, identity of the event
}

func newWitness() (*witness, *vade.Service) {
	w := &witness{seen: make(map[string]map[string]map[string]bool)}
	svc := vade.NewService("witness")
	watch(svc, w, bookingsapi.Placed)
	watch(svc, w, bookingsapi.PaymentDue)
	watch(svc, w, bookingsapi.Confirmed)
	watch(svc, w, bookingsapi.Rejected)
	watch(svc, w, bookingsapi.Cancelled)
	watch(svc, w, flightsapi.SeatsHeld)
	watch(svc, w, paymentsapi.Captured)
	watch(svc, w, paymentsapi.Failed)
	watch(svc, w, paymentsapi.Refunded)
	return w, svc
}

func watch[T any](svc *vade.Service, w *witness, topic *events.Topic[T]) {
	type input struct {
		Meta events.Meta
		Body T
	}
	events.Subscribe(svc, topic, func(_ context.Context, in input) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.seen[in.Meta.Key] == nil {
			w.seen[in.Meta.Key] = make(map[string]map[string]bool)
		}
		if w.seen[in.Meta.Key][topic.Name()] == nil {
			w.seen[in.Meta.Key][topic.Name()] = make(map[string]bool)
		}
		w.seen[in.Meta.Key][topic.Name()][in.Meta.Source+" "+in.Meta.ID] = true
		return nil
	})
}

func (w *witness) count(booking, topic string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.seen[booking][topic])
}

// TestTheBooksBalanceWhateverTheBrokerDoes lets many travellers book and cancel on a broker that does everything it may, and a
// provider that loses answers, and then looks at the seats and the money.
func TestTheBooksBalanceWhateverTheBrokerDoes(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := &dice{random: rand.New(rand.NewPCG(seed, 0))}
	broker := &chaos{Driver: natsevents.Driver(), dice: random}
	provider := &till{dice: random, lose: 2, taken: make(map[string]bool), lost: make(map[string]int)}
	w, svc := newWitness()
	h := openOn(t, broker, provider, []*vade.Service{svc})

	flights := h.smallFlights(4)
	var travellers sync.WaitGroup
	var mu sync.Mutex
	var booked []bookingsapi.Booking
	cancelled := make(map[string]bool)
	for range 120 {
		flight, seats, cancels := flights[random.number(len(flights))], 1+random.number(4), random.chance(0.6)
		token := []string{"tok_visa", "tok_visa", "tok_visa", "tok_declined"}[random.number(4)]
		travellers.Go(func() {
			<-time.After(random.upTo(time.Second))
			res := h.Do("POST", "/bookings", order(flight.ID, token, seats))
			if res.Status == http.StatusConflict {
				return
			}
			var b bookingsapi.Booking
			res.Want(http.StatusCreated).JSON(&b)
			if cancels {
				<-time.After(random.upTo(300 * time.Millisecond))
				cancels = ask[bookingsapi.Booking](h, "DELETE", "/bookings/"+b.ID, "").Status == bookingsapi.StatusCancelled
			}
			mu.Lock()
			defer mu.Unlock()
			booked, cancelled[b.ID] = append(booked, b), cancels
		})
	}
	travellers.Wait()
	h.Until("every saga has ended and the broker is quiet", func() bool {
		for _, b := range booked {
			if h.booking(b.ID).Status == bookingsapi.StatusPending {
				return false
			}
		}
		return broker.quiet(t.Context())
	})
	sold := make(map[string]int)
	for _, b := range booked {
		h.balances(w, provider, h.booking(b.ID), cancelled[b.ID], sold)
	}
	for _, f := range flights {
		if now := h.flight(f.ID); now.Seats-now.SeatsLeft != sold[f.ID] || now.SeatsLeft < 0 {
			t.Errorf("flight %s: %d of %d seats are left, and %d are sold", f.ID, now.SeatsLeft, now.Seats, sold[f.ID])
		}
	}
}

// balances checks one booking at the end of its saga, and counts the seats that it has.
func (h *house) balances(w *witness, provider *till, b bookingsapi.Booking, cancelled bool, sold map[string]int) {
	t := h.t
	took, refunds := provider.took(b.ID), w.count(b.ID, "payments.refunded")
	switch b.Status {
	case bookingsapi.StatusConfirmed:
		sold[b.FlightID] += len(b.Passengers)
		if !took || refunds != 0 {
			t.Errorf("booking %s is confirmed; money taken: %t, refunds: %d", b.ID, took, refunds)
		}
		if _, err := os.Stat(filepath.Join(h.DataDir(), "notify", "mail", b.ID+".eml")); err != nil {
			t.Errorf("booking %s is confirmed: %v", b.ID, err)
		}
	case bookingsapi.StatusRejected:
		if took {
			t.Errorf("booking %s is rejected (%s), and the money was taken", b.ID, b.Reason)
		}
	case bookingsapi.StatusCancelled:
		if want := map[bool]int{true: 1}[took]; refunds != want {
			t.Errorf("booking %s is cancelled; money taken: %t, refunds: %d", b.ID, took, refunds)
		}
	default:
		t.Errorf("booking %s is %s", b.ID, b.Status)
	}
	if cancelled && b.Status != bookingsapi.StatusCancelled {
		t.Errorf("booking %s was cancelled and is %s", b.ID, b.Status)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for topic, identities := range w.seen[b.ID] {
		if len(identities) > 1 {
			t.Errorf("booking %s: %d different events %s", b.ID, len(identities), topic)
		}
	}
}

// smallFlights finds flights of few seats, so that travellers get in each other's way.
func (h *house) smallFlights(n int) []flightsapi.Flight {
	h.t.Helper()
	var found []flightsapi.Flight
	for day := 3; day < 30 && len(found) < n; day++ {
		date := time.Now().AddDate(0, 0, day).Format(time.DateOnly)
		for _, pair := range []string{"from=JFK&to=MTP", "from=MTP&to=JFK", "from=JUI&to=AMS"} {
			found = append(found, ask[flightsapi.Found](h, "GET", "/flights?"+pair+"&date="+date, "").Flights...)
		}
	}
	if len(found) < n {
		h.t.Fatal("there are too few small flights")
	}
	return found[:n]
}

func order(flight, token string, seats int) string {
	passengers := strings.Repeat(`,{"name":"Ada","email":"ada@example.com"}`, seats)[1:]
	return `{"flight_id":"` + flight + `","passengers":[` + passengers + `],"payment":{"method":"card","token":"` + token + `"}}`
}
