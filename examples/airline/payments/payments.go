package payments

import (
	"context"
	"errors"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/payments/paymentsapi"
	"github.com/vade-go/vade/outbox"
	"github.com/vade-go/vade/store"
)

// Service returns the service payments.
func Service() *vade.Service {
	svc := vade.NewService("payments", vade.Version("1.0.0"), vade.Summary("Money for seats"))
	outbox.Of(svc)
	h := &handlers{
		provider: &provider{settings: vade.Settings(svc, Settings{Latency: 150 * time.Millisecond})},
		db:       store.Of(svc),
		payments: store.Collect[payment](svc, "payments"),
		captured: events.Publisher(svc, paymentsapi.Captured),
		failed:   events.Publisher(svc, paymentsapi.Failed),
		refunded: events.Publisher(svc, paymentsapi.Refunded),
	}
	events.Subscribe(svc, bookingsapi.PaymentDue, h.onDue, events.Parallel(32))
	events.Subscribe(svc, bookingsapi.Cancelled, h.onCancelled)
	return svc
}

type handlers struct {
	provider *provider
	db       *store.DB
	payments *store.Collection[payment]
	captured *events.Producer[paymentsapi.Payment]
	failed   *events.Producer[paymentsapi.Payment]
	refunded *events.Producer[paymentsapi.Payment]
}

// payment is what happened to the money of one booking. A booking that was cancelled before its money was due is remembered
// as refunded, so that nothing is captured any more.
type payment struct {
	State    string `json:"state" enum:"captured,failed,refunded"`
	Amount   int64  `json:"amount_cents"`
	Currency string `json:"currency"`
}

const (
	captured = "captured"
	failed   = "failed"
	refunded = "refunded"
)

func key(booking string) store.Key { return store.Key{Partition: booking, ID: "payment"} }

// onDue captures the money. The provider is asked outside the transaction: it may be slow, and when the process dies after
// its answer it gives the same answer again.
func (h *handlers) onDue(ctx context.Context, e bookingsapi.Due) error {
	if _, err := h.payments.Get(ctx, key(e.Booking)); !errors.Is(err, store.ErrNotFound) {
		return err // decided already, or the database cannot be read
	}
	declined, err := h.provider.capture(ctx, e.Booking, e.Amount, e.Currency, e.Token)
	if err != nil {
		return err
	}
	told := paymentsapi.Payment{Booking: e.Booking, Amount: e.Amount, Currency: e.Currency, Reason: declined}
	outcome, tell := payment{State: captured, Amount: e.Amount, Currency: e.Currency}, h.captured
	if declined != "" {
		outcome.State, tell = failed, h.failed
	}
	return h.db.Do(ctx, e.Booking, func(ctx context.Context, tx *store.Tx) error {
		_, err := h.payments.With(tx).Insert(ctx, key(e.Booking), outcome)
		if errors.Is(err, store.ErrExists) && declined == "" {
			return h.giveBack(ctx, tx, e) // perhaps cancelled while the provider was asked
		}
		if errors.Is(err, store.ErrExists) {
			return nil
		}
		if err != nil {
			return err
		}
		return outbox.Publish(ctx, tx, tell, told)
	})
}

// giveBack is for money that was captured although the booking had ended meanwhile.
func (h *handlers) giveBack(ctx context.Context, tx *store.Tx, e bookingsapi.Due) error {
	item, err := h.payments.With(tx).Get(ctx, key(e.Booking))
	if err != nil || item.Value.State != refunded || item.Value.Amount != 0 {
		return err
	}
	if _, err := h.payments.With(tx).Replace(ctx, key(e.Booking), payment{State: refunded, Amount: e.Amount, Currency: e.Currency}, item.Version); err != nil {
		return err
	}
	return outbox.Publish(ctx, tx, h.refunded, paymentsapi.Payment{Booking: e.Booking, Amount: e.Amount, Currency: e.Currency})
}

// onCancelled gives the money back if it was captured, and makes sure that it is not captured later.
func (h *handlers) onCancelled(ctx context.Context, b bookingsapi.Booking) error {
	return h.db.Do(ctx, b.ID, func(ctx context.Context, tx *store.Tx) error {
		item, err := h.payments.With(tx).Get(ctx, key(b.ID))
		switch {
		case errors.Is(err, store.ErrNotFound):
			_, err := h.payments.With(tx).Insert(ctx, key(b.ID), payment{State: refunded, Currency: b.Currency})
			return err
		case err != nil || item.Value.State != captured:
			return err
		}
		paid := item.Value
		paid.State = refunded
		if _, err := h.payments.With(tx).Replace(ctx, key(b.ID), paid, item.Version); err != nil {
			return err
		}
		return outbox.Publish(ctx, tx, h.refunded, paymentsapi.Payment{Booking: b.ID, Amount: paid.Amount, Currency: paid.Currency})
	})
}
