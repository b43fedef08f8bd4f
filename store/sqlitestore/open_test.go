package sqlitestore_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/sqlitestore"
)

// open opens a database for the time of a test.
func open(t testing.TB, address, dir string) driver.DB {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlitestore.Driver().Open(t.Context(), driver.Config{URL: u, Service: "bookings", DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func key(id string) driver.Key {
	return driver.Key{Collection: "things", Partition: "p", ID: id}
}

func insert(ctx context.Context, db driver.DB, id string) error {
	return db.Do(ctx, "p", func(ctx context.Context, tx driver.Tx) error {
		_, err := tx.Put(ctx, driver.Write{Key: key(id), Data: []byte(`{"n":1}`), Entries: map[string]string{"by": id}})
		return err
	})
}

func TestTheURLSaysWhereTheFileIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, dir, want string }{
		{"sqlite:", "DIR/data", "DIR/data/bookings.db"},
		{"sqlite:///DIR/other/deep", "DIR/data", "DIR/other/deep/bookings.db"},
		{"sqlite:///DIR/with%20space%3F%23", "", "DIR/with space?#/bookings.db"},
		{"sqlite:?wait=1s", "DIR/data", "DIR/data/bookings.db"},
	} {
		dir := t.TempDir()
		fill := func(s, dir string) string { return strings.ReplaceAll(s, "DIR", dir) }
		db := open(t, fill(c.url, strings.TrimPrefix(filepath.ToSlash(dir), "/")), fill(c.dir, dir))
		if err := insert(t.Context(), db, "a"); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(fill(c.want, dir))
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
		} else if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may read it: %v", c.url, info.Mode())
		}
	}
}

func TestADatabaseInMemoryLeavesNothing(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	for _, address := range []string{"sqlite::memory:", "sqlite:?mode=memory"} {
		db := open(t, address, "")
		if err := insert(t.Context(), db, "a"); err != nil {
			t.Fatal(err)
		}
		if db.Capabilities().Durable {
			t.Errorf("%s says that it is durable", address)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(temporary)
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestAURLThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"sqlite://data/dir":                  "a database has no host",
		"sqlite:?mode=ro":                    `mode "ro" is not known`,
		"sqlite:?wait=soon":                  `wait "soon" is not a duration`,
		"sqlite:?wait=-1s":                   `wait "-1s" is not a duration`,
		"sqlite:///srv/seats#2":              "write %23",
		"sqlite:seats#2":                     "write %23",
		"sqlite:?cache=shared":               `parameter "cache" is not known`,
		"sqlite:///somewhere?mode=memory":    "mode=memory needs no folder",
		"sqlite:%zz":                         "folder",
		"sqlite:?%zz=1":                      "parameters",
		"sqlite:":                            "no folder to keep the database in",
		"sqlite://alice:hush@host/somewhere": "a database has no host",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = sqlitestore.Driver().Open(t.Context(), driver.Config{URL: u, Service: "bookings"})
		if err == nil || !strings.HasPrefix(err.Error(), "sqlitestore: ") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: got %v", address, err)
		}
	}
	for _, service := range []string{"", "..", "a/b", ".hidden"} {
		_, err := sqlitestore.Driver().Open(t.Context(), driver.Config{Service: service, DataDir: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), "rename the service") {
			t.Errorf("%q: got %v", service, err)
		}
	}
}

func TestAFileThatCannotBeUsedIsLeftAloneAndTheErrorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, dir, file string)
		want    string
	}{
		{"the folder is a file", func(t *testing.T, dir, file string) { write(t, dir, "x") }, "make it a folder that this user can write"},
		{"the file is a folder", func(t *testing.T, dir, file string) { mkdir(t, file) }, "choose another one"},
		{"no database", func(t *testing.T, dir, file string) {
			mkdir(t, dir)
			write(t, file, strings.Repeat("no database ", 1000))
		}, "the file is not a database: move it away"},
		{"another program's", func(t *testing.T, dir, file string) {
			mkdir(t, dir)
			execute(t, file, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
		}, "is the database of another program: choose another folder"},
		{"another application's", func(t *testing.T, dir, file string) {
			mkdir(t, dir)
			execute(t, file, "PRAGMA application_id = 7")
		}, "is the database of another program: choose another folder"},
		{"from the future", func(t *testing.T, dir, file string) {
			mkdir(t, dir)
			execute(t, file, "PRAGMA application_id = 0x56414445; PRAGMA user_version = 99")
		}, "was written by a newer program (schema 99, this program knows 1): run the newer program"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			file := filepath.Join(dir, "bookings.db")
			c.prepare(t, dir, file)
			before, _ := os.ReadFile(file)
			_, err := sqlitestore.Driver().Open(t.Context(), driver.Config{Service: "bookings", DataDir: dir})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "sqlitestore: "+file) {
				t.Errorf("got %v", err)
			}
			if after, _ := os.ReadFile(file); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestTheLockOfAnotherProcessIsWaitedForAndNotForEver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, "sqlite:?wait=50ms", dir)
	other := open(t, "sqlite:", dir)
	err := other.Do(t.Context(), "p", func(_ context.Context, tx driver.Tx) error {
		err := insert(t.Context(), db, "a")
		if !errors.Is(err, driver.ErrBusy) || !strings.Contains(err.Error(), "bookings.db: another process has held the write lock for 50ms") {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := insert(ctx, db, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if _, err := db.Get(t.Context(), key("a")); !errors.Is(err, driver.ErrNotFound) {
			t.Errorf("a read must not wait: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := insert(t.Context(), db, "a"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestWaitingForTheLockEndsWithTheContext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, other := open(t, "sqlite:?wait=1h", dir), open(t, "sqlite:", dir)
	err := other.Do(t.Context(), "p", func(context.Context, driver.Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- insert(ctx, db, "a") }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := insert(t.Context(), db, "b"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

// execute runs statements on a file as another program would.
func execute(t *testing.T, file, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err == nil {
		_, err = db.ExecContext(t.Context(), statements)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
