package drivertest_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/drivertest"
	"github.com/vade-go/vade/store/sqlitestore"
)

// conformance is the whole test of an engine. In its package it is called TestConformance.
func conformance(t *testing.T) {
	drivertest.Run(t, drivertest.Harness{
		Driver: sqlitestore.Driver(),
		Config: func(t *testing.T) driver.Config {
			return driver.Config{URL: &url.URL{Scheme: "sqlite"}, Service: "test", DataDir: t.TempDir()}
		},
	})
}

func ExampleRun() {
	fmt.Printf("%T", conformance)
	// Output: func(*testing.T)
}
