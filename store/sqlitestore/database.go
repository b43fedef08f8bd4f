package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/vade-go/vade/store/driver"
)

// patience is how long a transaction waits for those of this process before it. Only a program at fault comes near: one
// whose transactions wait for something that is not in the database.
const patience = 30 * time.Second

// database is one open file: one connection that writes, and a pool of those that read.
type database struct {
	loc     location
	log     *slog.Logger
	remove  func() error // of a temporary file; nil for others
	turns   turns        // to use the writer
	writer  *writer
	writers *sql.DB // holds the one connection of the writer
	readers *sql.DB
	lists   statements
	getStmt *sql.Stmt
	reading sync.RWMutex // held by reads; taken for good by Close

	life   context.Context
	die    context.CancelCauseFunc
	closed sync.Once
	err    error // of the first Close
}

// open opens the file and makes it ready.
func open(ctx context.Context, loc location, log *slog.Logger) (_ *database, err error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	d := &database{loc: loc, log: log}
	d.life, d.die = context.WithCancelCause(context.Background())
	defer func() {
		if err != nil {
			err = errors.Join(err, d.release())
		}
	}()
	if loc.memory {
		if d.loc, d.remove, err = loc.temporary(); err != nil {
			return nil, err
		}
	}
	if err := d.loc.prepareFile(ctx); err != nil {
		return nil, err
	}
	if err := d.loc.prepareSchema(ctx); err != nil {
		return nil, err
	}
	if d.writers, err = sql.Open("sqlite", d.loc.dataSource(writing)); err != nil {
		return nil, d.loc.explain(err)
	}
	if d.writer, err = newWriter(ctx, d.writers); err != nil {
		return nil, d.loc.explain(err)
	}
	if d.readers, err = sql.Open("sqlite", d.loc.dataSource(reading)); err != nil {
		return nil, d.loc.explain(err)
	}
	d.readers.SetMaxOpenConns(max(4, 2*runtime.GOMAXPROCS(0)))
	d.readers.SetMaxIdleConns(max(4, 2*runtime.GOMAXPROCS(0)))
	if d.getStmt, err = d.readers.PrepareContext(ctx, getSQL); err != nil {
		return nil, d.loc.explain(err)
	}
	return d, nil
}

func (d *database) Capabilities() driver.Capabilities {
	return driver.Capabilities{AllPartitions: true, Durable: !d.loc.memory}
}

func (d *database) Get(ctx context.Context, key driver.Key) (driver.Document, error) {
	if !d.reading.TryRLock() {
		return driver.Document{}, driver.ErrClosed
	}
	defer d.reading.RUnlock()
	doc, err := get(ctx, d.getStmt, key)
	return doc, d.readError(ctx, err)
}

func (d *database) List(ctx context.Context, q driver.Query) ([]driver.Document, error) {
	if !d.reading.TryRLock() {
		return nil, driver.ErrClosed
	}
	defer d.reading.RUnlock()
	text, args := listSQL(q)
	stmt, err := d.lists.get(ctx, d.readers, text)
	if err != nil {
		return nil, d.readError(ctx, err)
	}
	docs, err := list(ctx, stmt, q, args)
	return docs, d.readError(ctx, err)
}

// readError says what an error of the read pool means to the caller.
func (d *database) readError(ctx context.Context, err error) error {
	switch {
	case err == nil || errors.Is(err, driver.ErrNotFound):
		return err
	case ctx.Err() != nil:
		return d.ended(ctx)
	default:
		return d.loc.explain(err)
	}
}

// ended says why ctx has ended: because the database is closed, or else in the words of the context, whatever its cause.
func (d *database) ended(ctx context.Context) error {
	if d.life.Err() != nil && errors.Is(context.Cause(ctx), driver.ErrClosed) {
		return driver.ErrClosed
	}
	return ctx.Err()
}

// errAgain: what fn was shown or has written is not committed, through no fault of its own.
var errAgain = errors.New("to be run again")

// Do waits for its turn, runs fn, and leaves its work in the writer's group until that is committed.
func (d *database) Do(ctx context.Context, partition string, fn func(context.Context, driver.Tx) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(d.life, func() { cancel(driver.ErrClosed) })()
	err := d.run(ctx, partition, fn, false)
	if errors.Is(err, errAgain) {
		err = d.run(ctx, partition, fn, true)
	}
	return err
}

// run runs fn once and waits for what it rests on. Alone, that is nothing but what has been committed.
func (d *database) run(ctx context.Context, partition string, fn func(context.Context, driver.Tx) error, alone bool) error {
	if err := d.take(ctx); err != nil {
		return err
	}
	g, err := d.turn(ctx, partition, fn, alone)
	if g == nil {
		return err
	}
	<-g.done
	switch {
	case g.err == nil:
		return err
	case g.broken, err != nil: // by another member; or what was refused rests on what is not there
		return errAgain
	default:
		return d.loc.explain(g.err)
	}
}

// turn runs fn and passes the turn on. It returns the group that the result hangs on: the one that has the work of fn, or
// others' work that fn has seen before it refused.
func (d *database) turn(ctx context.Context, partition string, fn func(context.Context, driver.Tx) error, alone bool) (*group, error) {
	defer d.finish()
	w := d.writer
	if alone && w.group != nil {
		_ = w.commit() // which answers the group
	}
	if err := w.begin(ctx); err != nil {
		return nil, d.writeError(ctx, err)
	}
	g := w.group
	first := g.members == 0
	tx := &transaction{db: d, w: w, partition: partition}
	defer tx.end(false) // if fn panics
	if !first {
		defer time.AfterFunc(groupPatience, tx.evict).Stop()
	}
	err := fn(ctx, tx)
	if err == nil && ctx.Err() != nil {
		tx.end(false)
		return nil, d.ended(ctx)
	}
	switch evicted := tx.end(err == nil); {
	case evicted:
		return nil, errAgain
	case first && err != nil:
		return nil, err
	case first && w.fault != nil: // fn has broken it and does not say so
		return nil, d.loc.explain(w.fault)
	}
	if alone {
		_ = w.commit() // before others can break it
	}
	return g, err
}

// take waits for the turn.
func (d *database) take(ctx context.Context) error {
	switch {
	case d.life.Err() != nil:
		return driver.ErrClosed
	case ctx.Err() != nil:
		return d.ended(ctx)
	}
	err := d.turns.take(ctx, patience)
	switch {
	case errors.Is(err, errTurn):
		return fmt.Errorf("sqlitestore: %s: a transaction has not ended for %s: %w", d.loc.path, patience, driver.ErrBusy)
	case err != nil:
		return d.ended(ctx)
	case d.life.Err() != nil:
		d.finish()
		return driver.ErrClosed
	}
	return nil
}

// finish passes the turn on: with the group still open to who waits for it, or else after committing the group.
func (d *database) finish() {
	g := d.writer.group
	if g != nil && d.writer.fault == nil && g.members < groupMembers && time.Since(g.began) < groupAge && d.turns.offer() {
		return
	}
	if g != nil {
		_ = d.writer.commit() // which answers the group
	}
	d.turns.release()
}

// writeError says what an error of the writer means to the caller.
func (d *database) writeError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return d.ended(ctx)
	case isBusy(err):
		return fmt.Errorf("sqlitestore: %s: another process has held the write lock for %s: %w", d.loc.path, d.loc.wait, driver.ErrBusy)
	default:
		return d.loc.explain(err)
	}
}

// Close waits for the running transaction, whose context it ends, and for the running reads.
func (d *database) Close() error {
	d.closed.Do(func() {
		d.die(driver.ErrClosed)
		for d.turns.take(context.Background(), time.Hour) != nil {
		}
		if d.writer.group != nil {
			_ = d.writer.commit() // of those that were done before
		}
		d.reading.Lock() // for good
		d.err = d.release()
	})
	return d.err
}

// release gives back whatever has been opened.
func (d *database) release() error {
	var errs []error
	if d.readers != nil {
		errs = append(errs, d.readers.Close())
	}
	if d.writer != nil {
		errs = append(errs, d.writer.close())
	}
	if d.writers != nil {
		errs = append(errs, d.writers.Close())
	}
	if d.remove != nil {
		errs = append(errs, d.remove())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("sqlitestore: close %s: %w", d.loc.path, err)
	}
	return nil
}
