package drivertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/vade-go/vade/store/driver"
)

var closingRules = []rule{
	{"tx-over", "a transaction that is over answers ErrClosed",
		func(s *suite) {
			var kept driver.Tx
			s.do("p", func(ctx context.Context, tx driver.Tx) { kept = tx })
			_, err := kept.Put(s.Context(), driver.Write{Key: key("p", "a"), Data: number("1")})
			s.wants("put", err, driver.ErrClosed)
			_, err = kept.Get(s.Context(), key("p", "a"))
			s.wants("get", err, driver.ErrClosed)
			_, err = kept.List(s.Context(), driver.Query{Collection: "things", Partition: "p", Limit: 1})
			s.wants("list", err, driver.ErrClosed)
			s.wants("delete", kept.Delete(s.Context(), key("p", "a"), driver.Any), driver.ErrClosed)
			s.wants("reindex", kept.Reindex(s.Context(), key("p", "a"), driver.Any, nil), driver.ErrClosed)
			s.is("ids", s.ids(driver.Query{Partition: "p"}), "")
		}},
	{"closed", "a closed database answers ErrClosed, and may be closed again",
		func(s *suite) {
			for range 2 {
				if err := s.db.Close(); err != nil {
					s.Fatal(err)
				}
			}
			_, err := s.db.Get(s.Context(), key("p", "a"))
			s.wants("get", err, driver.ErrClosed)
			_, err = s.db.List(s.Context(), driver.Query{Collection: "things", Partition: "p", Limit: 1})
			s.wants("list", err, driver.ErrClosed)
			err = s.db.Do(s.Context(), "p", func(context.Context, driver.Tx) error { return errors.New("it ran") })
			s.wants("do", err, driver.ErrClosed)
		}},
	{"closing", "closing ends the context of a running transaction, waits for it and commits nothing of it",
		func(s *suite) {
			inside, closed := make(chan struct{}), make(chan error, 1)
			var over atomic.Bool
			go func() {
				<-inside
				err := s.db.Close()
				if !over.Load() {
					s.Error("closed before the function was over")
				}
				closed <- err
			}()
			err := s.db.Do(s.Context(), "p", func(ctx context.Context, tx driver.Tx) error {
				if _, err := tx.Put(ctx, driver.Write{Key: key("p", "a"), Data: number("1")}); err != nil {
					return err
				}
				close(inside)
				<-ctx.Done()
				over.Store(true)
				return nil
			})
			s.wants("do", err, driver.ErrClosed)
			if err := <-closed; err != nil {
				s.Error(err)
			}
			if s.db.Capabilities().Durable {
				s.open()
				s.is("ids", s.ids(driver.Query{Partition: "p"}), "")
			}
		}},
	{"closing-at-work", "who reads and writes while the database is closed succeeds or gets ErrClosed, and what succeeded is kept",
		func(s *suite) {
			const workers = 8
			var all sync.WaitGroup
			working := make(chan struct{}, workers)
			kept := make(chan driver.Key, 10_000)
			db := s.db
			for w := range workers {
				all.Go(func() {
					for i := 0; ; i++ {
						k := key("p", fmt.Sprintf("%d-%d", w, i))
						_, err := s.tryPut(driver.Write{Key: k, Data: number("1")})
						if err == nil {
							kept <- k
						}
						_, getErr := db.Get(s.Context(), key("q", "gone"))
						_, listErr := db.List(s.Context(), driver.Query{Collection: "things", Partition: "q", Limit: 1})
						for _, err := range []error{err, getErr, listErr} {
							if err != nil && !errors.Is(err, driver.ErrClosed) && !errors.Is(err, driver.ErrNotFound) {
								s.Error(err)
							}
						}
						if errors.Is(listErr, driver.ErrClosed) || s.Failed() {
							return
						}
						select {
						case working <- struct{}{}:
						default:
						}
					}
				})
			}
			for range workers {
				<-working
			}
			if err := db.Close(); err != nil {
				s.Error(err)
			}
			all.Wait()
			if !db.Capabilities().Durable {
				return
			}
			s.open()
			for close(kept); len(kept) > 0; {
				s.holds(<-kept, 1, number("1"))
			}
		}},
	{"reopened", "a durable database that is opened again has everything: documents, versions and index entries",
		func(s *suite) {
			if !s.db.Capabilities().Durable {
				return
			}
			s.fill("p", "a", "x", "b", "w")
			s.put(driver.Write{Key: key("p", "a"), Expect: 1, Data: number("2"), Entries: map[string]string{"by": "y"}})
			if err := s.db.Close(); err != nil {
				s.Fatal(err)
			}
			s.open()
			s.holds(key("p", "a"), 2, number("2"))
			s.is("ids", s.ids(driver.Query{Partition: "p"}), "a b")
			s.is("ids by index", s.ids(driver.Query{Partition: "p", Index: "by"}), "b a")
			s.put(driver.Write{Key: key("p", "a"), Expect: 2, Data: number("3")})
		}},
	{"opened-twice", "a durable database that is opened twice is one database",
		func(s *suite) {
			if !s.db.Capabilities().Durable {
				return
			}
			first := s.db
			s.open()
			s.put(driver.Write{Key: key("p", "a"), Data: number("1")})
			if doc, err := first.Get(s.Context(), key("p", "a")); err != nil || doc.Version != 1 {
				s.Errorf("the other sees %+v, %v", doc, err)
			}
		}},
	{"opened-twice-at-work", "of transactions on a durable database that is opened twice none loses the work of another",
		func(s *suite) {
			if !s.db.Capabilities().Durable {
				return
			}
			k := key("p", "counter")
			s.put(driver.Write{Key: k, Data: []byte("0")})
			first := s.db
			s.open()
			var all sync.WaitGroup
			for _, db := range []driver.DB{first, s.db} {
				for range 10 {
					all.Go(func() {
						if err := db.Do(s.Context(), "p", count(s, k)); err != nil {
							s.Error(err)
						}
					})
				}
			}
			all.Wait()
			s.holds(k, 21, []byte("20"))
		}},
}
