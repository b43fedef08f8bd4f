package outbox

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/store"
)

var errNone = errors.New("the service has no outbox; declare it with outbox.Of(svc)")

// entry is an event that waits to be published.
type entry struct {
	Order   string          `json:"order"` // its id, too: the time in nanoseconds, 16 hexadecimal digits
	Message *events.Message `json:"message"`
}

const byOrder = "order"

// Publish publishes an event when, and only when, tx is committed. The value is checked against the constraints of its type
// at once; the event carries the trace of ctx and the time of the call, unless an option says otherwise.
//
// The events of one partition are published in the order in which their transactions were committed, those of a
// transaction in the order of the calls. An error is of the value or the database and means that the transaction should not
// be committed.
func Publish[T any](ctx context.Context, tx *store.Tx, p *events.Producer[T], value T, opts ...events.PublishOption) error {
	o, err := of(tx)
	if err != nil {
		return fmt.Errorf("outbox: publish %s: %w", p.Topic().Name(), err)
	}
	m, err := p.Encode(ctx, value, opts...)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	if err := o.add(ctx, tx, m); err != nil {
		return fmt.Errorf("outbox: publish %s: %w", p.Topic().Name(), err)
	}
	return nil
}

// add stores a message behind all others that wait in the partition. Its place is the time, for fairness between
// partitions, but always after the last one in its own: clocks of several processes differ, and may be set back.
func (o *Outbox) add(ctx context.Context, tx *store.Tx, m *events.Message) error {
	pending := o.pending.With(tx)
	last, err := pending.List(ctx, store.Query{Partition: tx.Partition(), Descending: true, Limit: 1})
	if err != nil {
		return err
	}
	order := uint64(time.Now().UnixNano())
	if len(last.Items) > 0 {
		before, err := strconv.ParseUint(last.Items[0].Key.ID, 16, 64)
		if err != nil {
			return err
		}
		order = max(order, before+1)
	}
	e := entry{Order: hex(order), Message: m}
	if _, err := pending.Insert(ctx, store.Key{Partition: tx.Partition(), ID: e.Order}, e); err != nil {
		return err
	}
	tx.OnCommit(o.signal)
	return nil
}

// hex writes n so that texts sort as numbers do.
func hex(n uint64) string { return fmt.Sprintf("%016x", n) }
