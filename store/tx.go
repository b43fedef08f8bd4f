package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/vade-go/vade/store/driver"
)

// Tx is a running transaction, given to the function of [DB.Do]. It belongs to that function's goroutine and is over when the
// function returns; from then on its calls return [ErrClosed].
type Tx struct {
	db        *DB
	engine    driver.Tx
	partition string
	committed []func()
	over      atomic.Bool
}

// txKey finds in a context the transaction that it belongs to.
type txKey struct{ db *DB }

// Do runs fn in a transaction of one partition: what fn writes through [Collection.With] is committed together when it
// returns nil, durably and at once, and not at all when it returns an error or panics. Do returns the error of fn
// unchanged; a panic goes on.
//
// Transactions of one partition happen one after the other. When the engine finds that two got in each other's way it runs
// fn again, so fn must have no effect but those on tx, and what it computes must be computed from the start.
//
// The context of fn belongs to the transaction and must be used for its calls. When it ends before the commit has begun,
// nothing is written and Do returns its error. When the commit fails, an error of the disk or the network, it may or
// may not have happened, as with any database.
//
// Transactions do not nest: Do inside of fn is [ErrNested].
func (db *DB) Do(ctx context.Context, partition string, fn func(ctx context.Context, tx *Tx) error) (err error) {
	if err := checkText(partition); err != nil {
		return fmt.Errorf("store: transaction: %w: partition %w", ErrKey, err)
	}
	if db.engine == nil {
		return fmt.Errorf("store: transaction in %s: %w", partition, ErrClosed)
	}
	if db.running(ctx) != nil {
		return fmt.Errorf("store: transaction in %s: %w", partition, ErrNested)
	}
	ctx, run := db.transaction.Begin(ctx)
	var tx *Tx      // of the last run of fn
	word := "error" // if fn panics
	var fault error // of the engine
	defer func() { run.End(word, fault) }()
	err = db.engine.Do(ctx, partition, func(ctx context.Context, engine driver.Tx) error {
		tx = &Tx{db: db, engine: engine, partition: partition}
		defer tx.over.Store(true)
		if err := fn(context.WithValue(ctx, txKey{db}, tx), tx); err != nil {
			return &refusal{err}
		}
		return nil
	})
	if r, ok := errors.AsType[*refusal](err); ok {
		word = "rolled_back"
		return r.err
	}
	if word, fault = status(err); err != nil {
		return fmt.Errorf("store: transaction in %s: %w", partition, err)
	}
	for _, f := range tx.committed {
		f()
	}
	return nil
}

// refusal is an error of the function of a transaction, to tell it from one of the engine.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// OnCommit has f run after the transaction has been committed, before [DB.Do] returns, in the order of the calls. A
// transaction that is not committed, or is run again, drops it. F must be quick and must not fail: the process may die
// between the commit and f.
func (tx *Tx) OnCommit(f func()) { tx.committed = append(tx.committed, f) }

// Partition returns the partition of the transaction.
func (tx *Tx) Partition() string { return tx.partition }

// Extension returns what [DB.Extend] was given for key, or nil.
func (tx *Tx) Extension(key any) any { return tx.db.extensions[key] }

// running returns the transaction of db that ctx belongs to, or nil.
func (db *DB) running(ctx context.Context) *Tx {
	tx, _ := ctx.Value(txKey{db}).(*Tx)
	if tx == nil || tx.over.Load() {
		return nil
	}
	return tx
}

// reader is what a driver.DB and a driver.Tx have in common.
type reader interface {
	Get(ctx context.Context, key driver.Key) (driver.Document, error)
	List(ctx context.Context, q driver.Query) ([]driver.Document, error)
}

// reader returns what a call reads from: its transaction, or the database.
func (c *collection) reader(ctx context.Context, tx *Tx, partition string) (reader, error) {
	if tx != nil {
		return tx.engine, tx.allowed(c)
	}
	if running := c.db.running(ctx); running != nil && running.partition == partition {
		return nil, fmt.Errorf("%w in this partition: read through With", ErrNested)
	}
	return c.db.engine, nil
}

// write runs fn in the transaction of a call, or in one of its own.
func (c *collection) write(ctx context.Context, tx *Tx, partition string, fn func(ctx context.Context, tx driver.Tx) error) error {
	if tx != nil {
		if err := tx.allowed(c); err != nil {
			return err
		}
		return fn(ctx, tx.engine)
	}
	if c.db.running(ctx) != nil {
		return fmt.Errorf("%w: write through With", ErrNested)
	}
	return c.db.engine.Do(ctx, partition, fn)
}

// allowed says whether a collection may be used in the transaction.
func (tx *Tx) allowed(c *collection) error {
	switch {
	case tx.over.Load():
		return fmt.Errorf("the transaction is over: %w", ErrClosed)
	case tx.db != c.db:
		return fmt.Errorf("the transaction is one of service %s: %w", tx.db.service, ErrPartition)
	}
	return nil
}
