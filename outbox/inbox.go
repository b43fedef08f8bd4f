package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/store"
)

// receipt says that a group has handled an event. Its id is a hash of group, source and id of the event.
type receipt struct {
	Handled string `json:"handled"` // when: like entry.Order
}

const byTime = "handled"

var errNoIdentity = errors.New("the event has no group, source or id: use the Meta that the handler was given")

// Once calls fn unless the group has handled the event before, and remembers in the same transaction that it has. So whatever
// fn writes in tx, and publishes with [Publish], happens once for every event, however often it is delivered.
//
// Meta is the handler's own. The memory is the partition's: an event must lead to the same partition each time, which it
// does when that is computed from the event. After [KeepReceipts] an event is forgotten.
//
// When fn fails nothing is remembered, and Once returns its error unchanged.
func Once(ctx context.Context, tx *store.Tx, meta events.Meta, fn func(ctx context.Context) error) error {
	o, err := of(tx)
	if err != nil {
		return fmt.Errorf("outbox: once: %w", err)
	}
	if meta.Group == "" || meta.Source == "" || meta.ID == "" {
		return fmt.Errorf("outbox: once: %w", errNoIdentity)
	}
	receipts, id := o.receipts.With(tx), store.Key{Partition: tx.Partition(), ID: identity(meta)}
	switch _, err := receipts.Get(ctx, id); {
	case err == nil:
		return nil
	case !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("outbox: once: %w", err)
	}
	if err := fn(ctx); err != nil {
		return err
	}
	if _, err := receipts.Insert(ctx, id, receipt{Handled: hex(uint64(time.Now().UnixNano()))}); err != nil {
		return fmt.Errorf("outbox: once: %w", err)
	}
	return nil
}

// identity is a text of fixed length for a triple of any length.
func identity(meta events.Meta) string {
	h := sha256.New()
	for _, part := range []string{meta.Group, meta.Source, meta.ID} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// byPartition groups items and keeps their order within each partition.
func byPartition[T any](items []store.Item[T]) map[string][]store.Item[T] {
	groups := make(map[string][]store.Item[T])
	for _, item := range items {
		groups[item.Key.Partition] = append(groups[item.Key.Partition], item)
	}
	return groups
}

// remove deletes documents of one partition, those that are still there.
func remove[T any](ctx context.Context, db *store.DB, c *store.Collection[T], partition string, items []store.Item[T]) error {
	return db.Do(ctx, partition, func(ctx context.Context, tx *store.Tx) error {
		for _, item := range items {
			if err := c.With(tx).Delete(ctx, item.Key, store.Any); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return nil
	})
}
