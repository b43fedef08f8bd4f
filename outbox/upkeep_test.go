package outbox_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/store"
)

// handleOften leaves n receipts, the first of which is of the number given.
func (c *counting) handleOften(t *testing.T, first, n int) (ran int) {
	t.Helper()
	err := c.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		for i := range n {
			meta := events.Meta{Group: "g", Source: "/s", ID: strconv.Itoa(first + i)}
			if err := outbox.Once(ctx, tx, meta, func(context.Context) error { ran++; return nil }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ran
}

func TestASweepThatHangsHoldsUpNeitherTheRelayNorTheStop(t *testing.T) {
	t.Parallel()
	c, hangs := newCounting(), make(chan struct{})
	hang := func(ctx context.Context, collection string) error {
		if collection != "_inbox" {
			return nil
		}
		close(hangs)
		<-ctx.Done()
		return ctx.Err()
	}
	c.store.list.Store(&hang)
	stop := c.mustRun(t, t.TempDir(), newBroker())
	<-hangs
	if err := c.count(t.Context(), "p", nil); err != nil {
		t.Fatal(err)
	}
	c.next(t)
	stop()
}

func TestASweepRemovesAThousandReceiptsAtMost(t *testing.T) {
	t.Parallel()
	c := newTelling(outbox.KeepReceipts(time.Nanosecond))
	wait := func(ctx context.Context, collection string) error {
		if _, mine := ctx.Value(mineKey{}).(bool); collection == "_inbox" && !mine {
			return errors.New("not now")
		}
		return nil
	}
	c.store.list.Store(&wait) // the service's own sweeps leave everything to the test's
	c.mustRun(t, t.TempDir(), newBroker())
	c.handleOften(t, 0, 1010)
	mine := context.WithValue(t.Context(), mineKey{}, true)
	for _, want := range []bool{true, false} {
		if more, err := outbox.Of(c.service).Sweep(mine); more != want || err != nil {
			t.Errorf("more: %v, want %v, %v", more, want, err)
		}
	}
	if ran := c.handleOften(t, 0, 1010); ran != 1010 {
		t.Errorf("%d of 1010 receipts were removed", ran)
	}
}

type mineKey struct{}

func TestSweepsGoOnAfterErrorsThatAreLoggedOnce(t *testing.T) {
	t.Parallel()
	c := newTelling(outbox.KeepReceipts(time.Nanosecond), outbox.SweepEvery(time.Millisecond))
	var failures atomic.Int64
	fail := func(_ context.Context, collection string) error {
		if collection == "_inbox" && failures.Add(1) <= 3 {
			return errors.New("the disk is away")
		}
		return nil
	}
	c.store.list.Store(&fail)
	c.mustRun(t, t.TempDir(), newBroker())
	c.waitForLog(t, "old receipts are removed again")
	if lines := c.log.lines(); len(lines) != 2 || !strings.Contains(lines[0], "the disk is away") {
		t.Errorf("got %v", lines)
	}
	c.handleOften(t, 0, 1)
	for c.handleOften(t, 0, 1) == 0 { // until it is forgotten
	}
}
