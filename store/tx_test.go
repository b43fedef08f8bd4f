package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/vade-go/vade/store"
	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/sqlitestore"
)

func TestATransactionSpansTheCollectionsOfItsPartition(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	db := store.Of(svc)
	seats, holds := store.Collect[int](svc, "seats"), store.Collect[string](svc, "holds")
	svc.mustOpen(t, environment{})
	err := db.Do(t.Context(), "f", func(ctx context.Context, tx *store.Tx) error {
		if tx.Partition() != "f" {
			t.Errorf("partition %s", tx.Partition())
		}
		_, err := seats.With(tx).Insert(ctx, key("f", "seats"), 9)
		_, err2 := holds.With(tx).Insert(ctx, key("f", "b"), "held")
		page, err3 := holds.With(tx).List(ctx, store.Query{Partition: "f"})
		if len(page.Items) != 1 {
			t.Errorf("the transaction does not see its own write: %+v", page)
		}
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = seats.Get(t.Context(), key("f", "seats"))
	_, err2 := holds.Get(t.Context(), key("f", "b"))
	if err := errors.Join(err, err2); err != nil {
		t.Error(err)
	}
}

func TestATransactionThatFailsLeavesNothingAndReturnsItsErrorUnchanged(t *testing.T) {
	t.Parallel()
	s := open(t)
	stop := errors.New("stop")
	err := s.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		if _, err := s.things.With(tx).Insert(ctx, key("p", "a"), thing{Name: "n"}); err != nil {
			return err
		}
		return stop
	})
	if err != stop {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() {
			if recover() != stop {
				t.Error("the panic did not go on")
			}
		}()
		_ = s.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
			if _, err := s.things.With(tx).Insert(ctx, key("p", "a"), thing{Name: "n"}); err != nil {
				t.Error(err)
			}
			panic(stop)
		})
	}()
	if got := s.ids(t, store.Query{Index: "name"}) + s.ids(t, store.Query{Partition: "p"}); got != "" {
		t.Errorf("left: %s", got)
	}
}

func TestAnotherPartitionIsRefusedAndTheTransactionGoesOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	err := s.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		_, err := s.things.With(tx).Get(ctx, key("q", "a"))
		_, err2 := s.things.With(tx).Insert(ctx, key("q", "a"), thing{})
		err3 := s.things.With(tx).Delete(ctx, key("q", "a"), store.Any)
		_, err4 := s.things.With(tx).List(ctx, store.Query{Partition: "q"})
		_, err5 := s.things.With(tx).List(ctx, store.Query{Index: "name"})
		for _, err := range []error{err, err2, err3, err4, err5} {
			if !errors.Is(err, store.ErrPartition) {
				t.Errorf("got %v", err)
			}
		}
		_, err = s.things.With(tx).Insert(ctx, key("p", "a"), thing{})
		return err
	})
	if err != nil || s.ids(t, store.Query{Partition: "p"}) != "p/a" {
		t.Errorf("got %v", err)
	}
}

func TestWhatDoesNotBelongToARunningTransactionIsRefusedAndNotLeftToHang(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.fill(t, "q", "a")
	err := s.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		err := s.db.Do(ctx, "p", func(context.Context, *store.Tx) error { t.Error("it ran"); return nil })
		_, err2 := s.things.Insert(ctx, key("q", "b"), thing{})
		err3 := s.things.Delete(ctx, key("p", "b"), store.Any)
		_, err4 := s.things.Get(ctx, key("p", "a"))
		_, err5 := s.things.List(ctx, store.Query{Partition: "p"})
		for _, err := range []error{err, err2, err3, err4, err5} {
			if !errors.Is(err, store.ErrNested) {
				t.Errorf("got %v", err)
			}
		}
		_, err = s.things.Get(ctx, key("q", "a")) // another partition is another matter
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestATransactionThatIsOverIsErrClosed(t *testing.T) {
	t.Parallel()
	s := open(t)
	var kept *store.Tx
	var keptCtx context.Context
	err := s.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		kept, keptCtx = tx, context.WithoutCancel(ctx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.things.With(kept).Get(t.Context(), key("p", "a")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("get: %v", err)
	}
	if _, err := s.things.With(kept).Insert(t.Context(), key("p", "a"), thing{}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("insert: %v", err)
	}
	if _, err := s.things.Insert(keptCtx, key("p", "a"), thing{}); err != nil {
		t.Errorf("its context is an ordinary one again: %v", err)
	}
}

func TestATransactionOfAnotherServiceIsRefused(t *testing.T) {
	t.Parallel()
	s, other := open(t), open(t)
	err := s.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		if _, err := other.things.With(tx).Insert(ctx, key("p", "a"), thing{}); !errors.Is(err, store.ErrPartition) {
			t.Errorf("got %v", err)
		}
		_, err := other.things.Insert(ctx, key("p", "a"), thing{}) // its own database, on its own
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestOnCommitRunsInOrderAfterTheCommitAndOnlyThen(t *testing.T) {
	t.Parallel()
	s := open(t)
	var ran []string
	note := func(what string) func() {
		return func() {
			if _, err := s.things.Get(t.Context(), key("p", "a")); err != nil {
				t.Errorf("%s before the commit: %v", what, err)
			}
			ran = append(ran, what)
		}
	}
	err := s.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		tx.OnCommit(note("first"))
		_, err := s.things.With(tx).Insert(ctx, key("p", "a"), thing{})
		tx.OnCommit(note("second"))
		return err
	})
	if err != nil || !slices.Equal(ran, []string{"first", "second"}) {
		t.Errorf("ran %v, %v", ran, err)
	}
	err = s.db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
		tx.OnCommit(note("never"))
		return errors.New("stop")
	})
	if err == nil || len(ran) != 2 {
		t.Errorf("ran %v, %v", ran, err)
	}
}

func TestOfAHundredTransactionsAtOnceNoneLosesTheWorkOfAnother(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	db, counters := store.Of(svc), store.Collect[int](svc, "counters")
	svc.mustOpen(t, environment{})
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			err := db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) error {
				item, err := counters.With(tx).Get(ctx, key("p", "a"))
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
				_, err = counters.With(tx).Put(ctx, key("p", "a"), item.Value+1)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if item, err := counters.Get(t.Context(), key("p", "a")); err != nil || item.Value != 100 {
		t.Errorf("got %+v, %v", item, err)
	}
}

// givingUp is an engine that runs what was refused again, and then does not get its turn.
type givingUp struct{ driver.Driver }

func (g givingUp) Open(ctx context.Context, cfg driver.Config) (driver.DB, error) {
	db, err := g.Driver.Open(ctx, cfg)
	return givingUpDB{db}, err
}

type givingUpDB struct{ driver.DB }

func (g givingUpDB) Do(ctx context.Context, partition string, fn func(context.Context, driver.Tx) error) error {
	if err := g.DB.Do(ctx, partition, fn); err != nil {
		return driver.ErrBusy
	}
	return nil
}

func TestAnEngineThatGivesUpIsNotTakenForARefusalOfTheFunction(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	db := store.Of(svc)
	svc.mustOpen(t, environment{driver: givingUp{sqlitestore.Driver()}})
	err := db.Do(t.Context(), "p", func(context.Context, *store.Tx) error { return errors.New("no") })
	if !errors.Is(err, store.ErrBusy) || err.Error() != "store: transaction in p: database is busy" {
		t.Errorf("got %v", err)
	}
}

func TestABadPartitionIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, bad := range []string{"", "a\nb", "\xff"} {
		if err := s.db.Do(t.Context(), bad, nil); !errors.Is(err, store.ErrKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestATransactionFindsTheExtensionsOfItsDatabase(t *testing.T) {
	t.Parallel()
	type mine struct{}
	svc := newService("test")
	db := store.Of(svc)
	db.Extend(mine{}, 42)
	svc.mustOpen(t, environment{})
	err := db.Do(t.Context(), "p", func(_ context.Context, tx *store.Tx) error {
		if tx.Extension(mine{}) != 42 || tx.Extension("mine") != nil {
			t.Errorf("got %v and %v", tx.Extension(mine{}), tx.Extension("mine"))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
