// Package events carries what happened from the service where it happened to those who care, at least once, over any broker.
//
// # Usage
//
// A topic is a contract value, in a package that publisher and consumers share:
//
//	var Captured = events.Define("payments.captured",
//		events.Key(func(p Payment) string { return p.Booking }),
//		events.Summary[Payment]("The provider took the money."))
//
// The publisher declares it on its service and publishes:
//
//	captured := events.Publisher(svc, paymentsapi.Captured)
//	…
//	err := captured.Publish(ctx, Payment{…})
//
// A consumer declares a handler, whose result says what becomes of the event:
//
//	events.Subscribe(svc, paymentsapi.Captured, h.onCaptured, events.Parallel(32))
//
//	func (h *handlers) onCaptured(ctx context.Context, p paymentsapi.Payment) error
//
// A handler that needs more than the data takes a struct, whose fields beside Body resolve themselves:
//
//	type onCaptured struct {
//		Meta events.Meta
//		Body paymentsapi.Payment
//	}
//
// Which broker carries the events is the program's choice, by the URL in VADE_EVENTS.
//
// # Guarantees
//
// Publish returns nil when the broker has the event on disk. Every consumer group is then given it at least once,
// whatever process dies: an event is done when a handler said so, and until then it comes again. Handlers therefore see some
// events twice, and use [Meta] to tell, or package outbox.
//
// A handler returns nil, [Retry], [Reject], or any other error, which means another attempt after the back-off: 1s, doubled up
// to 1m, half of it random. After [MaxAttempts], and at once when the data is malformed, the event becomes a dead letter in a
// topic of its own, see [DeadTopic]; only when the broker has the letter durably the event is done. [Hub.DeadLetters] lists
// and [Hub.Replay] replays them, to the group that failed and no other.
//
// While a handler runs, or an event waits for its turn in this process, the broker is told at a third of [AckWait] that the work
// goes on, up to [Timeout]. A consumer fetches no more than it works on and a few to come. It joins again by itself when
// the connection was lost, and when there is a backlog but nothing arrives.
//
// When a service stops, it fetches nothing more, gives back what no handler has begun, and lets the running handlers finish
// within nine tenths of the grace period. Then their contexts end, and what they did not finish is given back, too.
//
// # Order
//
// A consumer with [Parallel](n) has n lanes. The events of one [Key] share a lane: they are handled one after another, in the order in
// which they were published. Events without a key go to whichever lane is free.
//
// That order has limits. An event that is tried again doesn't hold its lane: while it waits, later events of its key are
// handled, so it may come after them; and a handler that was left behind, see [Timeout], goes on beside them. Who cannot bear
// that compares [Meta].Time or a version in the data, and ignores what is older than what is known. And unless the broker declares keyed order, which NATS doesn't, the order ends at the
// process: two processes of one group may handle two events of one key at the same time.
//
// # Format
//
// Events are CloudEvents 1.0 in binary mode: the headers ce-specversion, ce-id, ce-source ("/payments"), ce-type (the topic),
// ce-time, ce-partitionkey and content-type, the trace context as traceparent and tracestate, and the JSON of the data as it is.
// Other systems can publish and consume them. Consumers pass over members of the data that their type does not have, so a
// publisher may add some at any time.
//
// # Errors
//
// Mistakes of declarations come back when the system is described and name file and line. Errors of brokers wrap what the driver said.
// An event that is larger than the broker takes is a [*TooLargeError] when it is published or encoded; 4 KiB below the broker's
// own limit are left for what is added to a dead letter, which therefore always fits.
//
// # Observability
//
// Publishing is a span "publish TOPIC" with the metric messaging.client.operation.duration, handling is a span
// "process TOPIC", a child of the publisher's, with the metric messaging.process.duration, whose status is ack, retry or reject.
//
// # Concurrency
//
// Topics, producers and hubs are safe for concurrent use. Handlers are called by as many goroutines as [Parallel] says.
package events
