// Package payments is the service that takes the money. It asks a payment provider, here a simulated one, and never asks twice
// with a different outcome: the booking's id is the idempotency key on both sides. Money that was taken for a booking that has
// ended meanwhile is given back, also when the provider's answer was lost on the way.
package payments
