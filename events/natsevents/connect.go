package natsevents

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/vade-go/vade/events/driver"
)

const connectTimeout = 5 * time.Second

// options are what every connection has: it reconnects for ever, with jitter, so that a thousand clients don't come back
// to a restarted server in one instant.
func options(cfg driver.Config) []nats.Option {
	log := cfg.Log
	return []nats.Option{
		nats.Name("vade " + cfg.System),
		nats.Timeout(connectTimeout),
		nats.MaxReconnects(-1),
		nats.IgnoreAuthErrorAbort(), // two refused logins would end that: a server may know its users again a moment later
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(250*time.Millisecond, time.Second),
		nats.PingInterval(20 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.FlusherTimeout(connectTimeout), // of a write, which everybody else has to wait for
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("nats connection lost, reconnecting", "error", err.Error())
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) { log.Info("nats connection restored", "server", nc.ConnectedAddr()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			log.Warn("nats connection", "error", err.Error())
		}),
	}
}

// dial connects to the servers of the URL within ctx.
func dial(ctx context.Context, cfg driver.Config, s settings) (*nats.Conn, error) {
	d := &dialer{opening: ctx}
	opts := append(options(cfg), nats.SetCustomDialer(d))
	if s.creds != "" {
		opts = append(opts, nats.UserCredentials(s.creds))
	}
	if u := cfg.URL.User; u != nil {
		if password, ok := u.Password(); ok {
			opts = append(opts, nats.UserInfo(u.Username(), password))
		} else {
			opts = append(opts, nats.Token(u.Username()))
		}
	}
	// The scheme goes before every host of the list. Credentials are options, so that servers learnt later get them, too.
	hosts := strings.Split(cfg.URL.Host, ",")
	for i, host := range hosts {
		hosts[i] = cfg.URL.Scheme + "://" + host
	}
	nc, err := nats.Connect(strings.Join(hosts, ","), opts...)
	if err != nil {
		return nil, errors.Join(err, d.failure(), ctx.Err())
	}
	d.release()
	return nc, nil
}

// dialer opens sockets: within the context of Open at first, without one for the reconnects that come later.
type dialer struct {
	opening context.Context
	mu      sync.Mutex
	opened  bool
	held    []func() bool // undo what closes sockets at the end of opening
	last    error         // which the library would keep to itself
}

func (d *dialer) Dial(network, address string) (net.Conn, error) {
	ctx := context.Background()
	d.mu.Lock()
	opened := d.opened
	d.mu.Unlock()
	if !opened {
		ctx = d.opening
	}
	socket := net.Dialer{Timeout: connectTimeout}
	conn, err := socket.DialContext(ctx, network, address)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = err
	if err == nil && !opened {
		// The library doesn't know the context while it waits for the server's greeting.
		d.held = append(d.held, context.AfterFunc(ctx, func() { _ = conn.Close() }))
	}
	return conn, err
}

// release lets the connection outlive the context of Open.
func (d *dialer) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = true
	for _, undo := range d.held {
		undo()
	}
	d.held = nil
}

func (d *dialer) failure() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last
}

func dialEmbedded(srv *embedded, cfg driver.Config) (*nats.Conn, error) {
	return nats.Connect("", append(options(cfg), nats.InProcessServer(srv))...)
}
