// Package vade declares services and systems: the root of a Vade program.
//
// A [Service] is one bounded context. Its operations, topics, subscriptions and collections are declared on it with the
// packages api, events and store; several services make a [System]; package program turns a system into a command line that
// runs all of it in one process or each part by itself.
//
//	func Service() *vade.Service {
//		svc := vade.NewService("bookings", vade.Version("1.2.0"))
//		h := &handlers{
//			bookings: store.Collect[Booking](svc, "bookings"),
//			flights:  flightsapi.Connect(svc),
//		}
//		g := api.Group(svc, "/bookings", auth.Require(auth.OAuth2("airline")))
//		api.Post(g, "", h.book, auth.Scopes("bookings:write"), api.Fails(ErrSoldOut))
//		events.Subscribe(svc, paymentsapi.Captured, h.onCaptured)
//		return svc
//	}
//
//	func main() {
//		program.Main(vade.NewSystem("airline", Service()), embedded.Drivers())
//	}
//
// # The map
//
//	manifest   the declared system as plain data, from which everything outside the process is derived
//	problem    failures as RFC 9457 problem documents
//	schema     Go types as JSON Schema, with a compiled decoder and validator
//	lifecycle  start, ready, drain, stop; health
//	config     settings from flags, environment and file
//	auth       who calls, and what they were granted
//	telemetry  logs, spans and metrics
//	operation  the running plan of everything that is handled, and request dependencies
//	call       the calling side of contracts
//	api        typed operations over HTTP
//	events     typed topics over brokers
//	store      typed collections over databases
//	outbox     events that commit with a store's changes
//	gateway    the door of a system, derived from the manifest
//	program    the command line around a system
//	embedded   the drivers of a laptop
//	apitest    services inside a test
//
// # Declaring and opening
//
// Declaring does no I/O and never fails at once. [System.Manifest] describes what was declared and returns every mistake,
// joined, each with the file and line of its declaration. [System.Open] opens services on their engines and returns an
// [Instance], which starts and stops as one component. Services of one instance call each other as functions, and others
// over HTTP, through the same contracts and with the same policies.
//
// # Concurrency
//
// Services and systems are declared by one goroutine. Once described they do not change; instances are safe for concurrent
// use.
package vade
