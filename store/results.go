package store

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/operation/results"
)

// KeepResults declares that the database keeps the results of the service's idempotent operations, and returns where they are kept, the
// same at every call. Vade calls it for services that have such operations. It makes a DB an operation.ResultKeeper.
func (db *DB) KeepResults(s operation.Scope) results.Store {
	return s.Declare(resultsKey{}, func() operation.Part { return newKeptResults(s) }).(*keptResults)
}

type resultsKey struct{}

// keptResults keeps claims and results as documents, each in a partition of its own: those of different keys never wait for each other. It
// is a results.Store, and a part of the service that removes what is over.
type keptResults struct {
	sweeper
	db   *DB
	docs *Collection[keptResult]
}

// keptResult is a claim, or with Done a result.
type keptResult struct {
	Until       string      `json:"until"` // when it is over, as in instant
	Fingerprint string      `json:"fingerprint"`
	Token       string      `json:"token,omitempty"`
	Done        bool        `json:"done,omitempty"`
	Status      int         `json:"status,omitempty"`
	Header      http.Header `json:"header,omitempty"`
	Body        []byte      `json:"body,omitempty"`
	Omitted     bool        `json:"omitted,omitempty"`
}

const byEnd = "until"

func newKeptResults(s operation.Scope) *keptResults {
	r := &keptResults{
		db:   Of(s),
		docs: Collect(s, "_results", Internal[keptResult](), Index(byEnd, func(r keptResult) string { return r.Until })),
	}
	r.sweeper = newSweeper(r.sweep)
	return r
}

// instant writes a time so that texts sort as times do.
func instant(t time.Time) string { return fmt.Sprintf("%016x", uint64(t.UnixNano())) }

func (r keptResult) over(now time.Time) bool { return r.Until <= instant(now) }

func (r keptResult) found() *results.Found {
	found := &results.Found{Fingerprint: r.Fingerprint}
	if r.Done {
		found.Result = &results.Result{Status: r.Status, Header: r.Header, Body: r.Body, Omitted: r.Omitted}
	}
	return found
}

func resultKey(key string) Key { return Key{Partition: key, ID: key} }

// Claim asks for a key. See results.Store.
func (r *keptResults) Claim(ctx context.Context, key string, c results.Claim) (found *results.Found, err error) {
	at := resultKey(key)
	switch item, err := r.docs.Get(ctx, at); { // most who find something do not need the transaction
	case err == nil && !item.Value.over(time.Now()):
		return item.Value.found(), nil
	case err != nil && !errors.Is(err, ErrNotFound):
		return nil, err
	}
	err = r.db.Do(ctx, at.Partition, func(ctx context.Context, tx *Tx) error {
		found = nil
		docs, now := r.docs.With(tx), time.Now()
		claim := keptResult{Until: instant(now.Add(c.Lease)), Fingerprint: c.Fingerprint, Token: c.Token}
		item, err := docs.Get(ctx, at)
		switch {
		case errors.Is(err, ErrNotFound):
			_, err = docs.Insert(ctx, at, claim)
		case err == nil && item.Value.over(now):
			_, err = docs.Replace(ctx, at, claim, item.Version)
		case err == nil:
			found = item.Value.found()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Complete keeps the result of a claim. See results.Store.
func (r *keptResults) Complete(ctx context.Context, key, token string, result results.Result, keep time.Duration) error {
	result = result.Fitting()
	return r.held(ctx, key, token, func(ctx context.Context, docs *Collection[keptResult], item Item[keptResult]) error {
		_, err := docs.Replace(ctx, item.Key, keptResult{
			Until: instant(time.Now().Add(keep)), Fingerprint: item.Value.Fingerprint, Done: true,
			Status: result.Status, Header: result.Header, Body: result.Body, Omitted: result.Omitted,
		}, item.Version)
		return err
	})
}

// Release gives a claim up. See results.Store.
func (r *keptResults) Release(ctx context.Context, key, token string) error {
	return r.held(ctx, key, token, func(ctx context.Context, docs *Collection[keptResult], item Item[keptResult]) error {
		return docs.Delete(ctx, item.Key, item.Version)
	})
}

// held runs fn in a transaction on the claim that the token has.
func (r *keptResults) held(ctx context.Context, key, token string,
	fn func(context.Context, *Collection[keptResult], Item[keptResult]) error,
) error {
	at := resultKey(key)
	return r.db.Do(ctx, at.Partition, func(ctx context.Context, tx *Tx) error {
		docs := r.docs.With(tx)
		item, err := docs.Get(ctx, at)
		switch {
		case errors.Is(err, ErrNotFound):
			return results.ErrLost
		case err != nil:
			return err
		case item.Value.Done || item.Value.Token != token || item.Value.over(time.Now()):
			return results.ErrLost
		}
		return fn(ctx, docs, item)
	})
}

const (
	sweepBatch  = 100 // documents that are listed at once
	sweepAtOnce = 10  // that are removed at once: engines commit them together
)

// sweep removes claims and results that are over, up to a batch, and reports whether there are more.
func (r *keptResults) sweep(ctx context.Context) (more bool, err error) {
	page, err := r.docs.List(ctx, Query{Index: byEnd, To: instant(time.Now()), Limit: sweepBatch})
	if err != nil {
		return false, err
	}
	for some := range slices.Chunk(page.Items, sweepAtOnce) {
		errs := make([]error, len(some))
		var all sync.WaitGroup
		for i, item := range some {
			all.Go(func() {
				err := r.docs.Delete(ctx, item.Key, item.Version)
				if !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrConflict) { // somebody has claimed the key anew
					errs[i] = err
				}
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			return false, err
		}
	}
	return page.Next != "", nil
}
