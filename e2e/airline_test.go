package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

const everyScope = "bookings:read bookings:write"

// inOneProcess starts the whole airline in one process on a data folder of its own.
func inOneProcess(t *testing.T, env settings) (*airline, *process) {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	p := start(t, "airline", oneProcess(data, env))
	return newAirline(t, p.address, data), p
}

func oneProcess(data string, more settings) settings {
	env := settings{
		"VADE_DATA": data, "VADE_GATEWAY": "127.0.0.1:0", "VADE_CONSOLE": "127.0.0.1:0", "VADE_PAYMENTS_LATENCY": "5ms",
	}
	for k, v := range more {
		env[k] = v
	}
	return env
}

func TestInOneProcess(t *testing.T) {
	t.Parallel()
	a, _ := inOneProcess(t, nil)
	theAirlineWorks(t, a)
}

// theAirlineWorks is the main job, the same for every deployment: find an airport, a flight, book it, and read the ticket.
func theAirlineWorks(t *testing.T, a *airline) {
	t.Run("airports are found by code, name, city, country and position", a.airportsAreFound)
	t.Run("flights are found and the same every time", a.flightsAreFound)
	t.Run("without a token there is no booking", a.securityHolds)
	t.Run("a booking ends with a ticket", a.bookingEndsWithTicket)
	t.Run("a declined payment gives the seats back", a.declinedPaymentReleases)
	t.Run("a cancelled booking gives the seats back", a.cancelReleases)
	t.Run("bad requests get problem documents", a.badRequests)
	t.Run("the last ten seats are sold once", a.lastTenSeats)
}

// with returns the same deployment for a subtest.
func (a *airline) with(t *testing.T) *airline {
	b := *a
	b.t = t
	return &b
}

type airport struct {
	IATA     string  `json:"iata"`
	Name     string  `json:"name"`
	Country  string  `json:"country"`
	Distance float64 `json:"distance_km"`
}

func (a *airline) airportsAreFound(t *testing.T) {
	a = a.with(t)
	search := func(query string) []airport {
		return get[struct {
			Airports []airport `json:"airports"`
		}](a, "/airports?"+query, "").Airports
	}
	for query, want := range map[string]string{
		"q=zrh": "ZRH", "q=zurich": "ZRH", "q=sao+paulo&country=BR": "GRU", "q=EGLL": "LHR", "near=47.45,8.56": "ZRH", "country=Singapore": "SIN",
	} {
		found := search(query)
		if len(found) == 0 || found[0].IATA != want {
			t.Errorf("%s: got %+v, want %s first", query, found[:min(3, len(found))], want)
		}
	}
	if got := get[airport](a, "/airports/jfk", ""); got.Country != "US" {
		t.Errorf("JFK: %+v", got)
	}
	if status, _ := a.do("GET", "/airports/000", "", nil); status != http.StatusNotFound {
		t.Errorf("an unknown airport is status %d", status)
	}
}

func (a *airline) flightsAreFound(t *testing.T) {
	a = a.with(t)
	day := time.Now().AddDate(0, 0, 7)
	found := a.flights("zrh", "LHR", day)
	if len(found) == 0 {
		t.Fatal("nothing flies from Zürich to London")
	}
	again := a.flight(found[0].ID)
	if !again.Departure.Equal(found[0].Departure) || again.Price != found[0].Price || again.From != "ZRH" {
		t.Errorf("got %+v, then %+v", found[0], again)
	}
}

func (a *airline) securityHolds(t *testing.T) {
	a = a.with(t)
	id := a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 8))[0].ID
	reader, writer := a.token("eve", "bookings:read"), a.token("eve", "bookings:write")
	for _, tt := range []struct {
		name, method, path, token string
		body                      any
		want                      int
	}{
		{"no token", "POST", "/bookings", "", order(id, "tok_visa"), 401},
		{"no token, list", "GET", "/bookings", "", nil, 401},
		{"garbage", "POST", "/bookings", "abc.def.ghi", order(id, "tok_visa"), 401},
		{"wrong scope", "POST", "/bookings", reader, order(id, "tok_visa"), 403},
		{"wrong scope, list", "GET", "/bookings", writer, nil, 403},
		{"right scope", "POST", "/bookings", writer, order(id, "tok_visa"), 201},
	} {
		if status, body := a.do(tt.method, tt.path, tt.token, tt.body); status != tt.want {
			t.Errorf("%s: status %d, want %d: %s", tt.name, status, tt.want, body)
		}
	}
	own := a.book(a.token("alice", everyScope), id, "tok_visa")
	if status, _ := a.do("GET", "/bookings/"+own.ID, reader, nil); status != http.StatusNotFound {
		t.Errorf("somebody else's booking is status %d", status)
	}
}

func (a *airline) bookingEndsWithTicket(t *testing.T) {
	a = a.with(t)
	token := a.token("ada", everyScope)
	f := a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 9))[0]
	b := a.book(token, f.ID, "tok_visa")
	if b.Status != "pending" || b.Total != f.Price {
		t.Errorf("got %+v", b)
	}
	if got := a.ended(token, b.ID); got.Status != "confirmed" {
		t.Fatalf("got %+v", got)
	}
	text := a.ticket(b.ID)
	for _, part := range []string{"To: \"Ada Lovelace\" <ada@example.com>", "ZRH", "LHR", f.ID, b.ID} {
		if !strings.Contains(text, part) {
			t.Errorf("the ticket does not say %q:\n%s", part, text)
		}
	}
	if left := a.flight(f.ID).SeatsLeft; left != f.SeatsLeft-1 {
		t.Errorf("%d seats are left of %d", left, f.SeatsLeft)
	}
	mine := get[struct {
		Items []booking `json:"items"`
	}](a, "/bookings", token).Items
	if len(mine) != 1 || mine[0].ID != b.ID {
		t.Errorf("my bookings: %+v", mine)
	}
}

func (a *airline) declinedPaymentReleases(t *testing.T) {
	a = a.with(t)
	token := a.token("bob", everyScope)
	f := a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 10))[0]
	b := a.book(token, f.ID, "tok_declined")
	if got := a.ended(token, b.ID); got.Status != "rejected" || got.Reason != "payment-declined" {
		t.Fatalf("got %+v", got)
	}
	within(t, time.Minute, "the seat is free again", func() bool { return a.flight(f.ID).SeatsLeft == f.SeatsLeft })
	if _, err := os.Stat(a.mail(b.ID)); err == nil {
		t.Error("there is a ticket for a rejected booking")
	}
}

func (a *airline) cancelReleases(t *testing.T) {
	a = a.with(t)
	token := a.token("carl", everyScope)
	f := a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 11))[0]
	one, two := a.book(token, f.ID, "tok_visa"), a.book(token, f.ID, "tok_visa")
	a.ended(token, one.ID)
	for _, b := range []booking{one, two} { // one is confirmed, the other may be anywhere in its saga
		status, body := a.do("DELETE", "/bookings/"+b.ID, token, nil)
		if got := parse[booking](t, body); status != http.StatusOK || got.Status != "cancelled" {
			t.Errorf("status %d: %s", status, body)
		}
	}
	within(t, time.Minute, "both seats are free again", func() bool { return a.flight(f.ID).SeatsLeft == f.SeatsLeft })
}

func (a *airline) badRequests(t *testing.T) {
	a = a.with(t)
	token := a.token("dora", everyScope)
	for _, tt := range []struct {
		name, method, path, body, contentType string
		want                                  int
		says                                  []string
	}{
		{"every violation", "POST", "/bookings", `{"flight_id":"","passengers":[{"name":"","email":"x"}],"extra":1}`, "application/json", 422,
			[]string{"/flight_id", "/passengers/0/name", "/passengers/0/email", "/extra", "/payment"}},
		{"oversize", "POST", "/bookings", `{"flight_id":"` + strings.Repeat("x", 2<<20) + `"}`, "application/json", 413, nil},
		{"media type", "POST", "/bookings", "hello", "text/plain", 415, nil},
		{"half a document", "POST", "/bookings", `{`, "application/json", 400, nil},
		{"unknown path", "GET", "/nowhere", "", "", 404, nil},
		{"other method", "PATCH", "/bookings", "", "", 405, nil},
		{"bad cursor", "GET", "/bookings?cursor=zzz", "", "", 422, []string{`"cursor"`}},
		{"bad UTF-8", "GET", "/airports?q=%ff", "", "", 422, []string{`"q"`}},
		{"bad parameters", "GET", "/flights?from=1&date=yesterday", "", "", 422, []string{`"from"`, `"to"`, `"date"`}},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, a.url+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", tt.contentType)
		res, err := a.http.Do(req)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != tt.want || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: status %d, want %d, %s: %s, %v", tt.name, res.StatusCode, tt.want, res.Header.Get("Content-Type"), body, err)
		}
		for _, part := range tt.says {
			if !strings.Contains(string(body), part) {
				t.Errorf("%s: %s does not say %s", tt.name, body, part)
			}
		}
		if strings.Contains(string(body), ".go") || strings.Contains(string(body), "goroutine") {
			t.Errorf("%s: internal text: %s", tt.name, body)
		}
	}
}

// smallRoutes are flown by an aircraft of ten seats.
var smallRoutes = [][2]string{{"JFK", "MTP"}, {"MTP", "JFK"}, {"JUI", "AMS"}}

// tenSeats finds a flight of a small aircraft with exactly ten seats, all of them free.
func (a *airline) tenSeats() flight {
	a.t.Helper()
	for _, pair := range smallRoutes {
		for day := range 14 {
			for _, f := range a.flights(pair[0], pair[1], time.Now().AddDate(0, 0, 3+day)) {
				if f.Seats == 10 && f.SeatsLeft == 10 {
					return f
				}
			}
		}
	}
	a.t.Fatal("no flight has exactly ten free seats")
	return flight{}
}

func (a *airline) lastTenSeats(t *testing.T) {
	a = a.with(t)
	const buyers = 500
	token := a.token("crowd", everyScope)
	f := a.tenSeats()
	var (
		mu     sync.Mutex
		placed []string
		other  = make(map[int]int)
		wg     sync.WaitGroup
	)
	for range buyers {
		wg.Go(func() {
			status, body, err := a.try("POST", "/bookings", token, order(f.ID, "tok_visa"))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			if status == http.StatusCreated {
				var b booking
				if err := json.Unmarshal(body, &b); err != nil {
					t.Error(err)
				}
				placed = append(placed, b.ID)
				return
			}
			other[status]++
		})
	}
	wg.Wait()
	outcome := make(map[string]int)
	for _, id := range placed {
		outcome[a.ended(token, id).Status]++
	}
	t.Logf("%d buyers: %d placed → %v; refused at once: %v", buyers, len(placed), outcome, other)
	if outcome["confirmed"] != 10 || outcome["confirmed"]+outcome["rejected"] != len(placed) {
		t.Errorf("sold %d of ten seats: %v", outcome["confirmed"], outcome)
	}
	if len(placed)+other[http.StatusConflict] != buyers {
		t.Errorf("some buyers got neither a booking nor a refusal: %v", other)
	}
	if left := a.flight(f.ID).SeatsLeft; left != 0 {
		t.Errorf("%d seats are left", left)
	}
	for _, id := range placed {
		if a.ended(token, id).Status == "confirmed" {
			a.ticket(id)
		}
	}
}

func (a *airline) String() string { return fmt.Sprint("airline at ", a.url) }
