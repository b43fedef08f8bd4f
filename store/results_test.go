package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/lifecycle"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/operation/results/resultstest"
	"github.com/vade-go/vade/store"
	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/sqlitestore"
)

// openResults opens a service whose database keeps results.
func openResults(t *testing.T, e environment) (*service, results.Store, func() error) {
	t.Helper()
	s := newService("shop")
	kept := store.Of(s).KeepResults(s)
	return s, kept, s.mustOpen(t, e)
}

func TestResultsAreKeptByTheRules(t *testing.T) {
	t.Parallel()
	resultstest.Run(t, resultstest.Harness{Open: func(t *testing.T) results.Store {
		_, kept, _ := openResults(t, environment{})
		return kept
	}})
}

func claimOf(token string) results.Claim {
	return results.Claim{Token: token, Fingerprint: "print", Lease: time.Minute}
}

func TestResultsOutliveTheDatabaseThatKeptThem(t *testing.T) {
	t.Parallel()
	e := environment{url: "sqlite:", dir: t.TempDir()}
	_, kept, closing := openResults(t, e)
	for _, key := range []string{"done", "running"} {
		if found, err := kept.Claim(t.Context(), key, claimOf("a")); found != nil || err != nil {
			t.Fatal(found, err)
		}
	}
	if err := kept.Complete(t.Context(), "done", "a", results.Result{Status: 201, Body: []byte("body")}, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := closing(); err != nil {
		t.Fatal(err)
	}
	if _, err := kept.Claim(t.Context(), "done", claimOf("b")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("closed: %v", err)
	}

	_, kept, _ = openResults(t, e)
	found, err := kept.Claim(t.Context(), "done", claimOf("b"))
	if err != nil || found == nil || found.Result == nil || found.Result.Status != 201 || string(found.Result.Body) != "body" {
		t.Errorf("got %+v, %v", found, err)
	}
	found, err = kept.Claim(t.Context(), "running", claimOf("b"))
	if err != nil || found == nil || found.Result != nil {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestOfProcessesThatShareADatabaseOneGetsTheClaim(t *testing.T) {
	t.Parallel()
	e := environment{url: "sqlite:", dir: t.TempDir()}
	var stores []results.Store
	for range 2 { // each has its own connections and locks, as a process has
		_, kept, _ := openResults(t, e)
		stores = append(stores, kept)
	}
	for round := range 5 {
		key, won := fmt.Sprint("k", round), new(atomic.Int32)
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				found, err := stores[i%2].Claim(t.Context(), key, claimOf(fmt.Sprint(i)))
				if err != nil {
					t.Error(err)
				} else if found == nil {
					won.Add(1)
				}
			})
		}
		all.Wait()
		if n := won.Load(); n != 1 {
			t.Errorf("%d have got the claim", n)
		}
	}
}

// counting counts the documents that are left.
type counting struct {
	driver.Driver
	db driver.DB
}

func (c *counting) Open(ctx context.Context, cfg driver.Config) (driver.DB, error) {
	db, err := c.Driver.Open(ctx, cfg)
	c.db = db
	return db, err
}

func (c *counting) count(t *testing.T) int {
	t.Helper()
	docs, err := c.db.List(t.Context(), driver.Query{Collection: "_results", AllPartitions: true, Index: "until", Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return len(docs)
}

func TestWhatIsOverIsRemovedAndTheRestStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := &counting{Driver: sqlitestore.Driver()}
		s, kept, _ := openResults(t, environment{driver: engine})
		var group lifecycle.Group
		for _, p := range s.parts {
			if c, ok := p.(lifecycle.Component); ok {
				group.Add("results", c)
			}
		}
		const old, young = 250, 3
		for i := range old + young {
			key, keep := fmt.Sprint(i), time.Minute
			if i >= old {
				keep = time.Hour
			}
			if _, err := kept.Claim(t.Context(), key, claimOf("a")); err != nil {
				t.Fatal(err)
			}
			if err := kept.Complete(t.Context(), key, "a", results.Result{Status: 200}, keep); err != nil {
				t.Fatal(err)
			}
		}
		if err := group.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := engine.count(t); n != old+young {
			t.Errorf("%d of %d are left before their time", n, old+young)
		}
		<-time.After(15 * time.Minute)
		synctest.Wait()
		if n := engine.count(t); n != young {
			t.Errorf("%d are left, want %d", n, young)
		}
		if err := group.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

var _ operation.ResultKeeper = (*store.DB)(nil)
