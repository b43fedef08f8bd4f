package drivertest

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/vade-go/vade/store/driver"
)

var lifeRules = []rule{
	{"identity", "the driver is for the store, names its URL schemes, and can do the same at every call",
		func(s *suite) {
			s.is("capability", s.driver.Capability(), "store")
			if schemes := s.driver.Schemes(); len(schemes) == 0 || !slices.Contains(schemes, s.config.URL.Scheme) {
				s.Errorf("schemes %v do not have %q", schemes, s.config.URL.Scheme)
			}
			if first := s.db.Capabilities(); s.db.Capabilities() != first {
				s.Error("capabilities change")
			}
		}},
	{"unknown-parameter", "a URL with a parameter that the engine does not know is refused",
		func(s *suite) {
			config, u := s.config, *s.config.URL
			query := u.Query()
			query.Set("no-such-parameter", "1")
			u.RawQuery = query.Encode()
			config.URL, config.Log = &u, slog.New(slog.DiscardHandler)
			if db, err := s.driver.Open(s.Context(), config); err == nil {
				s.Error("accepted", db.Close())
			}
		}},
	{"open-context", "opening with a context that has ended gives up with its error; one that ends after it has no bearing",
		func(s *suite) {
			ctx, cancel := context.WithCancel(s.Context())
			db, err := s.driver.Open(ctx, s.config)
			if err != nil {
				s.Fatal(err)
			}
			cancel()
			err = db.Do(s.Context(), "p", func(ctx context.Context, tx driver.Tx) error {
				_, err := tx.Put(ctx, driver.Write{Key: key("p", "a"), Data: number("1")})
				return err
			})
			_, err2 := db.Get(s.Context(), key("p", "a"))
			if err := errors.Join(err, err2, db.Close()); err != nil {
				s.Error(err)
			}
			if db, err = s.driver.Open(ctx, s.config); err == nil {
				s.Fatal("opened", db.Close())
			}
			s.wants("open", err, context.Canceled)
		}},
	{"services-apart", "the documents of another service are other documents",
		func(s *suite) {
			s.put(driver.Write{Key: key("p", "a"), Data: number("1")})
			s.config.Service += "-2"
			s.open()
			_, err := s.db.Get(s.Context(), key("p", "a"))
			s.wants("get", err, driver.ErrNotFound)
		}},
	{"cancelled", "with a cancelled context every call returns its error, and nothing is written",
		func(s *suite) {
			s.fill("p", "a", "x")
			ctx, cancel := context.WithCancel(s.Context())
			cancel()
			_, err := s.db.Get(ctx, key("p", "a"))
			s.wants("get", err, context.Canceled)
			_, err = s.db.List(ctx, driver.Query{Collection: "things", Partition: "p", Limit: 1})
			s.wants("list", err, context.Canceled)
			err = s.db.Do(ctx, "p", func(ctx context.Context, tx driver.Tx) error {
				_, err := tx.Put(ctx, driver.Write{Key: key("p", "b"), Data: number("1")})
				return err
			})
			s.wants("do", err, context.Canceled)
			s.is("ids", s.ids(driver.Query{Partition: "p"}), "a")
		}},
	{"cause", "a context that has ended is told by its own error, whatever its cause: context.Canceled or context.DeadlineExceeded",
		func(s *suite) {
			cause := errors.New("the reason")
			cancelled, cancel := context.WithCancelCause(s.Context())
			cancel(cause)
			late, cancelLate := context.WithDeadlineCause(s.Context(), time.Unix(0, 0), cause)
			defer cancelLate()
			for ctx, want := range map[context.Context]error{cancelled: context.Canceled, late: context.DeadlineExceeded} {
				_, err := s.db.Get(ctx, key("p", "a"))
				s.wants("get", err, want)
				_, err = s.db.List(ctx, driver.Query{Collection: "things", Partition: "p", Limit: 1})
				s.wants("list", err, want)
				s.wants("do", s.db.Do(ctx, "p", func(context.Context, driver.Tx) error { return nil }), want)
				s.do("p", func(_ context.Context, tx driver.Tx) {
					_, err := tx.Get(ctx, key("p", "a"))
					s.wants("get inside", err, want)
					_, err = tx.List(ctx, driver.Query{Collection: "things", Partition: "p", Limit: 1})
					s.wants("list inside", err, want)
					_, err = tx.Put(ctx, driver.Write{Key: key("p", "a"), Data: number("1")})
					s.wants("put inside", err, want)
					s.wants("delete inside", tx.Delete(ctx, key("p", "a"), driver.Any), want)
					s.wants("reindex inside", tx.Reindex(ctx, key("p", "a"), driver.Any, nil), want)
				})
			}
			ctx, cancelInside := context.WithCancelCause(s.Context())
			err := s.db.Do(ctx, "p", func(ctx context.Context, tx driver.Tx) error {
				_, err := tx.Put(ctx, driver.Write{Key: key("p", "a"), Data: number("1")})
				cancelInside(cause)
				return err
			})
			s.wants("do that is cancelled inside", err, context.Canceled)
			s.is("ids", s.ids(driver.Query{Partition: "p"}), "")
		}},
	{"cancelled-inside", "a context that is cancelled during a transaction ends its calls and keeps it from being committed, even if its function returns nil",
		func(s *suite) {
			ctx, cancel := context.WithCancel(s.Context())
			defer cancel()
			err := s.db.Do(ctx, "p", func(ctx context.Context, tx driver.Tx) error {
				if _, err := tx.Put(ctx, driver.Write{Key: key("p", "a"), Data: number("1")}); err != nil {
					return err
				}
				cancel()
				_, err := tx.Put(ctx, driver.Write{Key: key("p", "b"), Data: number("1")})
				s.wants("put", err, context.Canceled)
				_, err = tx.Get(ctx, key("p", "a"))
				s.wants("get", err, context.Canceled)
				return nil
			})
			s.wants("do", err, context.Canceled)
			s.is("ids", s.ids(driver.Query{Partition: "p"}), "")
		}},
	{"cancelled-waiting", "a context that is cancelled while its transaction waits for another one ends the waiting",
		func(s *suite) {
			inside, leave, left := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			go func() {
				left <- s.db.Do(s.Context(), "p", func(ctx context.Context, tx driver.Tx) error {
					if _, err := tx.Put(ctx, driver.Write{Key: key("p", "a"), Data: number("1")}); err != nil {
						return err
					}
					close(inside)
					<-leave
					return nil
				})
			}()
			<-inside
			ctx, cancel := context.WithCancel(s.Context())
			waiting := make(chan error, 1)
			go func() {
				waiting <- s.db.Do(ctx, "p", func(ctx context.Context, tx driver.Tx) error {
					_, err := tx.Put(ctx, driver.Write{Key: key("p", "a"), Data: number("2")})
					if err != nil {
						return err
					}
					<-ctx.Done() // an engine that lets both run must not commit this one
					return nil
				})
			}()
			cancel()
			s.wants("do", <-waiting, context.Canceled)
			close(leave)
			if err := <-left; err != nil {
				s.Errorf("the other transaction: %v", err)
			}
			s.holds(key("p", "a"), 1, number("1"))
		}},
}
