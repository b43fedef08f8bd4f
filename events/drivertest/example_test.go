package drivertest_test

import (
	"fmt"
	"log/slog"
	"net/url"
	"testing"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/drivertest"
	"github.com/vade-go/vade/events/natsevents"
)

// server is a broker of one test case: one that lives in the process of the test cannot be killed without it.
type server struct{ dir string }

func (s server) Open(t *testing.T) driver.Broker {
	t.Helper()
	b, err := natsevents.Driver().Open(t.Context(), driver.Config{
		URL: &url.URL{Scheme: "embedded"}, System: "test", DataDir: s.dir, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (server) Kill(*testing.T) bool { return false }
func (server) Restart(*testing.T)   {}

// conformance is the whole test of a driver. In its package it is called TestConformance.
func conformance(t *testing.T) {
	drivertest.Run(t, func(t *testing.T) drivertest.Server {
		t.Helper()
		return server{t.TempDir()}
	})
}

func ExampleRun() {
	fmt.Printf("%T", conformance)
	// Output: func(*testing.T)
}
