package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vade-go/vade/store"
	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/sqlitestore"
)

const documents = 250 // more than two batches

// declared is a service whose things have one index of their names.
func declared(index string, value func(thing) string) (*service, things) {
	svc := newService("test")
	return svc, things{store.Of(svc), store.Collect(svc, "things", store.Index(index, value))}
}

func name(v thing) string { return v.Name }

// filled returns where a service has left many things with an index called old.
func filled(t *testing.T) environment {
	t.Helper()
	e := environment{url: "sqlite:", dir: t.TempDir()}
	svc, s := declared("old", name)
	closing := svc.mustOpen(t, e)
	var all sync.WaitGroup
	for i := range documents {
		all.Go(func() {
			id := fmt.Sprintf("%03d", i)
			if _, err := s.things.Insert(t.Context(), key(id[:1], id), thing{Name: id}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := closing(); err != nil {
		t.Fatal(err)
	}
	return e
}

// finds opens the service with an index and counts what is in it.
func finds(t *testing.T, e environment, index string) int {
	t.Helper()
	svc, s := declared(index, name)
	closing := svc.mustOpen(t, e)
	n := len(strings.Fields(s.ids(t, store.Query{Index: index})))
	if err := closing(); err != nil {
		t.Error(err)
	}
	return n
}

func TestAnIndexThatWasFilledByHalfIsNotTakenForComplete(t *testing.T) {
	t.Parallel()
	e := filled(t)
	broken, _ := declared("new", func(v thing) string {
		if v.Name == "150" {
			return strings.Repeat("x", store.MaxIndexValue+1)
		}
		return v.Name
	})
	if _, err := broken.open(t.Context(), e); err == nil || !strings.Contains(err.Error(), "index new has more than 512 bytes") {
		t.Fatalf("got %v", err)
	}
	for _, index := range []string{"old", "new"} {
		if got := finds(t, e, index); got != documents {
			t.Errorf("index %s has %d documents, want %d", index, got, documents)
		}
	}
}

func TestSeveralMayFillTheSameIndexAtOnce(t *testing.T) {
	t.Parallel()
	e := filled(t)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if got := finds(t, e, "new"); got != documents {
				t.Errorf("found %d documents, want %d", got, documents)
			}
		})
	}
	all.Wait()
}

func TestWhoFillsOtherIndexesAtTheSameTimeIsNoticed(t *testing.T) {
	t.Parallel()
	e := filled(t)
	between := e
	between.driver = interrupted{sqlitestore.Driver(), func() {
		if got := finds(t, e, "other"); got != documents {
			t.Errorf("the other found %d documents, want %d", got, documents)
		}
	}}
	svc, s := declared("new", name)
	closing := svc.mustOpen(t, between)
	if got := len(strings.Fields(s.ids(t, store.Query{Index: "new"}))); got != documents {
		t.Errorf("found %d documents, want %d", got, documents)
	}
	if err := closing(); err != nil {
		t.Fatal(err)
	}
	for _, index := range []string{"other", "new", "old"} {
		if got := finds(t, e, index); got != documents {
			t.Errorf("index %s has %d documents, want %d", index, got, documents)
		}
	}
}

// interrupted is an engine on which something happens before the second list.
type interrupted struct {
	driver.Driver
	between func()
}

func (i interrupted) Open(ctx context.Context, cfg driver.Config) (driver.DB, error) {
	db, err := i.Driver.Open(ctx, cfg)
	return &interruptedDB{DB: db, between: i.between}, err
}

type interruptedDB struct {
	driver.DB
	lists   atomic.Int32
	between func()
}

func (i *interruptedDB) List(ctx context.Context, q driver.Query) ([]driver.Document, error) {
	if i.lists.Add(1) == 2 {
		i.between()
	}
	return i.DB.List(ctx, q)
}
