package apitest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/embedded"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/operation"
)

// loan is what a call has taken, and in what state it gave it back.
type loan struct{ given chan error }

// Resolve takes a loan.
func (l *loan) Resolve(context.Context, *operation.Call) error { return errors.New("no bank in tests") }

type borrow struct {
	Loan loan
	Body Order
}

func TestCleanUpKnowsHowTheCallEndedWhateverItsDoor(t *testing.T) {
	t.Parallel()
	fails := func(in borrow) error {
		if in.Body.Items[0] == "gold" {
			return errSoldOut
		}
		return nil
	}
	bank, till := vade.NewService("bank"), vade.NewService("till")
	api.Post(bank, "/borrow", func(_ context.Context, in borrow) (api.None, error) { return api.None{}, fails(in) },
		auth.Public(), api.Fails(errSoldOut))
	events.Subscribe(bank, ordered, func(_ context.Context, in borrow) error { return fails(in) }, events.MaxAttempts(1))
	publisher := events.Publisher(till, ordered)
	given := make(chan error, 1)
	tt := apitest.New(t, bank, apitest.Beside(till), apitest.Drivers(embedded.Drivers()...),
		apitest.Override(func(_ context.Context, c *operation.Call) (loan, error) {
			c.Defer(func(err error) { given <- err })
			return loan{given}, nil
		}))
	for item, want := range map[string]error{"tea": nil, "gold": errSoldOut} {
		in := borrow{Body: Order{Items: []string{item}}}
		for door, enter := range map[string]func() error{
			"http":   func() error { tt.Do("POST", "/borrow", in.Body); return nil },
			"local":  func() error { _, err := apitest.Invoke[api.None](tt, "POST /borrow", in); return err },
			"events": func() error { return publisher.Publish(t.Context(), in.Body) },
		} {
			if err := enter(); err != nil && !errors.Is(err, want) {
				t.Errorf("%s: %s: %v", door, item, err)
			}
			if err := <-given; !errors.Is(err, want) {
				t.Errorf("%s: %s: the clean-up was told %v", door, item, err)
			}
		}
	}
}
func TestNobodyWaitsForTheCleanUp(t *testing.T) {
	t.Parallel()
	svc := vade.NewService("bank")
	api.Get(svc, "/borrow", func(context.Context, struct{ Loan loan }) (string, error) { return "gold", nil }, auth.Public())
	answered := make(chan struct{})
	tt := apitest.New(t, svc, apitest.Override(func(_ context.Context, c *operation.Call) (loan, error) {
		c.Defer(func(error) { <-answered })
		return loan{}, nil
	}))
	tt.Do("GET", "/borrow", nil).Want(200)
	close(answered)
}
