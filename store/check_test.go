package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vade-go/vade/store"
)

func TestADatabaseIsHealthyWhileItIsOpen(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	db := store.Of(svc)
	if err := db.Check(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("before: %v", err)
	}
	closing := svc.mustOpen(t, environment{})
	if err := db.Check(t.Context()); err != nil {
		t.Errorf("open: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := closing(); err != nil {
		t.Fatal(err)
	}
	if err := db.Check(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
