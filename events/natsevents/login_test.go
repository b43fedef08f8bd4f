package natsevents_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/internal/natstest"
)

func TestAServerThatRefusesTheLoginForAWhileIsComeBackTo(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t, "--user", "vade", "--pass", "p4ss")
	address := strings.TrimPrefix(server.URL, "nats://")
	b := open(t, "nats://vade:p4ss@"+address, "")
	if err := b.Declare(t.Context(), driver.Topic{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	refuse(t, address, 4)
	server.Restart()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := b.Publish(ctx, &driver.Message{Topic: "a", ID: "1"}); err != nil {
		t.Errorf("when the server accepts the login again: %v", err)
	}
}

// refuse is a server that knows nobody: it turns away so many connections, and ends.
func refuse(t *testing.T, address string, times int) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.(*net.TCPListener).SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for range times {
		c, err := l.Accept()
		if err != nil {
			t.Fatalf("nobody tries any more: %v", err)
		}
		_, err = c.Write([]byte("INFO {\"server_id\":\"x\",\"version\":\"2.12.0\",\"headers\":true,\"auth_required\":true,\"max_payload\":1048576}\r\n" +
			"-ERR 'Authorization Violation'\r\n"))
		buffer := make([]byte, 4096)
		_, _ = c.Read(buffer) // its CONNECT, so that the answer is not lost in a reset
		_ = c.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
}
