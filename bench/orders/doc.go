// Package orders holds one endpoint, POST /orders, written once for every framework that Vade is compared with.
//
// # The endpoint
//
// It takes an order of some lines and answers 201 with a receipt. All implementations share the Go types, whose tags say the
// rules in the words of each framework, and the function that prices an order; what differs is what decodes, validates and encodes.
// The rules are those of [Order]: a UUID, an enum, one to fifty items with a pattern and two ranges, a note of at most 200
// characters, no members of other names. [Agree] sends good and bad bodies to a running implementation and reports what it decides
// differently; nothing that disagrees is measured.
//
// # What is left to each
//
// How a refusal looks, whether it names the first mistake or all, and what an absent note or price counts as.
package orders
