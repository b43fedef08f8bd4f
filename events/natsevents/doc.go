// Package natsevents carries events over NATS JetStream: a server inside the process, or one of its own.
//
// # Usage
//
// A program lists the driver; the URL of the engine chooses what it does:
//
//	program.Main(system, []operation.Driver{natsevents.Driver()})
//
//	embedded:                                 a server in this process
//	nats://user:password@host:4222            a server
//	nats://a:4222,b:4222,c:4222?replicas=3    a cluster, every stream on three of its servers
//	tls://host:4222?creds=/run/nats.creds     over TLS, with a file of credentials
//
// # The embedded server
//
// It listens nowhere, handles no signals, and keeps its files in the folder nats below the data folder. The folder belongs
// to one process: a second one is refused with [ErrLocked]. Everything is written through to the disk before Publish
// returns. It stores up to 16 GiB, and refuses what comes beyond; a message has up to 1 MiB.
//
// When the disk is full, publishing fails when its context ends, and nothing that was stored is lost. The server, which would never
// write to the stream again, is started anew every second that it cannot write, until there is room; connections and
// consumers come back by themselves.
//
// # What is on the server
//
// Names carry the system, so that systems share a server without meeting:
//
//	stream    vade_airline_payments_captured   one for each topic; dots become underscores, which no name has
//	subject   vade.airline.payments.captured
//	consumer  bookings                         durable, one for each group
//
// Streams are kept in files, by age; events are dropped when they are too old, never because they are many. The server drops
// what is published again under the same Nats-Msg-Id within ten minutes. Consumers acknowledge explicitly, deliver without
// limit (package events counts the attempts), and have up to 2000 events unsettled over all members, those in back-off
// included: a group whose every event fails waits instead of failing them all.
//
// Declaring creates and updates, and removes nothing. The user of the connection needs the JetStream API for these streams.
//
// # Guarantees
//
// Package drivertest proves delivery at least once, delayed redelivery, the dropping of duplicates and reading of what was
// settled, against the embedded server and against a server process that is killed and started again. Keyed order is not
// among the capabilities: the server gives the next event to whichever member asks.
//
// A server outside survives the loss of its machine's power only as well as its configuration says: set sync_interval
// to always, as the embedded one does, or replicate the streams.
//
// Connections are restored for ever, with jitter. A consumer asks for as many events as its window has room for, and for the
// rest again when the connection comes back, when the server falls silent for longer than its heartbeats, and when
// it says that the request has ended.
//
// # Concurrency
//
// The driver is a plain value. What it opens is safe for concurrent use, as package driver says.
package natsevents
