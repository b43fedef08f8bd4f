package natstest_test

import (
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/vade-go/vade/internal/natstest"
)

func TestARestartedServerKeepsItsAddress(t *testing.T) {
	t.Parallel()
	s := natstest.StartServer(t)
	before := s.URL
	s.Kill()
	if nc, err := nats.Connect(s.URL); err == nil {
		nc.Close()
		t.Fatal("a killed server answers")
	}
	s.Restart()
	if s.URL != before {
		t.Errorf("the server moved from %s to %s", before, s.URL)
	}
	nc, err := nats.Connect(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
}

func TestServersOfOneTestAreStrangers(t *testing.T) {
	t.Parallel()
	a, b := natstest.Start(t), natstest.StartWithoutJetStream(t)
	if a == b {
		t.Errorf("both are %s", a)
	}
}
