package paymentsapi

import "github.com/vade-go/vade/events"

// The events of the service, keyed by booking.
var (
	Captured = events.Define("payments.captured", events.Key(func(e Payment) string { return e.Booking }),
		events.Summary[Payment]("The provider took the money."))
	Failed = events.Define("payments.failed", events.Key(func(e Payment) string { return e.Booking }),
		events.Summary[Payment]("The provider declined, or did not answer."))
	Refunded = events.Define("payments.refunded", events.Key(func(e Payment) string { return e.Booking }),
		events.Summary[Payment]("The provider gave the money back."))
)

// Payment is the money for one booking.
type Payment struct {
	Booking  string `json:"booking"`
	Amount   int64  `json:"amount_cents"`
	Currency string `json:"currency"`
	Reason   string `json:"reason" doc:"Why it was declined; empty otherwise."`
}
