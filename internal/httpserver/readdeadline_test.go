package httpserver_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/vade-go/vade/internal/httpserver"
)

func TestADeadlineToReadHoldsForReadingsNowAndLater(t *testing.T) {
	t.Parallel()
	soon := func() time.Time { return time.Now().Add(50 * time.Millisecond) }
	for name, tt := range map[string]struct {
		set    func(c *http.ResponseController, reading <-chan struct{}) error
		before bool // it is set before anybody reads
		late   bool
	}{
		"set before": {func(c *http.ResponseController, _ <-chan struct{}) error { return c.SetReadDeadline(soon()) }, true, true},
		"set while one reads": {func(c *http.ResponseController, reading <-chan struct{}) error {
			<-reading
			return c.SetReadDeadline(soon())
		}, false, true},
		"set and lifted": {func(c *http.ResponseController, _ <-chan struct{}) error {
			return errors.Join(c.SetReadDeadline(soon()), c.SetReadDeadline(time.Time{}))
		}, true, false},
		"moved while one reads": {func(c *http.ResponseController, reading <-chan struct{}) error {
			err := c.SetReadDeadline(time.Now().Add(time.Hour))
			<-reading
			return errors.Join(err, c.SetReadDeadline(soon()))
		}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			s := start(t, httpserver.Config{}, func(w http.ResponseWriter, r *http.Request) {
				reading, set := make(chan struct{}), make(chan error, 1)
				go func() { set <- tt.set(http.NewResponseController(w), reading) }()
				if tt.before {
					if err := <-set; err != nil {
						t.Error(err)
					}
					set <- nil
				}
				close(reading)
				_, err := io.ReadAll(r.Body)
				failed <- errors.Join(err, <-set)
			})
			c := dial(t, s)
			fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1")
			if !tt.late {
				<-time.After(100 * time.Millisecond) // beyond the deadline that was lifted
				fmt.Fprint(c, "2")
			}
			if err := <-failed; errors.Is(err, os.ErrDeadlineExceeded) != tt.late || !tt.late && err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}
