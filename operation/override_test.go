package operation_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
)

// session is a dependency that must never be reached in a test.
type session struct{ id string }

func (s *session) Resolve(context.Context, *operation.Call) error { return errors.New("no database") }

// account depends on a session.
type account struct {
	Session session
	name    string
}

func (a *account) Resolve(context.Context, *operation.Call) error {
	a.name = "of " + a.Session.id
	return nil
}

type visit struct {
	Caller  auth.Principal
	Account account
	Again   account
}

// resolve fills an input of type T, with some dependencies replaced.
func resolve[T any](t *testing.T, c *operation.Call, list ...operation.Override) (in T, err error) {
	t.Helper()
	overrides, err := operation.NewOverrides(list...)
	if err != nil {
		t.Fatal(err)
	}
	steps := operation.NewInputs(reflect.TypeFor[T]()).Step(&operation.Env{Overrides: overrides})
	if err := overrides.Check(); err != nil {
		t.Fatal(err)
	}
	c.In = reflect.ValueOf(&in).Elem()
	err = operation.NewPlan(steps, func(context.Context, *operation.Call) error { return nil }).Run(t.Context(), c)
	return in, err
}

func TestADependencyIsReplacedWhereverItIsNested(t *testing.T) {
	t.Parallel()
	runs := 0
	in, err := resolve[visit](t, new(operation.Call), operation.Replace(func(context.Context, *operation.Call) (session, error) {
		runs++
		return session{id: "s1"}, nil
	}))
	if err != nil || in.Account.name != "of s1" || in.Again.Session.id != "s1" || runs != 1 {
		t.Errorf("%+v after %d runs, %v", in, runs, err)
	}
}

func TestWhatAReplacedDependencyDependsOnIsNotResolved(t *testing.T) {
	t.Parallel()
	cleaned := errors.New("nothing was given back")
	c := new(operation.Call)
	in, err := resolve[visit](t, c, operation.Replace(func(_ context.Context, c *operation.Call) (account, error) {
		c.Defer(func(err error) { cleaned = err })
		return account{name: "fake"}, nil
	}))
	if err != nil || in.Account.name != "fake" || in.Again.name != "fake" {
		t.Errorf("%+v, %v", in, err)
	}
	failure := errors.New("the call failed")
	if err := c.Finish(failure); err != nil || !errors.Is(cleaned, failure) {
		t.Errorf("the clean-up was told %v, %v", cleaned, err)
	}
}

func TestTheErrorOfAnOverrideEndsTheCall(t *testing.T) {
	t.Parallel()
	want := errors.New("no account")
	_, err := resolve[visit](t, new(operation.Call), operation.Replace(func(context.Context, *operation.Call) (account, error) {
		return account{}, want
	}))
	if !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

// Embedding is a dependency that brings another one along, promoted to whoever embeds it.
type Embedding struct{ Session session }

func (*Embedding) Resolve(context.Context, *operation.Call) error { return nil }

func TestFieldsOfAnEmbeddedDependencyAreItsOwn(t *testing.T) {
	t.Parallel()
	type input struct{ Embedding }
	in, err := resolve[input](t, new(operation.Call), operation.Replace(func(context.Context, *operation.Call) (Embedding, error) {
		return Embedding{Session: session{id: "its own"}}, nil
	}))
	if err != nil || in.Session.id != "its own" {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestMistakesInOverridesComeBackTogether(t *testing.T) {
	t.Parallel()
	fake := func(context.Context, *operation.Call) (session, error) { return session{}, nil }
	_, err := operation.NewOverrides(
		operation.Override{}, operation.Replace(fake), operation.Replace(fake), operation.Replace[account](nil),
		operation.Replace(func(context.Context, *operation.Call) (string, error) { return "", nil }),
		operation.Replace(func(context.Context, *operation.Call) (auth.Principal, error) { return auth.Principal{}, nil }),
	)
	for _, part := range []string{
		"is empty", "operation_test.session: it is replaced already", "account: the function is nil", "string: it is no dependency", "auth.Principal: the caller",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q:\n%v", part, err)
		}
	}
	if !strings.Contains(err.Error(), "override_test.go:") {
		t.Errorf("no places: %v", err)
	}
	unused, err := operation.NewOverrides(operation.Replace(fake))
	if err != nil {
		t.Fatal(err)
	}
	operation.NewInputs(reflect.TypeFor[struct{ Caller auth.Principal }]()).Step(&operation.Env{Overrides: unused})
	if err := unused.Check(); err == nil || !strings.Contains(err.Error(), "session: nothing that was opened depends on it") {
		t.Errorf("got %v", err)
	}
}
