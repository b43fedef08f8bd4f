package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
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
	for _, round := range []struct {
		keep time.Duration
		want bool
	}{{time.Hour, true}, {time.Hour, false}, {time.Nanosecond, true}} {
		c := newCounting(outbox.KeepReceipts(round.keep))
		stop := c.mustRun(t, dir, newBroker())
		if _, err := outbox.Of(c.service).Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
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

func TestEventsKeepTheirOrderWhenTheClocksOfTwoProcessesDiffer(t *testing.T) {
	t.Parallel()
	dir, away := t.TempDir(), newBroker()
	away.set(func(*eventsdriver.Message) fault { return lost })
	before := newTelling()
	stop := before.mustRun(t, dir, away)
	for i := range 101 { // more than what is read at once
		before.countOften(t, fmt.Sprint("a", i), 1)
	}
	stop()

	broker, publishing, goOn := newBroker(), make(chan struct{}, 1000), make(chan struct{})
	broker.set(func(*eventsdriver.Message) fault { publishing <- struct{}{}; <-goOn; return none })
	c := newCounting()
	c.mustRun(t, dir, broker)
	<-publishing // the first are read
	c.insertAt(t, 1, step{"p", 1})
	c.insertAt(t, uint64(time.Now().Add(time.Hour).UnixNano()), step{"p", 2})
	close(goOn)
	last := 0
	for last < 2 {
		if got := c.next(t); got.Partition == "p" {
			if got.N != last+1 {
				t.Fatalf("step %d came after %d", got.N, last)
			}
			last = got.N
		}
	}
}

func TestTwoRelaysOfOneStorePublishNoEventBeforeThoseAheadOfIt(t *testing.T) {
	t.Parallel()
	dir, broker := t.TempDir(), newBroker()
	var mu sync.Mutex
	calls, latest, arrived := 0, make(map[string]int), make(chan struct{}, 1000)
	broker.set(func(m *eventsdriver.Message) fault {
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls%7 == 0 {
			return lost
		}
		var s step
		if err := json.Unmarshal(m.Data, &s); err != nil || s.N > latest[s.Partition]+1 {
			t.Errorf("%+v came after %d, %v", s, latest[s.Partition], err)
		}
		if s.N == latest[s.Partition]+1 {
			latest[s.Partition] = s.N
			arrived <- struct{}{}
		}
		return none
	})
	one, two := newTelling(outbox.LongTry(time.Millisecond)), newTelling(outbox.LongTry(time.Millisecond))
	two.shared = one.shared // the connection to the broker
	one.mustRun(t, dir, broker)
	if err := two.open(t.Context(), dir, broker); err != nil {
		t.Fatal(err)
	}
	if err := two.group.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	const partitions, steps = 4, 50
	var all sync.WaitGroup
	for p := range partitions {
		for _, c := range []*counting{one, two} {
			all.Go(func() {
				for range steps / 2 {
					if err := c.count(t.Context(), fmt.Sprint(p), nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	for range partitions * steps {
		<-arrived
	}
	if err := errors.Join(two.group.Stop(context.Background()), two.db.Close()); err != nil {
		t.Error(err)
	}
}

func TestReceiptsAreKeptForAsLongAsAnEventCanComeAgain(t *testing.T) {
	t.Parallel()
	// It becomes a dead letter at the end of its topic's retention, and is replayed into the topic at the end of the letter's.
	if least := events.Retention + events.DeadRetention + events.Retention; outbox.Receipts < least {
		t.Errorf("%s is less than %s", outbox.Receipts, least)
	}
}
