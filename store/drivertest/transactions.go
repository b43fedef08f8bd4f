package drivertest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/store/driver"
)

var errStop = errors.New("stop")

var transactionRules = []rule{
	{"own-writes", "a transaction sees its own writes, to read and to list",
		func(s *suite) {
			s.do("p", func(ctx context.Context, tx driver.Tx) {
				k := key("p", "a")
				v, err := tx.Put(ctx, driver.Write{Key: k, Data: number("1"), Entries: map[string]string{"by": "x"}})
				if err != nil || v != 1 {
					s.Fatalf("put: version %d, %v", v, err)
				}
				if doc, err := tx.Get(ctx, k); err != nil || doc.Version != 1 {
					s.Errorf("get: %+v, %v", doc, err)
				}
				docs, err := tx.List(ctx, driver.Query{Collection: "things", Partition: "p", Index: "by", Equal: "x", Limit: 10})
				if err != nil || names(docs, false) != "a" {
					s.Errorf("list: %+v, %v", docs, err)
				}
				if err := tx.Delete(ctx, k, 1); err != nil {
					s.Error(err)
				}
				_, err = tx.Get(ctx, k)
				s.wants("get", err, driver.ErrNotFound)
			})
		}},
	{"rollback", "a transaction whose function returns an error leaves nothing, no index entries either, and its error comes back unchanged",
		func(s *suite) { rollback(s, func() error { return errStop }) }},
	{"panic", "a transaction whose function panics leaves nothing, and the panic goes on",
		func(s *suite) { rollback(s, func() error { panic(errStop) }) }},
	{"goexit", "a transaction whose goroutine exits leaves nothing and blocks nobody",
		func(s *suite) { rollback(s, func() error { runtime.Goexit(); return nil }) }},
	{"commit-whole", "a transaction over several collections of a partition is committed whole",
		func(s *suite) {
			other := driver.Key{Collection: "others", Partition: "p", ID: "a"}
			s.do("p", func(ctx context.Context, tx driver.Tx) {
				for _, k := range []driver.Key{key("p", "a"), other} {
					if _, err := tx.Put(ctx, driver.Write{Key: k, Data: number("1")}); err != nil {
						s.Fatal(err)
					}
				}
			})
			s.holds(key("p", "a"), 1, number("1"))
			s.holds(other, 1, number("1"))
		}},
	{"one-partition", "a transaction that touches another partition gets ErrPartition and stays usable",
		func(s *suite) {
			s.put(driver.Write{Key: key("q", "a"), Data: number("1")})
			s.do("p", func(ctx context.Context, tx driver.Tx) {
				k := key("q", "a")
				_, err := tx.Get(ctx, k)
				s.wants("get", err, driver.ErrPartition)
				_, err = tx.Put(ctx, driver.Write{Key: k, Expect: 1, Data: number("2")})
				s.wants("put", err, driver.ErrPartition)
				s.wants("delete", tx.Delete(ctx, k, 1), driver.ErrPartition)
				s.wants("reindex", tx.Reindex(ctx, k, 1, nil), driver.ErrPartition)
				_, err = tx.List(ctx, driver.Query{Collection: "things", Partition: "q", Limit: 1})
				s.wants("list", err, driver.ErrPartition)
				_, err = tx.List(ctx, driver.Query{Collection: "things", AllPartitions: true, Limit: 1})
				s.wants("list of all partitions", err, driver.ErrPartition)
				if _, err := tx.Put(ctx, driver.Write{Key: key("p", "a"), Data: number("1")}); err != nil {
					s.Errorf("put afterwards: %v", err)
				}
			})
			s.holds(key("q", "a"), 1, number("1"))
			s.holds(key("p", "a"), 1, number("1"))
		}},
	{"refused-writes", "a write that is refused leaves its transaction usable, which commits the others",
		func(s *suite) {
			s.put(driver.Write{Key: key("p", "there"), Data: number("1")})
			s.do("p", func(ctx context.Context, tx driver.Tx) {
				_, err := tx.Put(ctx, driver.Write{Key: key("p", "there"), Data: number("2")})
				s.wants("insert", err, driver.ErrExists)
				_, err = tx.Put(ctx, driver.Write{Key: key("p", "there"), Expect: 7, Data: number("2")})
				s.wants("replace", err, driver.ErrConflict)
				s.wants("delete", tx.Delete(ctx, key("p", "gone"), driver.Any), driver.ErrNotFound)
				if _, err := tx.Put(ctx, driver.Write{Key: key("p", "new"), Data: number("1")}); err != nil {
					s.Errorf("put afterwards: %v", err)
				}
			})
			s.holds(key("p", "there"), 1, number("1"))
			s.holds(key("p", "new"), 1, number("1"))
		}},
	{"lost-update", "of 100 increments at once with optimistic versions and retries, none is lost",
		func(s *suite) {
			k := key("p", "counter")
			s.put(driver.Write{Key: k, Data: []byte("0")})
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					for {
						doc, err := s.db.Get(s.Context(), k)
						if err != nil {
							s.Error(err)
							return
						}
						_, err = s.tryPut(driver.Write{Key: k, Expect: doc.Version, Data: increment(s, doc.Data)})
						if err == nil {
							return
						}
						if !errors.Is(err, driver.ErrConflict) {
							s.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			s.holds(k, 101, []byte("100"))
		}},
	{"serialisable", "of 100 transactions at once that read and then write, none loses the work of another",
		func(s *suite) {
			k := key("p", "counter")
			s.put(driver.Write{Key: k, Data: []byte("0")})
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					if err := s.db.Do(s.Context(), "p", count(s, k)); err != nil {
						s.Error(err)
					}
				})
			}
			all.Wait()
			s.holds(k, 101, []byte("100"))
		}},
	{"refused-for-a-reason", "of many inserts of a document at once one succeeds, and who is told ErrExists can read it at once",
		func(s *suite) {
			const documents = 50
			var inserted atomic.Int32
			var all sync.WaitGroup
			for i := range 8 * documents {
				k := key("p", strconv.Itoa(i/8))
				all.Go(func() {
					_, err := s.tryPut(driver.Write{Key: k, Data: number("1")})
					if err == nil {
						inserted.Add(1)
						return
					}
					s.wants("insert", err, driver.ErrExists)
					s.holds(k, 1, number("1"))
				})
			}
			all.Wait()
			if n := inserted.Load(); n != documents {
				s.Errorf("%d inserts of %d documents succeeded", n, documents)
			}
		}},
	{"known-outcome", "a transaction whose context is cancelled at any time says whether it was committed",
		func(s *suite) {
			var all sync.WaitGroup
			for i := range 100 {
				all.Go(func() {
					ctx, cancel := context.WithCancel(s.Context())
					defer cancel()
					k := key("p", strconv.Itoa(i))
					err := s.db.Do(ctx, "p", func(ctx context.Context, tx driver.Tx) error {
						_, err := tx.Put(ctx, driver.Write{Key: k, Data: number("1")})
						all.Go(cancel) // at the time of the commit, more or less
						return err
					})
					_, found := s.db.Get(s.Context(), k)
					switch {
					case err == nil && found == nil:
					case errors.Is(err, context.Canceled) && errors.Is(found, driver.ErrNotFound):
					default:
						s.Errorf("do: %v, get: %v", err, found)
					}
				})
			}
			all.Wait()
		}},
	{"no-half", "a reader never sees half a transaction, and never goes back in time",
		func(s *suite) {
			pair := []driver.Key{key("p", "a"), key("p", "b")}
			write := func(expect driver.Version) {
				s.do("p", func(ctx context.Context, tx driver.Tx) {
					for _, k := range pair {
						if _, err := tx.Put(ctx, driver.Write{Key: k, Expect: expect, Data: number("1")}); err != nil {
							s.Fatal(err)
						}
					}
				})
			}
			write(driver.Absent)
			var done atomic.Bool
			var readers sync.WaitGroup
			for range 4 {
				readers.Go(func() {
					for last := driver.Version(0); !done.Load(); {
						docs, err := s.db.List(s.Context(), driver.Query{Collection: "things", Partition: "p", Limit: 10})
						if err != nil || len(docs) != 2 || docs[0].Version != docs[1].Version || docs[0].Version < last {
							s.Errorf("after version %d: read %v, %v", last, docs, err)
							return
						}
						last = docs[0].Version
					}
				})
			}
			for i := range driver.Version(200) {
				write(i + 1)
			}
			done.Store(true)
			readers.Wait()
		}},
	{"partitions-in-parallel", "a transaction in one partition may read another one outside of itself",
		func(s *suite) {
			s.put(driver.Write{Key: key("q", "a"), Data: number("1")})
			s.do("p", func(ctx context.Context, tx driver.Tx) {
				if _, err := tx.Put(ctx, driver.Write{Key: key("p", "a"), Data: number("1")}); err != nil {
					s.Fatal(err)
				}
				s.holds(key("q", "a"), 1, number("1"))
				_, err := s.db.Get(s.Context(), key("p", "a"))
				s.wants("get of what is not committed", err, driver.ErrNotFound)
			})
		}},
}

// rollback runs a transaction that changes everything and then ends by stop, and looks for traces.
func rollback(s *suite, stop func() error) {
	s.fill("p", "kept", "x", "deleted", "y")
	var wrong string
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if r := recover(); r != nil && r != errStop {
				wrong = fmt.Sprintf("another panic than the function's: %v", r)
			}
		}()
		err := s.db.Do(s.Context(), "p", func(ctx context.Context, tx driver.Tx) error {
			_, err1 := tx.Put(ctx, driver.Write{Key: key("p", "kept"), Expect: 1, Data: number("2"), Entries: map[string]string{"by": "z"}})
			_, err2 := tx.Put(ctx, driver.Write{Key: key("p", "new"), Data: number("1"), Entries: map[string]string{"by": "z"}})
			err3 := tx.Delete(ctx, key("p", "deleted"), 1)
			if err := errors.Join(err1, err2, err3); err != nil {
				return err
			}
			return stop()
		})
		if err != errStop {
			wrong = fmt.Sprintf("got error %v, want the function's own", err)
		}
	}()
	<-ended
	if wrong != "" {
		s.Error(wrong)
	}
	s.holds(key("p", "kept"), 1, number("1"))
	s.is("ids", s.ids(driver.Query{Partition: "p"}), "deleted kept")
	s.is("ids by index", s.ids(driver.Query{Partition: "p", Index: "by"}), "kept deleted")
	s.put(driver.Write{Key: key("p", "new"), Data: number("1")}) // nobody holds a lock
}

// increment adds one to a JSON number.
func increment(s *suite, data []byte) []byte {
	var n int64
	if err := json.Unmarshal(data, &n); err != nil {
		s.Error(err)
	}
	return strconv.AppendInt(nil, n+1, 10)
}

// count returns the function of a transaction that adds one to a document.
func count(s *suite, k driver.Key) func(context.Context, driver.Tx) error {
	return func(ctx context.Context, tx driver.Tx) error {
		doc, err := tx.Get(ctx, k)
		if err != nil {
			return err
		}
		_, err = tx.Put(ctx, driver.Write{Key: k, Expect: doc.Version, Data: increment(s, doc.Data)})
		return err
	}
}
