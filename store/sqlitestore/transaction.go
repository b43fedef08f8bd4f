package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/store/driver"
)

// transaction is a turn of the writer.
type transaction struct {
	db        *database
	w         *writer
	partition string

	mu      sync.Mutex // for evict, which comes from another goroutine
	over    bool
	evicted bool // and the function does not know yet
}

// end leaves the work of the transaction in the group, or takes it out. It reports whether that has been done already, by evict.
// A second call does nothing.
func (t *transaction) end(keep bool) (evicted bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		evicted, t.evicted = t.evicted, false
		return evicted
	}
	t.over = true
	if keep {
		t.w.keep()
	} else {
		t.undo()
	}
	return false
}

// evict commits the group without a transaction that does not come to its end: those that did wait for it.
func (t *transaction) evict() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return
	}
	t.over, t.evicted = true, true
	t.undo()
	if t.w.group != nil {
		_ = t.w.commit() // which answers the group
	}
}

func (t *transaction) undo() {
	if err := t.w.undo(); err != nil {
		t.db.log.Error("sqlitestore: rollback", "path", t.db.loc.path, "error", err)
	}
}

// allowed says whether the transaction may touch partition.
func (t *transaction) allowed(ctx context.Context, partition string) error {
	switch {
	case t.evicted:
		return driver.ErrBusy
	case t.over:
		return driver.ErrClosed
	case ctx.Err() != nil:
		return t.db.ended(ctx)
	case t.w.fault != nil:
		return t.db.loc.explain(t.w.fault)
	case partition != t.partition:
		return driver.ErrPartition
	}
	return nil
}

func (t *transaction) Get(ctx context.Context, key driver.Key) (driver.Document, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.allowed(ctx, key.Partition); err != nil {
		return driver.Document{}, err
	}
	doc, err := get(context.Background(), t.w.getStmt, key)
	if errors.Is(err, driver.ErrNotFound) {
		return doc, err
	}
	return doc, t.explain(t.w.check(err))
}

func (t *transaction) List(ctx context.Context, q driver.Query) ([]driver.Document, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.allowed(ctx, q.Partition); err != nil {
		return nil, err
	}
	text, args := listSQL(q)
	stmt, err := t.w.prepared.get(context.Background(), t.w.conn, text)
	if err != nil {
		return nil, t.explain(t.w.check(err))
	}
	docs, err := list(context.Background(), stmt, q, args)
	return docs, t.explain(t.w.check(err))
}

func (t *transaction) Put(ctx context.Context, w driver.Write) (driver.Version, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, err := t.find(ctx, w.Key)
	if err != nil {
		return 0, err
	}
	if err := driver.Check(w.Expect, before.version); err != nil {
		return 0, err
	}
	version := before.version + 1
	if before.version == driver.Absent && w.First > 0 {
		version = w.First
	}
	err = t.w.exec(t.w.putStmt, w.Key.Collection, w.Key.Partition, w.Key.ID, int64(version), string(w.Data), encodeEntries(w.Entries))
	if err == nil {
		err = t.enter(w.Key, before.entries, w.Entries)
	}
	if err != nil {
		return 0, t.explain(err)
	}
	return version, nil
}

func (t *transaction) Delete(ctx context.Context, key driver.Key, expect driver.Version) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, err := t.existing(ctx, key, expect)
	if err != nil {
		return err
	}
	if err = t.w.exec(t.w.dropStmt, key.Collection, key.Partition, key.ID); err == nil {
		err = t.enter(key, before.entries, nil)
	}
	return t.explain(err)
}

func (t *transaction) Reindex(ctx context.Context, key driver.Key, expect driver.Version, entries map[string]string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, err := t.existing(ctx, key, expect)
	if err != nil {
		return err
	}
	if err = t.w.exec(t.w.reindexStmt, encodeEntries(entries), key.Collection, key.Partition, key.ID); err == nil {
		err = t.enter(key, before.entries, entries)
	}
	return t.explain(err)
}

// state is what a write has to know about the document that it meets.
type state struct {
	version driver.Version // driver.Absent when there is none
	entries map[string]string
}

// find reads the state of a document.
func (t *transaction) find(ctx context.Context, key driver.Key) (state, error) {
	if err := t.allowed(ctx, key.Partition); err != nil {
		return state{}, err
	}
	var s state
	var entries string
	err := t.w.findStmt.QueryRow(key.Collection, key.Partition, key.ID).Scan((*int64)(&s.version), &entries)
	if errors.Is(err, sql.ErrNoRows) {
		return state{version: driver.Absent}, nil
	}
	if err == nil && entries != "" {
		err = json.Unmarshal([]byte(entries), &s.entries)
	}
	return s, t.explain(t.w.check(err))
}

// existing is find for a write that needs a document.
func (t *transaction) existing(ctx context.Context, key driver.Key, expect driver.Version) (state, error) {
	before, err := t.find(ctx, key)
	if err != nil {
		return state{}, err
	}
	if before.version == driver.Absent {
		return state{}, driver.ErrNotFound
	}
	return before, driver.Check(expect, before.version)
}

// enter makes the index entries of a document those of after.
func (t *transaction) enter(key driver.Key, before, after map[string]string) error {
	for name, value := range before {
		if after[name] == value {
			continue
		}
		if err := t.w.exec(t.w.leaveStmt, key.Collection, name, key.Partition, value, key.ID); err != nil {
			return err
		}
	}
	for name, value := range after {
		if before[name] == value {
			continue
		}
		if err := t.w.exec(t.w.enterStmt, key.Collection, name, key.Partition, value, key.ID); err != nil {
			return err
		}
	}
	return nil
}

// explain names the file in an error of SQLite, which never quotes what was written.
func (t *transaction) explain(err error) error {
	if err == nil {
		return nil
	}
	return t.db.loc.explain(err)
}

// encodeEntries returns the text of the column entries.
func encodeEntries(entries map[string]string) string {
	if len(entries) == 0 {
		return ""
	}
	text, err := json.Marshal(entries, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("sqlitestore: index entries are not UTF-8: %v", err)) // the portable layer has checked
	}
	return string(text)
}
