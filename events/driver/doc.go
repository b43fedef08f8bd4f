// Package driver is what a broker must be able to do to carry events: the contract between package events and the products
// behind it. Users of events never see it.
//
// # Usage
//
// Whoever adds a broker implements [Driver], [Broker], [Consumer] and [Delivery], and [Log] if the product can read what
// was settled, and proves them with package drivertest. The package is called after product and capability: natsevents,
// kafkaevents.
//
// # Guarantees
//
// A driver delivers at least once. Retries of handlers, back-off, dead letters, ordered lanes, the envelope and its
// validation belong to package events, once for all brokers. What products are good at beyond that is declared in
// [Capabilities], and a program that needs what is missing does not start.
//
// # Errors
//
// Errors name the package of the driver and what was tried: "natsevents: publish payments.captured: …". Only [ErrClosed],
// [ErrGone] and [*TooLargeError] have a meaning that package events acts upon.
package driver
