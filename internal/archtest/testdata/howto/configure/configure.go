// Package configure shows what is said once for a whole service.
package configure

import (
	"context"
	"errors"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/store"
)

// The problems of the service.
var (
	ErrUnknownBooking = problem.New(404, "unknown-booking", "There is no such booking")
	ErrTaken          = problem.New(409, "taken", "The seat is taken")
)

// DuplicateError is one of the database.
type DuplicateError struct{ Column string }

func (e *DuplicateError) Error() string { return "duplicate " + e.Column }

// Reporter keeps incidents.
type Reporter struct{}

// Send sends one.
func (Reporter) Send(id, operation string, err error, stack []byte) {
	_, _, _, _ = id, operation, err, stack
}

// Service declares it.
func Service(reporter Reporter) *vade.Service {
	svc := vade.NewService("shop")

	api.Configure(svc,
		auth.Require(auth.OAuth2("shop")),                   // options of every operation, ahead of those of groups
		api.Translate(store.ErrNotFound, ErrUnknownBooking), // errors.Is → a problem, which is declared by it
		api.TranslateFunc(func(ctx context.Context, err error) *problem.Problem {
			if twice, ok := errors.AsType[*DuplicateError](err); ok && twice.Column == "seat" {
				return ErrTaken
			}
			return nil // as it was
		}, ErrTaken),
		api.OnIncident(func(ctx context.Context, i *api.Incident) { reporter.Send(i.ID, i.Operation, i.Err, i.Stack) }),
	)

	return svc
}
