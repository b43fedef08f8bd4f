package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// applicationID marks our files (PRAGMA application_id): "VADE".
	applicationID = 0x56414445
	// schemaVersion is the version of the tables below (PRAGMA user_version).
	schemaVersion = 1
)

// schema holds documents under their key and, beside each document, its index entries as a JSON object, so that a
// write knows what to remove without another index.
const schema = `
CREATE TABLE documents (
	collection TEXT    NOT NULL,
	partition  TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	version    INTEGER NOT NULL,
	data       TEXT    NOT NULL,
	entries    TEXT    NOT NULL,
	PRIMARY KEY (collection, partition, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
	collection TEXT NOT NULL,
	name       TEXT NOT NULL,
	partition  TEXT NOT NULL,
	value      TEXT NOT NULL,
	id         TEXT NOT NULL,
	PRIMARY KEY (collection, name, partition, value, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX entries_across ON entries (collection, name, value, partition, id);
`

// access is what a connection is for.
type access int

const (
	preparing access = iota // changes nothing in a file that may not be ours
	writing
	reading
)

// dataSource returns the name under which database/sql opens the file. Writers sync at every commit (FULL), so that
// a commit survives the loss of power; a database that lives as long as the process need not.
func (l location) dataSource(a access) string {
	v := url.Values{}
	v.Set("_txlock", "immediate")
	v.Set("_busy_timeout", strconv.FormatInt(min(l.wait.Milliseconds(), math.MaxInt32), 10)) // SQLite takes more for 0
	if a != preparing {
		v.Set("_journal_mode", "WAL")
		v.Add("_pragma", "journal_size_limit(67108864)") // a WAL that one large transaction swelled shrinks again
	}
	v.Set("_synchronous", "FULL")
	if l.memory {
		v.Set("_synchronous", "OFF")
	}
	if a == reading {
		v.Set("_query_only", "1")
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(l.path), RawQuery: v.Encode()}
	return u.String()
}

// prepareFile makes sure that there is a file that nobody else may read. It leaves making it to SQLite, with the permissions
// of another one, since whoever closes a descriptor of a file drops all locks that the process has on it, those of its
// other connections too.
func (l location) prepareFile(ctx context.Context) (err error) {
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return l.explain(err)
	}
	switch info, err := os.Stat(l.path); {
	case err == nil && info.IsDir():
		return l.explain(&fs.PathError{Op: "open", Path: l.path, Err: errors.New("is a directory")})
	case err == nil:
		return nil
	}
	model, err := os.CreateTemp(filepath.Dir(l.path), ".new-*") // for this user alone
	if err != nil {
		return l.explain(err)
	}
	defer os.Remove(model.Name())
	if err := model.Close(); err != nil {
		return l.explain(err)
	}
	escaped := strings.ReplaceAll(url.QueryEscape(filepath.ToSlash(model.Name())), "+", "%20") // SQLite knows no plus
	db, err := sql.Open("sqlite", l.dataSource(preparing)+"&modeof="+escaped)
	if err != nil {
		return l.explain(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.PingContext(ctx); err != nil {
		return l.explain(err)
	}
	return nil
}

// prepareSchema creates the tables in a new file, and refuses a file that is not ours or from the future.
func (l location) prepareSchema(ctx context.Context) (err error) {
	db, err := sql.Open("sqlite", l.dataSource(preparing))
	if err != nil {
		return l.explain(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ready, err := l.inspect(ctx, db)
	if err == nil && !ready {
		err = l.createTables(ctx, db)
	}
	if err != nil {
		return err
	}
	if err := l.switchToLog(ctx, db); err != nil {
		return l.explain(err)
	}
	return nil
}

// createTables makes the tables under the write lock, so that of two processes that start together one makes them.
func (l location) createTables(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return l.explain(err)
	}
	defer tx.Rollback() // does nothing after Commit
	if ready, err := l.inspect(ctx, tx); ready || err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("%s PRAGMA application_id = %d; PRAGMA user_version = %d;",
		schema, applicationID, schemaVersion))
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return l.explain(err)
	}
	return nil
}

// switchToLog makes the file one with a write-ahead log, which it stays. SQLite does not wait for its turn to do that: where
// several do it at once, all but one are told at once that the file is busy.
func (l location) switchToLog(ctx context.Context, db *sql.DB) error {
	for deadline := time.Now().Add(l.wait); ; {
		_, err := db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		if !isBusy(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// inspect reports whether the file has our tables. A file with nothing in it has not, and is no error.
func (l location) inspect(ctx context.Context, q interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (ready bool, err error) {
	var application, version, tables int
	err = q.QueryRowContext(ctx, `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`).Scan(&application, &version, &tables)
	switch {
	case err != nil:
		return false, l.explain(err)
	case application == applicationID && version > schemaVersion:
		return false, fmt.Errorf("sqlitestore: %s was written by a newer program (schema %d, this program knows %d): run the newer program",
			l.path, version, schemaVersion)
	case application == applicationID:
		return true, nil
	case application != 0 || version != 0 || tables != 0:
		return false, fmt.Errorf("sqlitestore: %s is the database of another program: choose another folder", l.path)
	}
	return false, nil
}

// explain names the file and, where somebody has to mend something, says what.
func (l location) explain(err error) error {
	return fmt.Errorf("sqlitestore: %s: %w%s", l.path, err, mend(err))
}

// mend says what to do about an error; nothing when nobody can tell.
func mend(err error) string {
	var fault *sqlite.Error
	if errors.As(err, &fault) {
		switch fault.Code() & 0xff {
		case sqlite3.SQLITE_NOTADB:
			return ": the file is not a database: move it away or choose another folder"
		case sqlite3.SQLITE_CORRUPT:
			return ": the file is damaged: restore a copy"
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
			return ": let this user write the file and its folder, or choose another folder"
		case sqlite3.SQLITE_BUSY:
			return ": another process holds the database: stop it or choose another folder"
		case sqlite3.SQLITE_FULL:
			return ": the disk is full: make room"
		}
		return ""
	}
	if errors.Is(err, fs.ErrPermission) {
		return ": let this user write the file and its folder, or choose another folder"
	}
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		return ": make it a folder that this user can write, or choose another one"
	}
	return ""
}
