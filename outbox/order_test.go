package outbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vade-go/vade/events"
	eventsdriver "github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/store"
)

// insertAt commits an event at a place in the outbox that the clock would not have given it.
func (c *counting) insertAt(t *testing.T, order uint64, s step) {
	t.Helper()
	err := c.db.Do(t.Context(), s.Partition, func(ctx context.Context, tx *store.Tx) error {
		m, err := c.steps.Encode(ctx, s)
		if err != nil {
			return err
		}
		return outbox.Of(c.service).InsertAt(ctx, tx, order, m)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestACommitThatBecomesVisibleLateIsNotMissed(t *testing.T) {
	t.Parallel()
	c := newCounting()
	c.mustRun(t, t.TempDir(), newBroker())
	if err := c.count(t.Context(), "p", nil); err != nil {
		t.Fatal(err)
	}
	c.next(t)
	c.insertAt(t, 1, step{"late", 7}) // far before what was published; found by polling alone
	if got := c.next(t); got.step != (step{"late", 7}) {
		t.Errorf("got %+v", got)
	}
}

func TestAClockThatIsSetBackDoesNotChangeTheOrder(t *testing.T) {
	t.Parallel()
	broker := newBroker()
	broker.set(func(*eventsdriver.Message) fault { return lost })
	c := newCounting()
	c.mustRun(t, t.TempDir(), broker)
	c.insertAt(t, uint64(time.Now().Add(time.Hour).UnixNano()), step{"p", 100})
	for range 2 {
		if err := c.count(t.Context(), "p", nil); err != nil {
			t.Fatal(err)
		}
	}
	broker.set(nil)
	for _, n := range []int{100, 1, 2} {
		if got := c.next(t); got.N != n {
			t.Errorf("got %+v, want step %d", got, n)
		}
	}
}

func TestReceiptsAreForgottenAfterTheirTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	meta := events.Meta{Group: "g", Source: "/s", ID: "1"}
	handle := func(c *counting) (ran bool) {
		err := c.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
			return outbox.Once(ctx, tx, meta, func(context.Context) error { ran = true; return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		return ran
	}
	// pass makes sure that the relay has gone through everything and swept.
	pass := func(c *counting) {
		for range 2 {
			if err := c.count(t.Context(), "q", nil); err != nil {
				t.Fatal(err)
			}
			c.next(t)
		}
	}
	for _, round := range []struct {
		keep time.Duration
		want bool
	}{{time.Hour, true}, {time.Hour, false}, {time.Nanosecond, true}} {
		c := newCounting(outbox.KeepReceipts(round.keep))
		stop := c.mustRun(t, dir, newBroker())
		pass(c)
		if got := handle(c); got != round.want {
			t.Errorf("kept for %s: handled: %v, want %v", round.keep, got, round.want)
		}
		if handle(c) {
			t.Errorf("kept for %s: handled twice", round.keep)
		}
		stop()
	}
}

func TestOnceRemembersNothingOfAHandlerThatFails(t *testing.T) {
	t.Parallel()
	c := newCounting()
	c.mustRun(t, t.TempDir(), newBroker())
	meta, stop := events.Meta{Group: "g", Source: "/s", ID: "1"}, errors.New("stop")
	for _, want := range []error{stop, nil} {
		ran := false
		err := c.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
			if err := outbox.Once(ctx, tx, meta, func(context.Context) error { ran = true; return want }); err != want {
				t.Errorf("got %v, want %v", err, want)
			}
			return nil // even if the transaction is committed
		})
		if err != nil || !ran {
			t.Errorf("ran: %v, %v", ran, err)
		}
	}
}

func TestStoppingGivesUpOnABrokerThatHangsWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	broker, publishing := newBroker(), make(chan struct{}, 1)
	broker.set(func(*eventsdriver.Message) fault { publishing <- struct{}{}; return hanging })
	c := newTelling()
	c.mustRun(t, t.TempDir(), broker)
	if err := c.count(t.Context(), "p", nil); err != nil {
		t.Fatal(err)
	}
	<-publishing
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := outbox.Of(c.service).Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
