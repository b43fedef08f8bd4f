package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// writer is the one connection that writes, with its statements. It belongs to who has the turn.
//
// Most of a commit is the sync to the disk. Therefore transactions that wait for each other anyway share one: who is done
// while others wait leaves its work in a group, which is one transaction of SQLite with a savepoint around each further
// member, and gets its answer when the group is committed.
type writer struct {
	conn     *sql.Conn
	prepared statements // those below and of lists
	group    *group     // the transaction of SQLite that is open; nil: none
	fault    error      // what broke it: SQLite may have rolled it back by itself

	beginStmt, commitStmt, rollbackStmt *sql.Stmt
	markStmt, backStmt, unmarkStmt      *sql.Stmt
	getStmt, findStmt, putStmt          *sql.Stmt
	dropStmt, reindexStmt               *sql.Stmt
	enterStmt, leaveStmt                *sql.Stmt
}

// group is the work of transactions that are committed together.
type group struct {
	members int // whose work is in it
	began   time.Time
	done    chan struct{} // closed when err and broken are known
	err     error
	broken  bool // before its commit was tried: nothing of it has happened
}

// A group is committed when nobody waits, or when it has reached one of these.
const (
	groupMembers = 64
	groupAge     = 5 * time.Millisecond
)

// groupPatience is how long a group waits for a member that is not done; it is then committed without it.
const groupPatience = 250 * time.Millisecond

// The statements of a transaction.
const (
	findSQL = `SELECT version, entries FROM documents WHERE collection = ? AND partition = ? AND id = ?`
	putSQL  = `INSERT INTO documents (collection, partition, id, version, data, entries) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET version = excluded.version, data = excluded.data, entries = excluded.entries`
	dropSQL    = `DELETE FROM documents WHERE collection = ? AND partition = ? AND id = ?`
	reindexSQL = `UPDATE documents SET entries = ? WHERE collection = ? AND partition = ? AND id = ?`
	enterSQL   = `INSERT INTO entries (collection, name, partition, value, id) VALUES (?, ?, ?, ?, ?)`
	leaveSQL   = `DELETE FROM entries WHERE collection = ? AND name = ? AND partition = ? AND value = ? AND id = ?`
)

// newWriter takes a connection from the pool until the writer is closed.
func newWriter(ctx context.Context, pool *sql.DB) (*writer, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn}
	for text, stmt := range map[string]**sql.Stmt{
		"BEGIN IMMEDIATE": &w.beginStmt, "COMMIT": &w.commitStmt, "ROLLBACK": &w.rollbackStmt,
		"SAVEPOINT member": &w.markStmt, "ROLLBACK TO member": &w.backStmt, "RELEASE member": &w.unmarkStmt,
		getSQL: &w.getStmt, findSQL: &w.findStmt, putSQL: &w.putStmt, dropSQL: &w.dropStmt,
		reindexSQL: &w.reindexStmt, enterSQL: &w.enterStmt, leaveSQL: &w.leaveStmt,
	} {
		if *stmt, err = w.prepared.get(ctx, conn, text); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

// close gives the connection back. SQLite keeps one open, and its locks, as long as it has statements.
func (w *writer) close() error { return errors.Join(w.prepared.close(), w.conn.Close()) }

// begin joins the open group, or begins one: that waits for the file's lock as long as the data source says.
func (w *writer) begin(ctx context.Context) error {
	if w.group != nil {
		return w.exec(w.markStmt)
	}
	if _, err := w.beginStmt.ExecContext(ctx); err != nil {
		return errors.Join(err, w.rollback()) // the lock may have been taken just before ctx was seen to end
	}
	w.group = &group{began: time.Now(), done: make(chan struct{})}
	return nil
}

// keep leaves the work of the transaction in the group, which fails with it if it is broken.
func (w *writer) keep() {
	if w.fault == nil && w.group.members > 0 {
		_ = w.exec(w.unmarkStmt) // an error is a fault
	}
	w.group.members++
}

// undo takes the work of the transaction out of the group. A group that is empty or broken ends.
func (w *writer) undo() error {
	if w.fault == nil && w.group.members > 0 {
		return errors.Join(w.exec(w.backStmt), w.exec(w.unmarkStmt))
	}
	w.group.broken = true
	return w.end(errors.Join(w.fault, w.rollback()))
}

// commit ends the group with its answer. It is not interrupted: its outcome must be known.
func (w *writer) commit() error {
	if w.group.broken = w.fault != nil; !w.group.broken {
		_ = w.exec(w.commitStmt) // an error is a fault
	}
	if w.fault != nil {
		return w.end(errors.Join(w.fault, w.rollback()))
	}
	return w.end(nil)
}

// end answers the members of the group.
func (w *writer) end(err error) error {
	w.group.err = err
	close(w.group.done)
	w.group, w.fault = nil, nil
	return err
}

// rollback ends the transaction of SQLite, if it has not ended by itself because of an error.
func (w *writer) rollback() error {
	_, err := w.rollbackStmt.Exec()
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		return nil
	}
	return err
}

// exec runs a statement in the group's transaction. Neither this nor anything else in it is interrupted by a context: SQLite
// answers an interrupted write with the rollback of everything, and each is short.
func (w *writer) exec(stmt *sql.Stmt, args ...any) error {
	_, err := stmt.Exec(args...)
	return w.check(err)
}

// check remembers an error that the transaction does not survive.
func (w *writer) check(err error) error {
	if err != nil && w.fault == nil {
		w.fault = err
	}
	return err
}

// isBusy reports whether another connection held a lock for too long.
func isBusy(err error) bool {
	var fault *sqlite.Error
	return errors.As(err, &fault) && fault.Code()&0xff == sqlite3.SQLITE_BUSY
}
