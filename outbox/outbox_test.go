package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vade-go/vade/events"
	eventsdriver "github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/store"
)

func TestAnEventIsPublishedIfAndOnlyIfItsTransactionIsCommitted(t *testing.T) {
	t.Parallel()
	c := newCounting()
	c.mustRun(t, t.TempDir(), newBroker())
	stop := errors.New("stop")
	if err := c.count(t.Context(), "p", stop); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if err := c.count(t.Context(), "p", nil); err != nil {
		t.Fatal(err)
	}
	got := c.next(t)
	if got.step != (step{"p", 1}) || got.Source != "/test" || got.Type != "test.stepped" || got.Key != "p" || got.ID == "" || got.Time.IsZero() {
		t.Errorf("got %+v", got)
	}
	if err := c.count(t.Context(), "p", nil); err != nil {
		t.Fatal(err)
	}
	if got := c.next(t); got.N != 2 {
		t.Errorf("got %+v: what was rolled back came too", got)
	}
}

func TestEventsOfAPartitionAreDeliveredInTheOrderOfTheirCommits(t *testing.T) {
	t.Parallel()
	broker := newBroker()
	var calls atomic.Int64
	broker.set(func(*eventsdriver.Message) fault {
		switch n := calls.Add(1); {
		case n%17 == 0:
			return lost
		case n%23 == 0:
			return forgotten
		}
		return none
	})
	c := newCounting()
	c.mustRun(t, t.TempDir(), broker)
	const partitions, steps = 5, 60
	var all sync.WaitGroup
	for p := range partitions {
		for range 4 { // goroutines that compete for the partition
			all.Go(func() {
				for range steps / 4 {
					if err := c.count(t.Context(), fmt.Sprint(p), nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	last := make(map[string]int)
	for range partitions * steps {
		got := c.next(t)
		if got.N != last[got.Partition]+1 {
			t.Errorf("partition %s: %d after %d", got.Partition, got.N, last[got.Partition])
		}
		last[got.Partition] = got.N
	}
	all.Wait()
}

func TestWhatAStopHasLeftIsPublishedAfterTheNextStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	away := newBroker()
	away.set(func(*eventsdriver.Message) fault { return lost })
	before := newCounting()
	stop := before.mustRun(t, dir, away)
	for range 3 {
		if err := before.count(t.Context(), "p", nil); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	after := newCounting()
	after.mustRun(t, dir, newBroker())
	for n := 1; n <= 3; n++ {
		if got := after.next(t); got.N != n {
			t.Errorf("got %+v, want step %d", got, n)
		}
	}
}

func TestAnEventThatTheBrokerRefusesHoldsBackItsOwnPartitionOnly(t *testing.T) {
	t.Parallel()
	broker := newBroker()
	broker.set(func(m *eventsdriver.Message) fault {
		if m.Key == "poison" {
			return lost
		}
		return none
	})
	c := newCounting()
	c.mustRun(t, t.TempDir(), broker)
	for range 150 { // more than a page
		if err := c.count(t.Context(), "poison", nil); err != nil {
			t.Fatal(err)
		}
	}
	for n := 1; n <= 3; n++ {
		if err := c.count(t.Context(), "good", nil); err != nil {
			t.Fatal(err)
		}
		if got := c.next(t); got.step != (step{"good", n}) {
			t.Errorf("got %+v", got)
		}
	}
	broker.set(nil)
	for n := 1; n <= 150; n++ {
		if got := c.next(t); got.step != (step{"poison", n}) {
			t.Fatalf("got %+v, want step %d", got, n)
		}
	}
}

func TestAnEventThatIsDeliveredTwiceIsHandledOnce(t *testing.T) {
	t.Parallel()
	broker := newBroker()
	var twice sync.Map
	broker.set(func(m *eventsdriver.Message) fault {
		// The first time the broker has it and the relay does not learn; the second time it is taken for another event.
		if _, again := twice.LoadOrStore(m.Headers["ce-id"], true); again {
			return renamed
		}
		return forgotten
	})
	c := newCounting()
	handled := store.Collect[int](c.service, "handled")
	outcomes := make(chan error, 100)
	attempts := 0
	events.Subscribe(c.service, stepped, func(ctx context.Context, in delivery) error {
		err := c.db.Do(ctx, in.Body.Partition, func(ctx context.Context, tx *store.Tx) error {
			return outbox.Once(ctx, tx, in.Meta, func(ctx context.Context) error {
				key := store.Key{Partition: in.Body.Partition, ID: "handled"}
				item, err := handled.With(tx).Get(ctx, key)
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
				if _, err := handled.With(tx).Put(ctx, key, item.Value+1); err != nil {
					return err
				}
				if attempts++; attempts == 2 {
					return events.Retry(0, errors.New("once more"))
				}
				return nil
			})
		})
		outcomes <- err
		return err
	}, events.Group("once"), events.Parallel(1))
	c.mustRun(t, t.TempDir(), broker)
	for range 5 {
		if err := c.count(t.Context(), "p", nil); err != nil {
			t.Fatal(err)
		}
	}
	failed := 0
	for range 2*5 + 1 { // each twice, and one fails once
		if err := <-outcomes; err != nil {
			failed++
		}
	}
	item, err := handled.Get(t.Context(), store.Key{Partition: "p", ID: "handled"})
	if err != nil || item.Value != 5 || failed != 1 {
		t.Errorf("handled %d times, %d failures, %v", item.Value, failed, err)
	}
}

func TestTheTransactionIsRefusedWhenItsEventIsWrong(t *testing.T) {
	t.Parallel()
	c := newCounting()
	type age struct {
		Years int `json:"years" minimum:"0"`
	}
	ages := events.Publisher(c.service, events.Define[age]("test.aged"))
	c.mustRun(t, t.TempDir(), newBroker())
	err := c.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		if _, err := c.counts.With(tx).Put(ctx, store.Key{Partition: "p", ID: "count"}, 1); err != nil {
			return err
		}
		return outbox.Publish(ctx, tx, ages, age{-1})
	})
	if err == nil || !strings.HasPrefix(err.Error(), "outbox: events: publish test.aged: ") {
		t.Errorf("got %v", err)
	}
	if _, err := c.counts.Get(t.Context(), store.Key{Partition: "p", ID: "count"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestTheTransactionIsRefusedWhenTheAttributesOfItsEventAreWrong(t *testing.T) {
	t.Parallel()
	c := newCounting()
	c.mustRun(t, t.TempDir(), newBroker())
	for _, id := range []string{"a\nb", strings.Repeat("i", 256), "\xff"} {
		err := c.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
			return outbox.Publish(ctx, tx, c.steps, step{"p", 1}, events.ID(id))
		})
		if !errors.Is(err, events.ErrAttribute) {
			t.Errorf("%.9q: got %v", id, err)
		}
	}
}

func TestWithoutADeclarationTheErrorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	svc := newService()
	db, steps := store.Of(svc), events.Publisher(svc, stepped)
	svc.mustRun(t, t.TempDir(), newBroker())
	err := db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		return outbox.Publish(ctx, tx, steps, step{})
	})
	err2 := db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		return outbox.Once(ctx, tx, events.Meta{}, nil)
	})
	for _, err := range []error{err, err2} {
		if err == nil || !strings.Contains(err.Error(), "declare it with outbox.Of(svc)") {
			t.Errorf("got %v", err)
		}
	}
}

func TestAnEventWithoutIdentityCannotBeHandledOnce(t *testing.T) {
	t.Parallel()
	c := newCounting()
	c.mustRun(t, t.TempDir(), newBroker())
	for _, meta := range []events.Meta{{}, {Group: "g", Source: "s"}, {Group: "g", ID: "i"}, {Source: "s", ID: "i"}} {
		err := c.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
			return outbox.Once(ctx, tx, meta, func(context.Context) error { t.Error("it ran"); return nil })
		})
		if err == nil || !strings.Contains(err.Error(), "the event has no group, source or id") {
			t.Errorf("%+v: got %v", meta, err)
		}
	}
}

func TestAnOutboxIsOne(t *testing.T) {
	t.Parallel()
	svc := newService()
	if first := outbox.Of(svc); outbox.Of(svc) != first {
		t.Error("there are several")
	}
	outbox.Of(svc, outbox.KeepReceipts(-1))
	if err := svc.open(t.Context(), t.TempDir(), newBroker()); err == nil || !strings.Contains(err.Error(), "KeepReceipts(-1ns): must be positive") {
		t.Errorf("got %v", err)
	}
}
