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

// attempts is how often the provider is asked for an answer before the booking is given up.
const attempts = 6

// Service returns the service payments on a simulated provider.
func Service() *vade.Service {
	svc := declare()
	serve(svc, &simulated{settings: vade.Settings(svc, Settings{Latency: 150 * time.Millisecond})})
	return svc
}

// With returns the service payments on a provider.
func With(p Provider) *vade.Service {
	svc := declare()
	serve(svc, p)
	return svc
}

func declare() *vade.Service {
	svc := vade.NewService("payments", vade.Version("1.0.0"), vade.Summary("Money for seats"))
	outbox.Of(svc)
	return svc
}

func serve(svc *vade.Service, p Provider) {
	h := &handlers{
		provider: p,
		db:       store.Of(svc),
		payments: store.Collect[payment](svc, "payments"),
		captured: events.Publisher(svc, paymentsapi.Captured),
		failed:   events.Publisher(svc, paymentsapi.Failed),
		refunded: events.Publisher(svc, paymentsapi.Refunded),
	}
	events.Subscribe(svc, bookingsapi.PaymentDue, h.onDue, events.Parallel(32), events.Timeout(10*time.Second),
		events.MaxAttempts(attempts), events.Backoff(250*time.Millisecond, 30*time.Second))
	events.Subscribe(svc, bookingsapi.Cancelled, h.onCancelled)
}

type handlers struct {
	provider Provider
	db       *store.DB
	payments *store.Collection[payment]
	captured *events.Producer[paymentsapi.Payment]
	failed   *events.Producer[paymentsapi.Payment]
	refunded *events.Producer[paymentsapi.Payment]
}

// payment is what is known of the money of one booking:
//
//	asked ──captured──► captured ──cancelled──► refunded
//	  │ └───declined──► failed                     ▲
//	  └─cancelled, or no answer──► unwanted ──captured
//	                                  └─────declined──► failed
//
// A booking that was cancelled before its money was due begins, and stays, as refunded.
type payment struct {
	State    string `json:"state" enum:"asked,unwanted,captured,failed,refunded"`
	Amount   int64  `json:"amount_cents"`
	Currency string `json:"currency"`
}

const (
	asked    = "asked"    // the provider may have taken the money
	unwanted = "unwanted" // and should it have done so, it has to give it back
	captured = "captured"
	failed   = "failed"
	refunded = "refunded"
)

func key(booking string) store.Key { return store.Key{Partition: booking, ID: "payment"} }

// Due asks for the money of a booking.
type Due struct {
	Meta events.Meta
	Body bookingsapi.Due
}

// onDue captures the money. That it will be asked for is written down first: the provider may have taken it although its answer
// was lost, with the process perhaps. So whoever finds the note asks again with the same key, whatever has become of the booking
// meanwhile, and the provider gives the same answer again.
func (h *handlers) onDue(ctx context.Context, in Due) error {
	e := in.Body
	_, err := h.payments.Insert(ctx, key(e.Booking), payment{State: asked, Amount: e.Amount, Currency: e.Currency})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return err
	}
	item, err := h.payments.Get(ctx, key(e.Booking))
	if err != nil || item.Value.State != asked && item.Value.State != unwanted {
		return err // decided already, or the database cannot be read
	}
	declined, err := h.provider.Capture(ctx, e.Booking, e.Amount, e.Currency, e.Token)
	if err != nil {
		return errors.Join(err, h.giveUp(ctx, in))
	}
	return h.decide(ctx, e, func(p *payment) (tell *events.Producer[paymentsapi.Payment], reason string) {
		switch {
		case declined != "" && p.State == unwanted:
			p.State = failed
			return nil, "" // the booking has ended otherwise
		case declined != "":
			p.State = failed
			return h.failed, declined
		case p.State == unwanted:
			p.State = refunded
			return h.refunded, ""
		}
		p.State = captured
		return h.captured, ""
	})
}

// giveUp ends a booking whose provider has not answered any of the attempts. The event becomes a dead letter: when it is
// replayed, the provider is asked again, and what it has taken is given back.
func (h *handlers) giveUp(ctx context.Context, in Due) error {
	if in.Meta.Attempt < attempts {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second) // the time of the attempt may be over
	defer cancel()
	return h.decide(ctx, in.Body, func(p *payment) (*events.Producer[paymentsapi.Payment], string) {
		if p.State == unwanted {
			return nil, ""
		}
		p.State = unwanted
		return h.failed, "payment-unavailable"
	})
}

// decide moves a payment on that waits for the provider, and tells of it in the same transaction.
func (h *handlers) decide(ctx context.Context, e bookingsapi.Due, move func(*payment) (*events.Producer[paymentsapi.Payment], string)) error {
	return h.db.Do(ctx, e.Booking, func(ctx context.Context, tx *store.Tx) error {
		item, err := h.payments.With(tx).Get(ctx, key(e.Booking))
		p := item.Value
		if err != nil || p.State != asked && p.State != unwanted {
			return err // another delivery was faster
		}
		tell, reason := move(&p)
		if _, err := h.payments.With(tx).Replace(ctx, key(e.Booking), p, item.Version); err != nil || tell == nil {
			return err
		}
		return outbox.Publish(ctx, tx, tell, paymentsapi.Payment{Booking: e.Booking, Amount: e.Amount, Currency: e.Currency, Reason: reason})
	})
}

// onCancelled gives the money back if it was captured, and sees to it that it is given back, or not captured at all, later.
func (h *handlers) onCancelled(ctx context.Context, b bookingsapi.Booking) error {
	return h.db.Do(ctx, b.ID, func(ctx context.Context, tx *store.Tx) error {
		item, err := h.payments.With(tx).Get(ctx, key(b.ID))
		p := item.Value
		switch {
		case errors.Is(err, store.ErrNotFound):
			_, err := h.payments.With(tx).Insert(ctx, key(b.ID), payment{State: refunded, Currency: b.Currency})
			return err
		case err != nil:
			return err
		case p.State == asked:
			p.State = unwanted
			_, err := h.payments.With(tx).Replace(ctx, key(b.ID), p, item.Version)
			return err
		case p.State != captured:
			return nil
		}
		p.State = refunded
		if _, err := h.payments.With(tx).Replace(ctx, key(b.ID), p, item.Version); err != nil {
			return err
		}
		return outbox.Publish(ctx, tx, h.refunded, paymentsapi.Payment{Booking: b.ID, Amount: p.Amount, Currency: p.Currency})
	})
}
