package natsevents

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/events/driver"
)

const (
	dedupeWindow  = 10 * time.Minute
	callTimeout   = 10 * time.Second       // of an administrative request whose context has no deadline
	publishTotal  = 30 * time.Second       // of a publish whose context has no deadline
	publishTry    = 5 * time.Second        // of one attempt
	publishPause  = 250 * time.Millisecond // between attempts
	closePatience = time.Second            // for the last words of consumers
	headerFrame   = 32                     // bytes around the headers, beyond what driver.Message.Size counts
	declareAtOnce = 4
)

// broker is a connection to JetStream and, when the server is embedded, the server.
type broker struct {
	cfg      driver.Config
	settings settings
	dial     func(context.Context) (*nats.Conn, error)
	current  atomic.Pointer[link]
	server   *embedded     // nil: not in this process
	down     chan struct{} // the connection was closed on this side

	life    context.Context // ends with Close
	cancel  context.CancelFunc
	redials sync.WaitGroup

	mu        sync.Mutex
	closed    bool
	consumers map[*consumer]struct{}
}

// newBroker connects and checks that JetStream is there. It owns srv and stops it when it fails.
func newBroker(ctx context.Context, cfg driver.Config, s settings, dial func(context.Context) (*nats.Conn, error), srv *embedded) (*broker, error) {
	b := &broker{cfg: cfg, settings: s, dial: dial, server: srv, down: make(chan struct{}), consumers: make(map[*consumer]struct{})}
	b.life, b.cancel = context.WithCancel(context.Background())
	err := b.connect(ctx)
	if err != nil {
		b.cancel()
		if srv != nil {
			srv.stop()
		}
		return nil, fmt.Errorf("natsevents: connect to %s: %w", config.Redacted(cfg.URL), err)
	}
	if _, err = b.js().AccountInfo(ctx); err != nil {
		if errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount) {
			err = fmt.Errorf("the server runs without JetStream, which keeps the events; start it with -js: %w", err)
		}
		return nil, errors.Join(fmt.Errorf("natsevents: connect to %s: %w", config.Redacted(cfg.URL), err), b.Close())
	}
	return b, nil
}

// Capabilities are those of JetStream. Its members of a group are given whatever comes next, so the order of a key ends at the
// process.
func (b *broker) Capabilities() driver.Capabilities {
	return driver.Capabilities{Delay: true, Replay: true, Dedupe: true, MaxMessage: b.max()}
}

// Declare creates or updates one stream for each topic.
func (b *broker) Declare(ctx context.Context, topics ...driver.Topic) error {
	ctx, cancel := within(ctx, callTimeout)
	defer cancel()
	var g errgroup.Group
	g.SetLimit(declareAtOnce)
	errs := make([]error, len(topics))
	for i, t := range topics {
		g.Go(func() error {
			err := bounded(ctx, func() error { return b.declare(ctx, t) })
			if answer, ok := errors.AsType[*jetstream.APIError](err); ok && answer.Code == 500 && b.server != nil {
				err = fmt.Errorf("store in %s: %w", b.server.dir, err) // the reason is in the log
			}
			if err != nil {
				errs[i] = fmt.Errorf("natsevents: declare %s: %w", t.Name, b.closedError(err))
			}
			return nil
		})
	}
	_ = g.Wait()
	return errors.Join(errs...)
}

func (b *broker) declare(ctx context.Context, t driver.Topic) error {
	if !plainName(t.Name) {
		return errName
	}
	want := jetstream.StreamConfig{
		Name:        streamName(b.cfg.System, t.Name),
		Description: "events " + t.Name + " of " + b.cfg.System,
		Subjects:    []string{subjectName(b.cfg.System, t.Name)},
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardOld,
		MaxAge:      t.Retain,
		Storage:     jetstream.FileStorage,
		Replicas:    b.settings.replicas,
		Duplicates:  dedupeWindow,
		AllowDirect: true,
	}
	if t.Retain > 0 && t.Retain < dedupeWindow {
		want.Duplicates = t.Retain
	}
	// Creating what exists in the same form is no error, and costs nothing on the disk.
	_, err := b.js().CreateStream(ctx, want)
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		_, err = b.js().UpdateStream(ctx, want)
	}
	return err
}

// Publish stores m. A message with an ID is sent again when no answer comes, since the server drops the second copy.
func (b *broker) Publish(ctx context.Context, m *driver.Message) error {
	ctx, cancel := within(ctx, publishTotal)
	defer cancel()
	msg := encode(b.cfg.System, m)
	for {
		err := b.publish(ctx, msg)
		if errors.Is(err, nats.ErrMaxPayload) {
			err = &driver.TooLargeError{Size: m.Size(), Limit: b.max()}
		}
		if errors.Is(err, jetstream.ErrNoStreamResponse) && b.gone(ctx, m.Topic) {
			return fmt.Errorf("natsevents: publish %s: %w", m.Topic, driver.ErrGone)
		}
		if err == nil {
			return nil
		}
		// Without responders, and without room in the buffer of a connection that is down, nobody has seen the message.
		unseen := errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrReconnectBufExceeded)
		if ctx.Err() != nil || b.isClosed() || !unseen && !(lost(err) && m.ID != "") {
			return fmt.Errorf("natsevents: publish %s: %w", m.Topic, b.closedError(err))
		}
		pause(ctx, publishPause)
	}
}

func (b *broker) publish(ctx context.Context, msg *nats.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, publishTry)
	defer cancel()
	return bounded(ctx, func() error {
		_, err := b.js().PublishMsg(ctx, msg, jetstream.WithRetryAttempts(0))
		return err
	})
}

// gone reports whether somebody removed the topic, which otherwise has no server for a moment.
func (b *broker) gone(ctx context.Context, topic string) bool {
	err := bounded(ctx, func() error {
		_, err := b.js().Stream(ctx, streamName(b.cfg.System, topic))
		return err
	})
	return errors.Is(err, jetstream.ErrStreamNotFound)
}

// lost reports whether the message, or the answer to it, was lost on the way: a write failed, the wait or the connection ended.
func lost(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok || errors.Is(err, nats.ErrConnectionClosed)
}

// Subscribe creates the durable consumer of the group and starts to pull from it.
func (b *broker) Subscribe(ctx context.Context, s driver.Subscription) (driver.Consumer, error) {
	ctx, cancel := within(ctx, callTimeout)
	defer cancel()
	c, err := b.subscribe(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("natsevents: subscribe %s to %s: %w", s.Group, s.Topic, b.closedError(err))
	}
	return c, nil
}

func (b *broker) subscribe(ctx context.Context, s driver.Subscription) (*consumer, error) {
	if !plainName(s.Topic) || !plainName(s.Group) {
		return nil, errName
	}
	if s.Window < 1 || s.AckWait < time.Second {
		return nil, fmt.Errorf("window %d, ack wait %s: at least 1 and 1s", s.Window, s.AckWait)
	}
	stream, durable := streamName(b.cfg.System, s.Topic), durableName(s.Group)
	if err := bounded(ctx, func() error { return b.ensureConsumer(ctx, stream, durable, s) }); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, driver.ErrClosed
	}
	c, err := newConsumer(b, stream, durable, s)
	if err != nil {
		return nil, err
	}
	b.consumers[c] = struct{}{}
	return c, nil
}

// ensureConsumer creates the group, or brings it up to date. Where it began stays as it was: the server lets nobody change that.
func (b *broker) ensureConsumer(ctx context.Context, stream, durable string, s driver.Subscription) error {
	cfg := jetstream.ConsumerConfig{
		Durable:       durable,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       s.AckWait,
		MaxAckPending: maxAckPending,
		MaxDeliver:    -1, // package events counts
	}
	if s.FromNow {
		cfg.DeliverPolicy = jetstream.DeliverNewPolicy
	}
	if known, err := b.js().Consumer(ctx, stream, durable); err == nil {
		cfg.DeliverPolicy = known.CachedInfo().Config.DeliverPolicy
	} else if !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return err
	}
	_, err := b.js().CreateOrUpdateConsumer(ctx, stream, cfg)
	return err
}

// Close ends the consumers, the connection and the embedded server.
func (b *broker) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	consumers := slices.Collect(maps.Keys(b.consumers))
	b.mu.Unlock()

	for _, c := range consumers {
		c.end(driver.ErrClosed)
	}
	// What their buffers hold goes back at once if the server is there to hear it.
	patience := time.NewTimer(closePatience)
	defer patience.Stop()
	for _, c := range consumers {
		select {
		case <-c.done:
		case <-patience.C:
			patience.Reset(0)
		}
	}
	b.cancel()
	b.redials.Wait()
	b.nc().Close()
	close(b.down)
	for _, c := range consumers {
		<-c.done
	}
	if b.server != nil {
		b.server.stop()
	}
	return nil
}

func (b *broker) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

func (b *broker) forget(c *consumer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.consumers, c)
}

// closedError says that the broker was closed when that is the reason of err.
func (b *broker) closedError(err error) error {
	if b.isClosed() && !errors.Is(err, driver.ErrClosed) {
		return fmt.Errorf("%w: %w", driver.ErrClosed, err)
	}
	return err
}

// bounded calls f and returns when ctx ends at the latest. The library holds a lock over writes and over the handshake of a
// reconnect, which a network that is gone blocks for seconds, whatever the context.
func bounded(ctx context.Context, f func() error) error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// within gives a context without a deadline one.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// pause waits a moment, or less if ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
