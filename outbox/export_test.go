package outbox

import (
	"context"
	"time"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/store"
)

// InsertAt stores a message at a place of the test's choice.
func (o *Outbox) InsertAt(ctx context.Context, tx *store.Tx, order uint64, m *events.Message) error {
	e := entry{Order: hex(order), Partition: tx.Partition(), Message: m}
	_, err := o.pending.With(tx).Insert(ctx, store.Key{Partition: tx.Partition(), ID: e.Order}, e)
	return err
}

// LongTry makes the relay impatient.
func LongTry(d time.Duration) Option { return func(o *Outbox) { o.longTry = d } }

// SweepEvery makes the upkeep busy.
func SweepEvery(d time.Duration) Option { return func(o *Outbox) { o.sweepEvery = d } }

// Sweep removes old receipts now.
func (o *Outbox) Sweep(ctx context.Context) (more bool, err error) { return o.sweep(ctx) }
