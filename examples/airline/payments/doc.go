// Package payments is the service that takes the money. It asks a payment provider, here a simulated one, and never asks twice
// with a different outcome: the booking's id is the idempotency key on both sides.
package payments
