package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// rounds is how often the program is killed. A soak takes more.
var rounds = flag.Int("rounds", 6, "how often the program is killed")

// wish is an order of a client, who sends it with the same key until it is answered.
type wish struct {
	key, flight, payment string
	cancels              bool      // once it is booked
	after                time.Time // when to send it again
}

// clients is what the clients of a storm know for sure.
type clients struct {
	mu         sync.Mutex
	next       int
	unanswered []wish
	booked     map[string]bool // answered with 201, by id
	cancelled  map[string]bool // answered with 200 and that status
	refused    int             // answered with 409
}

func newClients() *clients {
	return &clients{booked: make(map[string]bool), cancelled: make(map[string]bool)}
}

// wish returns what a client wants next: what was not answered, or something new.
func (c *clients) wish(flights []flight) wish {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.unanswered, func(w wish) bool { return time.Now().After(w.after) }); i >= 0 {
		w := c.unanswered[i]
		c.unanswered = slices.Delete(c.unanswered, i, i+1)
		return w
	}
	i := c.next
	c.next++
	payment := "tok_visa"
	if i%5 == 0 {
		payment = "tok_declined"
	}
	return wish{key: fmt.Sprintf("order-%d", i), flight: flights[i%len(flights)].ID, payment: payment, cancels: i%3 == 0}
}

func (c *clients) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.booked)
}

// send sends one order, and cancels it if the client wants that. It reports false when the program is gone.
func (a *airline) send(token string, c *clients, w wish) bool {
	status, body, err := a.try("POST", "/bookings", token, order(w.flight, w.payment), "Idempotency-Key", w.key)
	var b booking
	if err == nil && status == http.StatusCreated {
		err = json.Unmarshal(body, &b)
	}
	c.mu.Lock()
	switch {
	case err != nil || status >= http.StatusInternalServerError: // a service behind the gateway may be gone, too
		c.unanswered = append(c.unanswered, w)
	case status == http.StatusCreated:
		c.booked[b.ID] = true
	case status == http.StatusConflict && strings.Contains(string(body), "idempotency-key-in-use"):
		w.after = time.Now().Add(5 * time.Second) // a process that was killed had it; there is more to buy meanwhile
		c.unanswered = append(c.unanswered, w)
	case status == http.StatusConflict:
		c.refused++
	default:
		a.t.Errorf("order %s: status %d: %s", w.key, status, body)
	}
	c.mu.Unlock()
	if err != nil || status != http.StatusCreated || !w.cancels {
		return err == nil
	}
	status, body, err = a.try("DELETE", "/bookings/"+b.ID, token, nil)
	if err == nil && status == http.StatusOK && strings.Contains(string(body), `"status":"cancelled"`) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.cancelled[b.ID] = true
	}
	return err == nil
}

// buy books and cancels from several clients until it is told to stop, or the program is gone.
func (a *airline) buy(token string, flights []flight, c *clients, stop <-chan struct{}) *sync.WaitGroup {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if !a.send(token, c, c.wish(flights)) {
					return
				}
			}
		})
	}
	return &wg
}

// insist sends what was not answered until it is.
func (a *airline) insist(token string, c *clients) {
	a.t.Helper()
	within(a.t, time.Minute, "every order is answered", func() bool {
		c.mu.Lock()
		left := c.unanswered
		c.unanswered = nil
		c.mu.Unlock()
		for _, w := range left {
			a.send(token, c, w)
		}
		return len(left) == 0
	})
}

func TestKilledAtAnyMomentNothingIsLostDoubledOrLeaked(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	env := oneProcess(data, settings{"VADE_PAYMENTS_LATENCY": "20ms"})
	known := newClients()
	var flights []flight
	var token string
	for round := range *rounds {
		p := start(t, "airline", env)
		a := newAirline(t, p.address, data)
		if round == 0 {
			token = a.token("storm", everyScope)
			day := time.Now().AddDate(0, 0, 20)
			flights = append(a.flights("ZRH", "LHR", day), a.flights("LHR", "ZRH", day)...)
		}
		before, stop := known.count(), make(chan struct{})
		buyers := a.buy(token, flights, known, stop)
		within(t, time.Minute, "some bookings were taken", func() bool { return known.count() >= before+10 })
		<-time.After(rand.N(150 * time.Millisecond)) // a moment of the saga, another in every round
		p.kill()
		close(stop)
		buyers.Wait()
	}
	p := start(t, "airline", env)
	a := newAirline(t, p.address, data)
	a.everythingAddsUp(token, flights, known)
	p.signal(os.Interrupt)
	if code := p.exit(time.Minute); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// everythingAddsUp checks, once all orders are answered and all sagas have ended, that no booking is lost, doubled or brought
// back, and no seat is leaked.
func (a *airline) everythingAddsUp(token string, flights []flight, known *clients) {
	a.t.Helper()
	t := a.t
	a.insist(token, known)
	var all map[string]booking
	within(t, 2*time.Minute, "every saga has ended", func() bool {
		all = a.mine(token)
		for _, b := range all {
			if b.Status == "pending" {
				return false
			}
		}
		return true
	})
	if len(all) != len(known.booked) {
		t.Errorf("%d orders were answered with 201, and there are %d bookings", len(known.booked), len(all))
	}
	for id := range known.booked {
		if _, ok := all[id]; !ok {
			t.Errorf("the booking %s was answered with 201 and is lost", id)
		}
	}
	for id := range known.cancelled {
		if all[id].Status != "cancelled" {
			t.Errorf("the booking %s was cancelled, and is %s", id, all[id].Status)
		}
	}
	a.seatsAndTicketsAddUp(flights, known, all)
}

func (a *airline) seatsAndTicketsAddUp(flights []flight, known *clients, all map[string]booking) {
	a.t.Helper()
	statuses, sold := make(map[string]int), make(map[string]int)
	for _, b := range all {
		statuses[b.Status]++
		if b.Status == "confirmed" {
			sold[b.FlightID]++
			a.ticket(b.ID)
		}
	}
	a.t.Logf("%d orders were answered with 201, %d with 409: %v", len(known.booked), known.refused, statuses)
	if statuses["confirmed"] == 0 || statuses["rejected"] == 0 || statuses["cancelled"] == 0 {
		a.t.Errorf("the storm did not reach every end of the saga: %v", statuses)
	}
	for _, f := range flights {
		within(a.t, time.Minute, fmt.Sprintf("flight %s has %d seats sold", f.ID, sold[f.ID]), func() bool {
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
		if isTicket && all[id].Status != "confirmed" && all[id].Status != "cancelled" {
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
			Items []booking `json:"items"`
			Next  string    `json:"next"`
		}](a, "/bookings?limit=100"+cursor, token)
		for _, b := range page.Items {
			if _, double := all[b.ID]; double {
				a.t.Errorf("booking %s is listed twice", b.ID)
			}
			all[b.ID] = b
		}
		if page.Next == "" {
			return all
		}
		cursor = "&cursor=" + page.Next
	}
}
