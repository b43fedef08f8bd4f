package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// airline is a deployment of the airline, whatever processes it is made of.
type airline struct {
	t    *testing.T
	url  string // of its gateway
	data string // data folder
	http *http.Client
}

func newAirline(t *testing.T, address, data string) *airline {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	return &airline{t: t, url: "http://" + address, data: data, http: &http.Client{Transport: transport, Timeout: 30 * time.Second}}
}

// token asks the program for a bearer token, the way the README does.
func (a *airline) token(subject, scope string) string {
	a.t.Helper()
	out, errs, code := command(a.t, "airline", settings{"VADE_DATA": a.data}, "token", "--scope", scope, "--subject", subject)
	if code != 0 {
		a.t.Fatalf("token: exit code %d: %s", code, errs)
	}
	return strings.TrimSpace(out)
}

// try sends a request and returns its status and body; an error is one of the network.
func (a *airline) try(method, path, token string, body any, header ...string) (int, []byte, error) {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body, json.Deterministic(true)); err != nil { // what is sent again is the same
			return 0, nil, err
		}
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, bytes.NewReader(data))
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := a.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

func (a *airline) do(method, path, token string, body any) (int, []byte) {
	a.t.Helper()
	status, answer, err := a.try(method, path, token, body)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	return status, answer
}

// get reads a JSON answer.
func get[T any](a *airline, path, token string) T {
	a.t.Helper()
	status, body := a.do("GET", path, token, nil)
	if status != http.StatusOK {
		a.t.Fatalf("GET %s: status %d: %s", path, status, body)
	}
	return parse[T](a.t, body)
}

func parse[T any](t *testing.T, data []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}

type flight struct {
	ID        string    `json:"id"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Departure time.Time `json:"departure"`
	Seats     int       `json:"seats"`
	SeatsLeft int       `json:"seats_left"`
	Price     int64     `json:"price_cents"`
}

type booking struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Reason   string `json:"reason"`
	FlightID string `json:"flight_id"`
	Total    int64  `json:"total_cents"`
}

func (a *airline) flight(id string) flight { return get[flight](a, "/flights/"+url.PathEscape(id), "") }

func (a *airline) flights(from, to string, day time.Time) []flight {
	return get[struct {
		Flights []flight `json:"flights"`
	}](a, "/flights?from="+from+"&to="+to+"&date="+day.Format(time.DateOnly), "").Flights
}

// order is a booking for one passenger.
func order(flight, payment string) map[string]any {
	return map[string]any{
		"flight_id":  flight,
		"passengers": []any{map[string]any{"name": "Ada Lovelace", "email": "ada@example.com"}},
		"payment":    map[string]any{"method": "card", "token": payment},
	}
}

func (a *airline) book(token, flight, payment string) booking {
	a.t.Helper()
	status, body := a.do("POST", "/bookings", token, order(flight, payment))
	if status != http.StatusCreated {
		a.t.Fatalf("book %s: status %d: %s", flight, status, body)
	}
	return parse[booking](a.t, body)
}

// ended waits until the saga of a booking has come to its end.
func (a *airline) ended(token, id string) booking {
	a.t.Helper()
	var b booking
	within(a.t, time.Minute, "the saga of booking "+id+" ends", func() bool {
		b = get[booking](a, "/bookings/"+id, token)
		return b.Status != "pending"
	})
	return b
}

// mail returns the path of a booking's ticket.
func (a *airline) mail(id string) string { return filepath.Join(a.data, "notify", "mail", id+".eml") }

// ticket waits for the ticket of a booking and returns it.
func (a *airline) ticket(id string) string {
	a.t.Helper()
	var text []byte
	within(a.t, time.Minute, "the ticket of booking "+id+" is written", func() bool {
		var err error
		text, err = os.ReadFile(a.mail(id))
		return err == nil
	})
	return string(text)
}

// within asks until the answer is yes, and fails the test when time is up. Processes under test give no signal that a test
// could wait for.
func within(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not true that %s", limit, what)
		}
		<-ticker.C
	}
}
