package events_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/natsevents"
)

// forgetful is a driver whose broker loses a topic, and declares nothing while it is out of order.
type forgetful struct {
	driver.Driver
	gone, broken *atomic.Bool
}

func (f forgetful) Open(ctx context.Context, cfg driver.Config) (driver.Broker, error) {
	b, err := f.Driver.Open(ctx, cfg)
	return forgetfulBroker{b, f.gone, f.broken}, err
}

type forgetfulBroker struct {
	driver.Broker
	gone, broken *atomic.Bool
}

func (b forgetfulBroker) Publish(ctx context.Context, m *driver.Message) error {
	if b.gone.Load() {
		return driver.ErrGone
	}
	return b.Broker.Publish(ctx, m)
}

func (b forgetfulBroker) Declare(ctx context.Context, topics ...driver.Topic) error {
	if b.broken.Load() {
		return errors.New("out of order")
	}
	b.gone.Store(false)
	return b.Broker.Declare(ctx, topics...)
}

func TestATopicThatCouldNotBeDeclaredAgainIsDeclaredByTheNextPublish(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	p := events.Publisher(s, ordersPlaced())
	gone, broken := new(atomic.Bool), new(atomic.Bool)
	launch(t, t.TempDir(), forgetful{natsevents.Driver(), gone, broken}, s)
	gone.Store(true)
	broken.Store(true)
	if err := p.Publish(t.Context(), Order{ID: "a", Seats: 1}); err == nil {
		t.Fatal("an event was stored nowhere")
	}
	broken.Store(false)
	publish(t, p, Order{ID: "a", Seats: 1})
}
