package e2e

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// fares opens the stream of a flight's fares and reads its first event. The rest is read by whoever calls what comes back: it returns when
// the stream has ended, with the reason of an end that was not clean.
func (a *airline) fares(flight string) (id string, rest func() error) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.url+"/flights/"+flight+"/fares", nil)
	if err != nil {
		a.t.Fatal(err)
	}
	res, err := new(http.Client).Do(req) // without a timeout
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = res.Body.Close() })
	lines := bufio.NewReader(res.Body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			a.t.Fatalf("status %d, %q: %v", res.StatusCode, line, err)
		}
		if text, ok := strings.CutPrefix(line, "id: "); ok {
			id = strings.TrimSpace(text)
		}
		if line == "\n" {
			break
		}
	}
	return id, func() error {
		_, err := io.Copy(io.Discard, lines)
		return err
	}
}

func TestStreamsOfEventsDoNotHoldUpAStopAndEndWell(t *testing.T) {
	t.Parallel()
	a, p := inOneProcess(t, nil)
	flight := a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 5))[0].ID
	id, rest := a.fares(flight)
	a.book(a.token("ada", everyScope), flight, "tok_visa")
	within(t, time.Minute, "the fares have changed", func() bool {
		next, _ := a.fares(flight)
		return next != id
	})
	began := time.Now()
	p.signal(os.Interrupt)
	if err := rest(); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
	if code := p.exit(30 * time.Second); code != 0 || time.Since(began) > 10*time.Second {
		t.Errorf("exit code %d after %v", code, time.Since(began))
	}
}
