package natsevents_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/internal/natstest"
)

// wire carries one connection after the other to a server until it is cut: then everything is open and nothing moves, as when
// a machine loses its network.
type wire struct {
	address string
	cut     chan struct{}

	mu   sync.Mutex
	near []net.Conn // to the clients
}

// say puts a line of the server's into the conversation.
func (w *wire) say(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.near {
		_, _ = io.WriteString(c, line+"\r\n") // some are closed
	}
}

func newWire(t *testing.T, server string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{address: l.Addr().String(), cut: make(chan struct{})}
	var far []net.Conn
	var copies sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		w.mu.Lock()
		for _, c := range slices.Concat(w.near, far) {
			_ = c.Close()
		}
		w.mu.Unlock()
		copies.Wait()
	})
	copies.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("tcp", server)
			if err != nil {
				_ = near.Close()
				return
			}
			w.mu.Lock()
			w.near, far = append(w.near, near), append(far, there)
			w.mu.Unlock()
			copies.Go(func() { w.carry(there, near) })
			copies.Go(func() { w.carry(near, there) })
		}
	})
	return w
}

func (w *wire) carry(to io.Writer, from io.Reader) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-w.cut:
			return
		default:
		}
		if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

func TestCallsEndWithTheirContextWhenTheNetworkIsGone(t *testing.T) {
	t.Parallel()
	w := newWire(t, strings.TrimPrefix(natstest.Start(t), "nats://"))
	b := open(t, "nats://"+w.address, "")
	if err := b.Declare(t.Context(), driver.Topic{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	c, err := b.Subscribe(t.Context(), driver.Subscription{Topic: "a", Group: "g", Window: 1, AckWait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Publish(t.Context(), &driver.Message{Topic: "a"}); err != nil {
		t.Fatal(err)
	}
	d, err := c.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	close(w.cut)
	if err := d.Ack(t.Context()); err != nil {
		t.Fatal(err)
	}
	big := make([]byte, 1000<<10)
	within := func(what string, f func(context.Context) error) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		began := time.Now()
		if err := f(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", what, err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s took %s", what, took)
		}
	}
	for range 12 { // more than sockets buffer
		within("publish", func(ctx context.Context) error {
			return b.Publish(ctx, &driver.Message{Topic: "a", ID: "1", Data: big})
		})
	}
	within("declare", func(ctx context.Context) error { return b.Declare(ctx, driver.Topic{Name: "b"}) })
	within("subscribe", func(ctx context.Context) error {
		_, err := b.Subscribe(ctx, driver.Subscription{Topic: "a", Group: "h", Window: 1, AckWait: time.Minute})
		return err
	})
	within("pending", func(ctx context.Context) error { _, err := c.Pending(ctx); return err })
	within("stop", c.Stop)
}

func TestAConnectionThatEndsForGoodIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWire(t, strings.TrimPrefix(natstest.Start(t), "nats://"))
	b := open(t, "nats://"+w.address, "")
	if err := b.Declare(t.Context(), driver.Topic{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	subscription := driver.Subscription{Topic: "a", Group: "g", Window: 1, AckWait: time.Minute}
	c, err := b.Subscribe(t.Context(), subscription)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := b.Publish(ctx, &driver.Message{Topic: "a", ID: "0"}); err != nil {
		t.Fatal(err)
	}
	d, err := c.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w.say("-ERR 'Something that the library does not know'")
	if _, err := c.Next(ctx); err == nil || ctx.Err() != nil || errors.Is(err, driver.ErrClosed) {
		t.Errorf("the consumer says %v, and should be broken", err)
	}
	if err := b.Publish(ctx, &driver.Message{Topic: "a", ID: "1"}); err != nil {
		t.Errorf("publish: %v", err)
	}
	if err := d.Ack(ctx); err != nil {
		t.Errorf("what was delivered before cannot be settled: %v", err)
	}
	if c, err = b.Subscribe(ctx, subscription); err != nil {
		t.Fatal(err)
	}
	if d, err = c.Next(ctx); err != nil || d.Message().ID != "1" {
		t.Fatalf("got %v, %v", d, err)
	}
}

func TestABrokerThatCannotConnectAnewCanBeClosed(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t)
	w := newWire(t, strings.TrimPrefix(server.URL, "nats://"))
	b := open(t, "nats://"+w.address, "")
	if err := b.Declare(t.Context(), driver.Topic{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	c, err := b.Subscribe(t.Context(), driver.Subscription{Topic: "a", Group: "g", Window: 1, AckWait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	w.say("-ERR 'Something that the library does not know'")
	server.Kill()
	if _, err := c.Next(t.Context()); err == nil {
		t.Error("the consumer goes on")
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
