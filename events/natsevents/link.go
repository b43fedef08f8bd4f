package natsevents

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const redialPause = time.Second // between attempts to connect anew

// errLinkGone is why consumers end whose connection does. Package events replaces them.
var errLinkGone = errors.New("the connection has ended for good")

// link is one connection. The library mends it when the network or the server fails, but ends it for good when the server says
// something that it does not know, and when it cannot be mended by its rules. The broker then makes another one.
type link struct {
	nc   *nats.Conn
	js   jetstream.JetStream
	gone chan struct{} // closed when the connection has ended for good, whoever ended it
}

func (b *broker) nc() *nats.Conn          { return b.current.Load().nc }
func (b *broker) js() jetstream.JetStream { return b.current.Load().js }

// max is the size of a message that the server takes; those of one cluster agree on it.
func (b *broker) max() int { return int(b.nc().MaxPayload()) - headerFrame }

// connect makes a connection the current one.
func (b *broker) connect(ctx context.Context) error {
	nc, err := b.dial(ctx)
	if err != nil {
		return err
	}
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(callTimeout))
	if err != nil {
		nc.Close()
		return err
	}
	l := &link{nc: nc, js: js, gone: make(chan struct{})}
	b.current.Store(l)
	ended := sync.OnceFunc(func() {
		close(l.gone)
		b.reconnect(nc.LastError())
	})
	nc.SetClosedHandler(func(*nats.Conn) { ended() })
	if nc.IsClosed() { // before there was a handler
		ended()
	}
	return nil
}

// reconnect makes another connection in the background, unless the broker was closed.
func (b *broker) reconnect(reason error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	b.redials.Go(func() {
		b.cfg.Log.Error("nats connection ended for good, connecting anew", "error", errors.Join(errLinkGone, reason).Error())
		for {
			ctx, cancel := context.WithTimeout(b.life, connectTimeout)
			err := b.connect(ctx)
			cancel()
			switch {
			case err == nil:
				b.cfg.Log.Info("nats connection restored", "server", b.nc().ConnectedAddr())
				return
			case b.life.Err() != nil:
				return
			}
			b.cfg.Log.Warn("nats connection", "error", err.Error())
			pause(b.life, redialPause)
		}
	})
}
