package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vade-go/vade/events"
	eventsdriver "github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/store"
)

func TestABacklogOfOnePartitionHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	dir, away := t.TempDir(), newBroker()
	away.set(func(*eventsdriver.Message) fault { return lost })
	before := newTelling()
	stop := before.mustRun(t, dir, away)
	before.countOften(t, "backlog", 1000)
	before.countOften(t, "other", 1)
	stop()

	c := newCounting()
	c.mustRun(t, dir, newBroker())
	for n := 1; c.next(t).Partition != "other"; n++ {
		if n > 300 {
			t.Fatalf("%d events of the backlog came before the other", n)
		}
	}
}

// other is the topic of events that go well beside those of stepped.
var other = events.Define[step]("test.other")

func TestATopicThatHangsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	broker := newBroker()
	broker.set(func(m *eventsdriver.Message) fault {
		if m.Topic == stepped.Name() {
			return hanging
		}
		return none
	})
	c := newTelling()
	others, came := events.Publisher(c.service, other), make(chan step, 100)
	events.Subscribe(c.service, other, func(_ context.Context, s step) error { came <- s; return nil })
	if err := c.open(t.Context(), t.TempDir(), broker); err != nil {
		t.Fatal(err)
	}
	if err := c.group.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for p := range 5 {
		c.countOften(t, fmt.Sprint(p), 200) // more than what is read at once
		err := c.db.Do(t.Context(), fmt.Sprint(p), func(ctx context.Context, tx *store.Tx) error {
			return outbox.Publish(ctx, tx, others, step{fmt.Sprint(p), 1})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := <-came; got.Partition != fmt.Sprint(p) {
			t.Errorf("got %+v", got)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel() // it hangs: nothing to wait for
	if err := c.group.Stop(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAnEventThatTheBrokerNeverTakesIsParkedAndTriedAgainAfterTheNextStart(t *testing.T) {
	t.Parallel()
	dir, broker := t.TempDir(), newBroker()
	broker.set(func(m *eventsdriver.Message) fault {
		if m.Key == "p" && strings.Contains(string(m.Data), `"n":2`) {
			return lost
		}
		return none
	})
	c := newCounting(outbox.LongTry(time.Millisecond))
	stop := c.mustRun(t, dir, broker)
	c.countOften(t, "p", 3)
	var got []int
	for n := 0; len(got) < 2; n++ { // the broker takes others meanwhile
		if err := c.count(t.Context(), "q", nil); err != nil {
			t.Fatal(err)
		}
		if r := c.next(t); r.Partition == "p" {
			got = append(got, r.N)
		}
	}
	if got[0] != 1 || got[1] != 3 {
		t.Errorf("got steps %v", got)
	}
	stop()
	lines := c.log.lines()
	parked := ""
	for _, line := range lines {
		if strings.Contains(line, "parked") {
			parked = line
		}
	}
	for _, want := range []string{"test.stepped", `/test/`, errFault.Error(), "ERROR"} {
		if !strings.Contains(parked, want) {
			t.Errorf("the log lacks %q: %s", want, parked)
		}
	}
	if len(lines) > 3 { // it waits, it is parked, the others are published
		t.Errorf("%d lines: %v", len(lines), lines)
	}

	after := newCounting()
	after.mustRun(t, dir, newBroker())
	for r := after.next(t); r.step != (step{"p", 2}); r = after.next(t) {
		if r.Partition != "q" { // one may have waited for the stop
			t.Errorf("got %+v", r)
		}
	}
}

func TestAnEventThatHasBecomeTooLargeIsParkedAtOnce(t *testing.T) {
	t.Parallel()
	broker := newBroker()
	broker.set(func(m *eventsdriver.Message) fault {
		if strings.Contains(string(m.Data), `"n":1`) {
			return tooLarge
		}
		return none
	})
	c := newCounting()
	c.mustRun(t, t.TempDir(), broker)
	c.countOften(t, "p", 2)
	if got := c.next(t); got.N != 2 {
		t.Errorf("got %+v", got)
	}
	c.waitForLog(t, "parked")
}

func TestAnOutageIsLoggedOnceAtItsBeginningAndOnceAtItsEnd(t *testing.T) {
	t.Parallel()
	broker, tries := newBroker(), make(chan struct{}, 1000)
	broker.set(func(*eventsdriver.Message) fault {
		select {
		case tries <- struct{}{}:
		default:
		}
		return lost
	})
	c := newTelling(outbox.LongTry(time.Millisecond))
	others := events.Publisher(c.service, other)
	c.mustRun(t, t.TempDir(), broker)
	for p := range 5 {
		err := c.db.Do(t.Context(), fmt.Sprint(p), func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(outbox.Publish(ctx, tx, c.steps, step{fmt.Sprint(p), 1}), outbox.Publish(ctx, tx, c.steps, step{fmt.Sprint(p), 2}),
				outbox.Publish(ctx, tx, others, step{fmt.Sprint(p), 1}))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		<-tries
	}
	broker.set(nil)
	c.waitForLog(t, "the events that waited are published")
	lines := c.log.lines()
	if len(lines) != 2 || !strings.Contains(lines[0], "events wait") || !strings.Contains(lines[1], `"waited":15`) ||
		!strings.Contains(lines[1], `"after":"`) {
		t.Errorf("got %v", lines)
	}
}

// waitForLog waits until something was logged.
func (s *service) waitForLog(t *testing.T, text string) {
	t.Helper()
	for tick := time.NewTicker(time.Millisecond); ; {
		for _, line := range s.log.lines() {
			if strings.Contains(line, text) {
				tick.Stop()
				return
			}
		}
		<-tick.C
	}
}

func TestAStopPublishesWhatWaits(t *testing.T) {
	t.Parallel()
	broker := newBroker()
	var published atomic.Int64
	broker.set(func(*eventsdriver.Message) fault { published.Add(1); return none })
	c := newTelling()
	stop := c.mustRun(t, t.TempDir(), broker)
	c.countOften(t, "p", 350)
	stop()
	if n := published.Load(); n != 350 {
		t.Errorf("%d of 350 events were published", n)
	}
}

func TestAStopDoesNotTryWhatTheBrokerDidNotTake(t *testing.T) {
	t.Parallel()
	broker, goOn := newBroker(), make(chan struct{})
	publishing := make(chan struct{}, 1000)
	var published atomic.Int64
	broker.set(func(*eventsdriver.Message) fault {
		published.Add(1)
		publishing <- struct{}{}
		<-goOn
		return lost
	})
	c := newTelling(outbox.LongTry(time.Nanosecond)) // everything could be tried again at once
	stop := c.mustRun(t, t.TempDir(), broker)
	c.countOften(t, "a", 1)
	<-publishing
	for p := range 200 {
		c.countOften(t, fmt.Sprint("b", p), 1)
	}
	go close(goOn)
	stop()
	if n := published.Load(); n > 100 {
		t.Errorf("%d attempts", n)
	}
}

func TestWhatTheBrokerHasIsNotPublishedAgainWhenOnlyItsRemovalFails(t *testing.T) {
	t.Parallel()
	broker := newBroker()
	c := newCounting(outbox.LongTry(time.Millisecond))
	var mu sync.Mutex
	published, failures := make(map[string]int), 0
	broker.set(func(m *eventsdriver.Message) fault {
		mu.Lock()
		defer mu.Unlock()
		published[m.ID]++
		return none
	})
	fail := func(string) error {
		mu.Lock()
		defer mu.Unlock()
		if len(published) > 0 && failures < 5 {
			failures++
			return errors.New("the disk is away")
		}
		return nil
	}
	c.store.do.Store(&fail)
	c.mustRun(t, t.TempDir(), broker)
	c.countOften(t, "p", 3)
	c.waitForLog(t, "can be removed again")
	mu.Lock()
	defer mu.Unlock()
	for id, n := range published {
		if n != 1 {
			t.Errorf("%s was published %d times", id, n)
		}
	}
	if len(published) != 3 || failures != 5 {
		t.Errorf("%d events, %d failures", len(published), failures)
	}
}
