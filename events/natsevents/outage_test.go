package natsevents_test

import (
	"context"
	"errors"
	"io"
	"net"
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
}

func newWire(t *testing.T, server string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{address: l.Addr().String(), cut: make(chan struct{})}
	var mu sync.Mutex
	var ends []net.Conn
	var copies sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range ends {
			_ = c.Close()
		}
		mu.Unlock()
		copies.Wait()
	})
	copies.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", server)
			if err != nil {
				_ = near.Close()
				return
			}
			mu.Lock()
			ends = append(ends, near, far)
			mu.Unlock()
			copies.Go(func() { w.carry(far, near) })
			copies.Go(func() { w.carry(near, far) })
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
