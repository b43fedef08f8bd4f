package outbox

import (
	"context"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/store"
)

// InsertAt stores a message at a place of the test's choice.
func (o *Outbox) InsertAt(ctx context.Context, tx *store.Tx, order uint64, m *events.Message) error {
	e := entry{Order: hex(order), Message: m}
	_, err := o.pending.With(tx).Insert(ctx, store.Key{Partition: tx.Partition(), ID: e.Order}, e)
	return err
}
