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

// entry is an event that waits to be published, in a line, or parked.
type entry struct {
	Order     string          `json:"order,omitempty"`     // its id, too: the time in nanoseconds, 16 hexadecimal digits
	Partition string          `json:"partition,omitempty"` // its key's
	Parked    string          `json:"parked,omitempty"`    // when it was taken out of the line, like Order; replaces the two above
	Cause     string          `json:"cause,omitempty"`     // why
	Message   *events.Message `json:"message"`
}

// lane is the line in which events keep their order: those of one topic and partition.
type lane struct{ topic, partition string }

// The index of what waits sorts by topic, partition and order. So a lane is read from its head on, and a lane or a topic that
// waits is stepped over, however much is in it. Names have no control characters.
const (
	byLane   = "lane"
	byParked = "parked"
	within   = "\n" // goes on inside of a topic or a lane
	behind   = "\v" // the first text behind it
)

func (e entry) lane() lane { return lane{e.Message.Topic, e.Partition} }

// end is the first text behind the lane.
func (l lane) end() string { return l.topic + within + l.partition + behind }

// place is the entry's in the index; what is parked has none.
func (e entry) place() string {
	if e.Parked != "" {
		return ""
	}
	return e.Message.Topic + within + e.Partition + within + e.Order
}

// Publish publishes an event when, and only when, tx is committed. The value is checked against the constraints of its type
// at once; the event carries the trace of ctx and the time of the call, unless an option says otherwise.
//
// The events of one topic and partition are published in the order in which their transactions were committed, those of a
// transaction in the order of the calls. An error is of the value, of an attribute of the event (events.ErrAttribute) or of the
// database, and means that the transaction should not be committed.
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

// add stores a message behind all others that wait in the partition. Its place is the time, but always after the last one:
// clocks of several processes differ, and may be set back.
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
	e := entry{Order: hex(order), Partition: tx.Partition(), Message: m}
	if _, err := pending.Insert(ctx, store.Key{Partition: tx.Partition(), ID: e.Order}, e); err != nil {
		return err
	}
	tx.OnCommit(o.signal)
	return nil
}

// hex writes n so that texts sort as numbers do.
func hex(n uint64) string { return fmt.Sprintf("%016x", n) }
