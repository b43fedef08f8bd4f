package e2e

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// span is a line that OTEL_TRACES_EXPORTER=console prints.
type span struct {
	Msg      string `json:"msg"`
	Name     string `json:"name"`
	TraceID  string `json:"trace_id"`
	Resource struct {
		Service string `json:"service.name"`
	} `json:"resource"`
}

func TestOneTraceFollowsABookingThroughRequestsEventsAndStores(t *testing.T) {
	t.Parallel()
	a, p := inOneProcess(t, settings{"OTEL_TRACES_EXPORTER": "console"})
	token := a.token("ada", everyScope)
	b := a.book(token, a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 6))[0].ID, "tok_visa")
	a.ended(token, b.ID)
	a.ticket(b.ID)
	var traced map[string]bool
	within(t, time.Minute, "one trace has the whole story", func() bool {
		traced = storyOf(p.output(), "POST /bookings")
		for _, chapter := range []string{
			"gateway: POST /bookings", "bookings: POST /bookings", "flights: GET /flights/{id}", "bookings: transaction",
			"flights: process bookings.placed", "bookings: process flights.seats-held", "payments: process bookings.payment-due",
			"bookings: process payments.captured", "notify: process bookings.confirmed",
		} {
			if !traced[chapter] {
				return false
			}
		}
		return true
	})
	t.Log(traced)
}

// storyOf returns the spans of the trace that begins with a request, as "service: name".
func storyOf(output, request string) map[string]bool {
	var spans []span
	id := ""
	lines := bufio.NewScanner(strings.NewReader(output))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s span
		if json.Unmarshal(lines.Bytes(), &s) != nil || s.Msg != "span" {
			continue
		}
		spans = append(spans, s)
		if s.Name == request {
			id = s.TraceID
		}
	}
	story := make(map[string]bool)
	for _, s := range spans {
		if s.TraceID == id {
			story[s.Resource.Service+": "+s.Name] = true
		}
	}
	return story
}
