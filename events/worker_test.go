package events_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/internal/natstest"
	"github.com/vade-go/vade/operation"
)

func TestAStopLetsHandlersFinishAndGivesTheRestBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	topic := events.Define[Order]("orders.placed")
	first := newService("bookings")
	p := events.Publisher(first, topic)
	begun, release, finished := make(chan string, 10), make(chan bool), make(chan string, 10)
	events.Subscribe(first, topic, func(ctx context.Context, o Order) error {
		begun <- o.ID
		<-release
		finished <- o.ID
		return ctx.Err()
	}, events.Parallel(1))
	w := launch(t, dir, natsevents.Driver(), first)
	publish(t, p, Order{ID: "a", Seats: 1}, Order{ID: "b", Seats: 1}, Order{ID: "c", Seats: 1})
	if id := receive(t, begun); id != "a" {
		t.Fatalf("began with %s", id)
	}
	stopped := make(chan bool)
	go func() {
		w.stop()
		close(stopped)
	}()
	select {
	case <-stopped:
		t.Error("the stop did not wait for the handler")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	receive(t, stopped)
	if len(finished) != 1 || len(begun) != 0 {
		t.Fatalf("%d handlers finished, %d began", len(finished), len(begun))
	}

	// The next process goes on at once, long before the ack wait is over.
	type input struct {
		Meta events.Meta
		Body Order
	}
	second := newService("bookings")
	got := make(chan string, 10)
	events.Subscribe(second, topic, func(_ context.Context, in input) error { got <- in.Body.ID; return nil }, events.Parallel(1))
	again := time.Now()
	launch(t, dir, natsevents.Driver(), second)
	ids := receive(t, got) + receive(t, got)
	if ids != "bc" && ids != "cb" {
		t.Errorf("got %s", ids)
	}
	if took := time.Since(again); took > 15*time.Second {
		t.Errorf("what was given back came after %s", took)
	}
}

func TestAStopThatRunsOutOfTimeEndsTheContextsOfHandlers(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	begun, ended := make(chan bool), make(chan error, 1)
	events.Subscribe(s, topic, func(ctx context.Context, _ Order) error {
		close(begun)
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	})
	w := embedded(t, s)
	publish(t, p, Order{ID: "a", Seats: 1})
	receive(t, begun)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := w.drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stop: %v", err)
	}
	if err := receive(t, ended); !errors.Is(err, context.Canceled) {
		t.Errorf("the handler saw %v", err)
	}
}

func TestAStopGivesToOthersAtOnceWhatHandlersDoNotFinishAndWhatWaitsBehindThem(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t)
	topic := ordersPlaced()
	first, second := newService("bookings"), newService("bookings")
	p := events.Publisher(first, topic)
	begun, release, got := make(chan string, 10), make(chan bool), make(chan string, 10)
	wait := events.AckWait(10 * time.Minute) // nothing comes again because of it
	events.Subscribe(first, topic, func(ctx context.Context, o Order) error {
		begun <- o.ID
		if o.ID == "hangs" {
			<-release
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}, events.Parallel(2), wait)
	events.Subscribe(second, topic, func(_ context.Context, o Order) error { got <- o.ID; return nil }, wait)
	w := external(t, server, first)
	defer close(release)
	publish(t, p, Order{ID: "hangs", Seats: 1}, Order{ID: "hangs", Seats: 2}, Order{ID: "b", Seats: 1}, Order{ID: "b", Seats: 2},
		Order{ID: "c", Seats: 1}, Order{ID: "d", Seats: 1}, Order{ID: "e", Seats: 1})
	receive(t, begun)
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- w.drain(ctx) }()
	external(t, server, second)
	for range 5 { // while the handlers of the first process still run
		receive(t, got)
	}
	if len(stopped) > 0 {
		t.Error("the stop did not wait for the handlers")
	}
	if err := receive(t, stopped); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stop: %v", err)
	}
	receive(t, got)
	receive(t, got)
}

func TestAConsumerThatSomebodyRemovedJoinsAgain(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t)
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	got := make(chan string, 100)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error { got <- o.ID; return nil })
	external(t, server, s)
	publish(t, p, Order{ID: "a", Seats: 1})
	receive(t, got)

	nc, err := nats.Connect(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteConsumer(t.Context(), "vade_airline_orders_placed", "bookings"); err != nil {
		t.Fatal(err)
	}
	publish(t, p, Order{ID: "b", Seats: 1})
	for receive(t, got) != "b" { // the group has forgotten that it had a
	}
}

func TestABrokerThatCannotBeReachedIsAnErrorThatNamesTheSetting(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t, "--user", "vade", "--pass", "p4ss")
	address := strings.TrimPrefix(server.URL, "nats://")
	open := func(address, setting string) string {
		env := &operation.Env{System: "airline", Shared: new(operation.Shared), Log: slog.New(slog.DiscardHandler), Engines: operation.Engines{
			"events": {Driver: natsevents.Driver(), URL: &url.URL{Scheme: "nats", User: url.UserPassword("vade", "wrong"), Host: address}, Setting: setting},
		}}
		_, err := events.Open(t.Context(), env)
		return err.Error()
	}
	login := open(address, "VADE_EVENTS")
	server.Kill()
	for err, want := range map[string]string{
		login: "Authorization Violation", open(address, "VADE_EVENTS"): "connection refused",
	} {
		if !strings.Contains(err, want) || !strings.HasSuffix(err, "; see VADE_EVENTS") || strings.Contains(err, "wrong") || !strings.Contains(err, address) {
			t.Errorf("got %s", err)
		}
	}
	if err := open(address, ""); strings.Contains(err, "VADE") {
		t.Errorf("got %s", err)
	}
}

func TestATopicThatSomebodyRemovedIsDeclaredAgain(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t)
	s := newService("bookings")
	p := events.Publisher(s, ordersPlaced())
	external(t, server, s)
	nc, err := nats.Connect(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteStream(t.Context(), "vade_airline_orders_placed"); err != nil {
		t.Fatal(err)
	}
	publish(t, p, Order{ID: "a", Seats: 1})
}

func TestConsumersAndPublishersOutliveTheServer(t *testing.T) {
	t.Parallel()
	server := natstest.StartServer(t)
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	got := make(chan string, 100)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error { got <- o.ID; return nil })
	external(t, server, s)
	publish(t, p, Order{ID: "a", Seats: 1})
	receive(t, got)
	server.Kill()
	published := make(chan error, 1)
	go func() { published <- p.Publish(t.Context(), Order{ID: "b", Seats: 1}) }()
	server.Restart()
	if err := receive(t, published); err != nil {
		t.Fatalf("publish during the outage: %v", err)
	}
	for receive(t, got) != "b" { // a may come twice
	}
}

// stalling is a driver whose first consumer gets nothing, as if the connection had lost it.
type stalling struct {
	driver.Driver
	subscribed *atomic.Int32
}

func (s stalling) Open(ctx context.Context, cfg driver.Config) (driver.Broker, error) {
	b, err := s.Driver.Open(ctx, cfg)
	return stallingBroker{b, s.subscribed}, err
}

type stallingBroker struct {
	driver.Broker
	subscribed *atomic.Int32
}

func (b stallingBroker) Subscribe(ctx context.Context, s driver.Subscription) (driver.Consumer, error) {
	c, err := b.Broker.Subscribe(ctx, s)
	if err == nil && b.subscribed.Add(1) == 1 {
		if err := c.Stop(ctx); err != nil { // fetches nothing more, and the backlog grows
			return nil, err
		}
		return deaf{c}, nil
	}
	return c, err
}

type deaf struct{ driver.Consumer }

func (deaf) Next(ctx context.Context) (driver.Delivery, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestTheWatchdogReplacesAConsumerThatGetsNothing(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	got := make(chan string, 1)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error { got <- o.ID; return nil }, events.Stall(20*time.Millisecond))
	w := launch(t, t.TempDir(), stalling{natsevents.Driver(), new(atomic.Int32)}, s)
	publish(t, p, Order{ID: "a", Seats: 1})
	if id := receive(t, got); id != "a" {
		t.Errorf("got %s", id)
	}
	if !strings.Contains(w.log.String(), "there is a backlog and nothing arrives") {
		t.Error("the log does not say why")
	}
}

func TestAnIdleConsumerIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := ordersPlaced()
	p := events.Publisher(s, topic)
	got := make(chan string, 1)
	events.Subscribe(s, topic, func(_ context.Context, o Order) error { got <- o.ID; return nil }, events.Stall(time.Millisecond))
	w := embedded(t, s)
	idle, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	<-idle.Done()
	if strings.Contains(w.log.String(), "backlog") {
		t.Error("nothing to do was taken for a stall")
	}
	publish(t, p, Order{ID: "a", Seats: 1})
	receive(t, got)
}
