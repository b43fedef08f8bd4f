package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/vade-go/vade/store"
)

const (
	sweepMost  = 10               // batches of receipts in one run
	sweepPause = time.Second      // between runs while there is more
	sweepRetry = 10 * time.Second // after an error; doubled each time, up to Outbox.sweepEvery
)

// upkeep removes old receipts and gives what is parked another chance, at the start and from time to time, beside the relay.
func (o *Outbox) upkeep(ctx context.Context) {
	var failing spell
	for pause, retry := time.Duration(0), sweepRetry; sleep(ctx, pause); {
		more, err := o.sweep(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if failing.begin() {
				o.log.WarnContext(ctx, "outbox: old receipts stay for now", "error", err)
			}
			pause, retry = min(retry, o.sweepEvery), min(2*retry, o.sweepEvery)
			continue
		case more:
			pause = sweepPause
			continue
		}
		if after, ended := failing.end(); ended {
			o.log.InfoContext(ctx, "outbox: old receipts are removed again", "after", after)
		}
		pause, retry = o.sweepEvery, sweepRetry
		o.retryParked(ctx)
	}
}

// sweep removes receipts that are older than they are kept, and reports whether there are more.
func (o *Outbox) sweep(ctx context.Context) (more bool, err error) {
	q := store.Query{Index: byTime, To: hex(uint64(time.Now().Add(-o.keep).UnixNano())), Limit: batch}
	for range sweepMost {
		page, err := o.receipts.List(ctx, q)
		if err != nil {
			return false, err
		}
		for partition, old := range byPartition(page.Items) {
			if err := remove(ctx, o.db, o.receipts, partition, old); err != nil {
				return false, err
			}
		}
		if page.Next == "" {
			return false, nil
		}
	}
	return true, nil
}

// retryParked tries once more to publish what is parked, the longest ago first. What fails again goes to the end.
func (o *Outbox) retryParked(ctx context.Context) {
	page, err := o.pending.List(ctx, store.Query{Index: byParked, Limit: batch})
	if err != nil {
		o.log.WarnContext(ctx, "outbox: cannot read what is parked", "error", err)
		return
	}
	left := 0
	for _, item := range page.Items {
		m := item.Value.Message
		err := o.publishOne(ctx, m)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			o.log.InfoContext(ctx, "outbox: a parked event is published", "topic", m.Topic, "id", m.ID)
			err = o.removed(ctx, item.Key.Partition, []store.Item[entry]{item})
		} else if err = o.park(ctx, item, err); err == nil {
			left++
		}
		if err != nil && !errors.Is(err, errElsewhere) {
			o.log.WarnContext(ctx, "outbox: a parked event cannot be updated", "topic", m.Topic, "id", m.ID, "error", err)
		}
	}
	if left > 0 {
		o.log.WarnContext(ctx, "outbox: the broker still does not take parked events", "events", left)
	}
}

// sleep waits, and reports false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
