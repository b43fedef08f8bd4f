// Package store keeps the documents of a service: typed collections in a database that is the service's own.
//
// # Usage
//
// Collections are declared on the service, beside its operations, and used like any value:
//
//	type handlers struct {
//		db       *store.DB
//		bookings *store.Collection[Booking]
//	}
//
//	h := &handlers{
//		db:       store.Of(svc),
//		bookings: store.Collect(svc, "bookings", store.Index("customer", func(b Booking) string { return b.Customer })),
//	}
//
//	item, err := h.bookings.Get(ctx, store.Key{Partition: id, ID: id})
//	_, err = h.bookings.Replace(ctx, item.Key, changed, item.Version)
//	page, err := h.bookings.List(ctx, store.Query{Index: "customer", Value: "alice", Limit: 20, Cursor: cursor})
//
// Several writes that must happen together share a transaction:
//
//	err := h.db.Do(ctx, flight, func(ctx context.Context, tx *store.Tx) error {
//		seats, err := h.seats.With(tx).Get(ctx, store.Key{Partition: flight, ID: "seats"})
//		…
//		_, err = h.holds.With(tx).Insert(ctx, store.Key{Partition: flight, ID: booking}, hold)
//		return err
//	})
//
// Which engine keeps the documents is chosen when the program starts, by the URL in VADE_STORE; package
// store/sqlitestore is the one for a single machine.
//
// # The model
//
// A document is found under a [Key] in its collection: a partition and an id. One partition is one unit of atomicity and
// order. A transaction covers the documents of one partition, in any collections of the service, and nothing else, on
// every engine, so that what works on SQLite works on engines that spread partitions over many machines. Choose
// partitions as small as what must change together: a partition for each booking lets bookings never wait for each other.
//
// # Guarantees
//
// A write that returned without an error is durable, if the engine is. Who has seen it succeed reads it. A list is of one
// moment and never shows half a transaction.
//
// Every document has a [Version]. [Collection.Replace] and [Collection.Delete] name the one they expect, so that nobody
// overwrites what they have not seen; [Collection.Put] and [Any] are for when that does not matter.
//
// Index entries change together with their document.
//
// # Concurrency
//
// DB and Collection are safe for concurrent use; a [Tx], and a collection that belongs to one, are not. Programs that declare
// different indexes for a collection must not write to it at the same time: the entries of the one would be unknown to
// the other until the indexes are filled again.
//
// # Errors
//
// Errors wrap the sentinels of this package, whatever the engine: errors.Is(err, store.ErrNotFound). None quotes a
// document. Mistakes in declarations are reported when the service is started, all at once, each with file and line.
//
// # Telemetry
//
// Every call is a client span and a measurement in db.client.operation.duration, with the attributes db.system.name,
// db.collection.name and db.operation.name of the OpenTelemetry semantic conventions; a transaction is an operation called
// transaction around its calls. What the rules refuse (a document that is not there, a conflict) is a status, not a fault.
//
// # Testing
//
// Tests run on the real engine: with the URL "sqlite::memory:" every service that is opened has a database of its own, gone
// when it is closed.
//
// # Results of idempotent operations
//
// The database of a service that has operations declared with api.Idempotent keeps their claims and results, too, and removes what is
// over: at the start and every ten minutes, in batches that leave half of the time to others. They survive what documents survive.
package store
