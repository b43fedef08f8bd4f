package natstest_test

import (
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/vade-go/vade/internal/natstest"
)

// Inside of a test, t is the test's own.
func ExampleStart() {
	var t *testing.T
	nc, err := nats.Connect(natstest.Start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
}
