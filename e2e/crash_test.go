package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// acknowledged is what a client knows for sure: these bookings were answered with 201.
type acknowledged struct {
	mu  sync.Mutex
	ids []string
}

func (a *acknowledged) add(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids = append(a.ids, id)
}

func (a *acknowledged) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.ids)
}

// buy books seats from several clients until it is told to stop, or the program is gone.
func (a *airline) buy(token string, flights []flight, known *acknowledged, stop <-chan struct{}) *sync.WaitGroup {
	var wg sync.WaitGroup
	for client := range 4 {
		wg.Go(func() {
			for i := client; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				payment := "tok_visa"
				if i%5 == 0 {
					payment = "tok_declined"
				}
				status, body, err := a.try("POST", "/bookings", token, order(flights[i%len(flights)].ID, payment))
				if err != nil {
					return // the program was killed
				}
				if status == http.StatusCreated {
					known.add(parse[booking](a.t, body).ID)
				}
			}
		})
	}
	return &wg
}

func TestKilledAtAnyMomentNothingIsLostDoubledOrLeaked(t *testing.T) {
	t.Parallel()
	const rounds = 6
	data := filepath.Join(t.TempDir(), "data")
	env := oneProcess(data, settings{"VADE_PAYMENTS_LATENCY": "20ms"})
	random := rand.New(rand.NewPCG(1, 2))
	var known acknowledged
	var flights []flight
	var token string
	for round := range rounds {
		p := start(t, "airline", env)
		a := newAirline(t, p.address, data)
		if round == 0 {
			token = a.token("storm", everyScope)
			day := time.Now().AddDate(0, 0, 20)
			flights = append(a.flights("ZRH", "LHR", day), a.flights("LHR", "ZRH", day)...)
		}
		before, stop := known.count(), make(chan struct{})
		buyers := a.buy(token, flights, &known, stop)
		within(t, time.Minute, "some bookings were taken", func() bool { return known.count() >= before+10 })
		moment := time.Duration(random.IntN(150)) * time.Millisecond
		<-time.After(moment) // a moment of the saga, another in every round
		p.kill()
		close(stop)
		buyers.Wait()
	}
	p := start(t, "airline", env)
	a := newAirline(t, p.address, data)
	a.everythingAddsUp(token, flights, known.ids)
	p.signal(os.Interrupt)
	if code := p.exit(time.Minute); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// everythingAddsUp checks, once all sagas have ended, that no booking is lost or doubled and no seat is leaked.
func (a *airline) everythingAddsUp(token string, flights []flight, ids []string) {
	a.t.Helper()
	t := a.t
	all := a.mine(token)
	for _, id := range ids {
		if _, ok := all[id]; !ok {
			t.Errorf("the booking %s was answered with 201 and is lost", id)
		}
	}
	within(t, 2*time.Minute, "every saga has ended", func() bool {
		all = a.mine(token)
		for _, b := range all {
			if b.Status == "pending" {
				return false
			}
		}
		return true
	})
	statuses, sold := make(map[string]int), make(map[string]int)
	for _, b := range all {
		statuses[b.Status]++
		if b.Status == "confirmed" {
			sold[b.FlightID]++
			a.ticket(b.ID)
		}
	}
	t.Logf("%d bookings were answered with 201, %d are there: %v", len(ids), len(all), statuses)
	if statuses["confirmed"] == 0 || statuses["rejected"] == 0 {
		t.Errorf("the storm did not reach both ends of the saga: %v", statuses)
	}
	for _, f := range flights {
		within(t, time.Minute, fmt.Sprintf("flight %s has %d seats sold", f.ID, sold[f.ID]), func() bool {
			return a.flight(f.ID).SeatsLeft == f.Seats-sold[f.ID]
		})
	}
	a.noTicketTooMany(all)
}

func (a *airline) noTicketTooMany(all map[string]booking) {
	files, err := os.ReadDir(filepath.Dir(a.mail("x")))
	if err != nil {
		a.t.Fatal(err)
	}
	for _, f := range files {
		id, isTicket := strings.CutSuffix(f.Name(), ".eml")
		if isTicket && all[id].Status != "confirmed" {
			a.t.Errorf("there is a ticket for booking %s, which is %q", id, all[id].Status)
		}
	}
}

// mine returns all bookings of the token's subject, page by page.
func (a *airline) mine(token string) map[string]booking {
	a.t.Helper()
	all := make(map[string]booking)
	for cursor := ""; ; {
		page := get[struct {
			Bookings []booking `json:"bookings"`
			Next     string    `json:"next"`
		}](a, "/bookings?limit=100&cursor="+cursor, token)
		for _, b := range page.Bookings {
			if _, double := all[b.ID]; double {
				a.t.Errorf("booking %s is listed twice", b.ID)
			}
			all[b.ID] = b
		}
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}
