// Package outbox publishes events in the same transaction as the documents that they tell about, and handles events once.
//
// # Usage
//
// A service declares the outbox once, before its subscriptions, and publishes inside of transactions:
//
//	outbox.Of(svc)
//	placed := events.Publisher(svc, bookingsapi.Placed)
//	…
//	err := db.Do(ctx, id, func(ctx context.Context, tx *store.Tx) error {
//		if _, err := bookings.With(tx).Insert(ctx, key, booking); err != nil {
//			return err
//		}
//		return outbox.Publish(ctx, tx, placed, booking)
//	})
//
// The other way round, a subscription that asks for events.Meta does its work once for every event:
//
//	func (h *handlers) onPlaced(ctx context.Context, in Placed) error {
//		return h.db.Do(ctx, in.Body.Flight, func(ctx context.Context, tx *store.Tx) error {
//			return outbox.Once(ctx, tx, in.Meta, func(ctx context.Context) error {
//				…
//			})
//		})
//	}
//
// # Guarantees
//
// An event is published if and only if its transaction was committed. That it is stored with the documents, in their partition
// and transaction, survives whatever the store survives; a relay in the service publishes what is committed, at once, or
// after a start what a crash has left.
//
// It is published at least once. Between the broker's confirmation and the removal from the outbox a crash may fall; then
// it is published again, under the same identity, which brokers drop as a duplicate within their window
// (events.ID) and [Once] always.
//
// Events of one topic and partition are published in the order in which their transactions were committed. Others have no
// order, and do not wait for each other: neither for a partition with a backlog nor for a topic that the broker does not take.
//
// An event that the broker does not take keeps back those behind it, and is tried again after growing delays of up to 30
// seconds, for ever while the broker takes nothing else. When the broker has taken others before each of 30 attempts, or says
// that the event is too large, the trouble is the event's: it is parked, which lets those behind it go on. What is parked stays
// in the outbox with the cause, and is tried again at every start and every hour, out of its order.
//
// When several processes share a database, each has a relay. None of them publishes an event before those ahead of it, but
// they may publish the same event twice, with an older one again after a newer one; brokers that drop duplicates undo that.
//
// A service that stops publishes what waits, within its time; what is left, another process publishes, or the next start.
//
// # What it needs of a store
//
// Transactions of one partition must be serialisable, which package store/driver demands: the place of an event in its partition
// is found by reading the last one in the same transaction. And the engine must list an index over all partitions. It need
// not commit in any order across partitions, nor make commits visible in order: the relay always lists from the
// start and removes what it has published, so it has no mark that a late commit could fall behind.
//
// # Errors
//
// An error of [Publish] or [Once] means that the transaction must not be committed: return it from its function. Trouble with
// the broker is nobody's error but logged by the relay: once when it begins and once when what has waited is published. An event
// that is parked is logged as an error, with its topic and identity, and what stays parked as a warning.
//
// # Telemetry
//
// Publishing an event by the relay is a span "relay outbox" in the trace of the transaction, measured as
// vade.outbox.relay.duration. Consumers continue the trace of the transaction.
package outbox
