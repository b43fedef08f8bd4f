package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/store/driver"
)

func openInternal(t *testing.T) *database {
	t.Helper()
	db, err := Driver().Open(t.Context(), driver.Config{Service: "bookings", DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db.(*database)
}

func put(ctx context.Context, tx driver.Tx, id, data string) error {
	_, err := tx.Put(ctx, driver.Write{Key: driver.Key{Collection: "things", Partition: "p", ID: id}, Data: []byte(data)})
	return err
}

func TestAFullDiskFailsTheWholeTransactionAndNothingElse(t *testing.T) {
	t.Parallel()
	d := openInternal(t)
	if _, err := d.writer.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 50"); err != nil {
		t.Fatal(err)
	}
	large := `"` + strings.Repeat("x", 300_000) + `"`
	var fault error
	err := d.Do(t.Context(), "p", func(ctx context.Context, tx driver.Tx) error {
		if err := put(ctx, tx, "before", "1"); err != nil {
			t.Error(err)
		}
		fault = put(ctx, tx, "large", large)
		if err := put(ctx, tx, "after", "1"); err == nil {
			t.Error("a transaction that is broken goes on, outside of itself")
		}
		return nil // which must not make it good
	})
	if err == nil || fault == nil || !strings.HasSuffix(err.Error(), "the disk is full: make room") {
		t.Errorf("got %v, %v", err, fault)
	}
	docs, err := d.List(t.Context(), driver.Query{Collection: "things", Partition: "p", Limit: 10})
	if err != nil || len(docs) != 0 {
		t.Errorf("left %v, %v", docs, err)
	}
	err = d.Do(t.Context(), "p", func(ctx context.Context, tx driver.Tx) error { return put(ctx, tx, "small", "1") })
	if err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestWhoSharesACommitThatFailsIsTold(t *testing.T) {
	t.Parallel()
	d := openInternal(t)
	if _, err := d.writer.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 50"); err != nil {
		t.Fatal(err)
	}
	large := `"` + strings.Repeat("x", 30_000) + `"`
	var all sync.WaitGroup
	var mu sync.Mutex
	var acknowledged []string
	for i := range 40 {
		all.Go(func() {
			id := fmt.Sprintf("%02d", i)
			err := d.Do(t.Context(), "p", func(ctx context.Context, tx driver.Tx) error { return put(ctx, tx, id, large) })
			if err == nil {
				mu.Lock()
				acknowledged = append(acknowledged, id)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	docs, err := d.List(t.Context(), driver.Query{Collection: "things", Partition: "p", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, doc := range docs {
		found = append(found, doc.Key.ID)
	}
	slices.Sort(acknowledged)
	if !slices.Equal(found, acknowledged) || len(found) == 40 {
		t.Errorf("acknowledged %v, found %v", acknowledged, found)
	}
}

func TestEveryListWalksOneIndexAndSortsNothing(t *testing.T) {
	t.Parallel()
	d := openInternal(t)
	var queries []driver.Query
	for _, index := range []string{"", "by"} {
		for _, all := range []bool{false, true} {
			for _, q := range []driver.Query{{}, {Equal: "e"}, {Prefix: "e"}, {From: "d", To: "f"}} {
				for _, after := range []*driver.Position{nil, {Indexed: "e", Partition: "p", ID: "e"}} {
					q.Collection, q.Index, q.AllPartitions, q.After, q.Limit = "things", index, all, after, 10
					if !all {
						q.Partition = "p"
					}
					queries = append(queries, q)
					q.Descending = true
					queries = append(queries, q)
				}
			}
		}
	}
	for _, q := range queries {
		text, args := listSQL(q)
		plan := explain(t, d, text, args)
		searched := "SEARCH d USING PRIMARY KEY (collection=?"
		if q.Index != "" {
			searched = "SEARCH e USING"
		}
		if !strings.HasPrefix(plan, searched) || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%+v:\n%s\n%s", q, text, plan)
		}
		if ranged := q.After != nil && q.Equal == "" && (q.Index != "" || q.Prefix+q.From == ""); ranged && !strings.ContainsAny(plan, "<>") {
			t.Errorf("%+v begins at the start of the index:\n%s\n%s", q, text, plan)
		}
	}
}

// explain returns SQLite's plan for a statement.
func explain(t *testing.T, d *database, text string, args []any) string {
	t.Helper()
	rows, err := d.readers.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}

func TestTurnsComeInOrderAndAreNotLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var turns turns
		if err := turns.take(t.Context(), time.Hour); err != nil || turns.offer() {
			t.Fatal("a free turn is taken at once, and nobody waits for it")
		}
		results := make(chan string, 4)
		wait := func(name string, ctx context.Context, patience time.Duration) {
			go func() {
				if err := turns.take(ctx, patience); err != nil {
					name += ": " + err.Error()
				}
				results <- name
			}()
			synctest.Wait()
		}
		ctx, cancel := context.WithCancel(t.Context())
		wait("first", t.Context(), time.Hour)
		wait("cancelled", ctx, time.Hour)
		wait("impatient", t.Context(), time.Second)
		wait("last", t.Context(), time.Hour)
		cancel()
		if got := <-results; got != "cancelled: context canceled" {
			t.Error(got)
		}
		if got := <-results; got != "impatient: the turn did not come" {
			t.Error(got)
		}
		if !turns.offer() || <-results != "first" {
			t.Error("the first one was not next")
		}
		turns.release()
		if <-results != "last" {
			t.Error("the last one was not next")
		}
		turns.release()
		if err := turns.take(t.Context(), 0); err != nil {
			t.Errorf("the turn was lost: %v", err)
		}
	})
}

func TestATransactionDoesNotWaitForEverForAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &database{life: context.Background()}
		if err := d.take(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := d.take(t.Context())
		if !errors.Is(err, driver.ErrBusy) || !strings.Contains(err.Error(), "a transaction has not ended for 30s") {
			t.Errorf("got %v", err)
		}
	})
}

func TestSuccessorIsTheFirstTextBehindAPrefix(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[string]string{"": "", "a": "b", "az": "a{", "a\xff": "b", "\xff\xff": "", "ÿ": "\xc3\xc0"} {
		if got := successor(prefix); got != want {
			t.Errorf("%q: got %q, want %q", prefix, got, want)
		}
	}
}

func TestALongWaitIsNoneThatSQLiteTakesForZero(t *testing.T) {
	t.Parallel()
	loc := location{path: "bookings.db", wait: 1000 * time.Hour} // more milliseconds than an int32 has
	if source := loc.dataSource(writing); !strings.Contains(source, "_busy_timeout=2147483647&") {
		t.Error(source)
	}
}

func FuzzLocate(f *testing.F) {
	for _, seed := range []string{"sqlite:", "sqlite:///var/lib", "sqlite:data?wait=1s", "sqlite::memory:", "sqlite://a:b@c/d", "sqlite:?mode=memory", "sqlite:%2e%2e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		loc, err := locate(driver.Config{URL: u, Service: "bookings", DataDir: "data"})
		if err == nil && (filepath.Base(loc.path) != "bookings.db" || loc.wait < 0) {
			t.Errorf("%q leads to %+v", address, loc)
		}
	})
}
