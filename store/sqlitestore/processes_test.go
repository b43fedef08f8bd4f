package sqlitestore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/sqlitestore"
)

// insertAndList inserts a document of its own, closes the database and prints what was in it.
func insertAndList(dir string) error {
	ctx := context.Background()
	db, err := sqlitestore.Driver().Open(ctx, driver.Config{Service: "bookings", DataDir: dir})
	if err != nil {
		return err
	}
	if err := insert(ctx, db, fmt.Sprintf("of-%d", os.Getpid())); err != nil {
		return err
	}
	docs, err := db.List(ctx, driver.Query{Collection: "things", Partition: "p", Limit: 1000})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	for _, doc := range docs {
		fmt.Println(doc.Key.ID)
	}
	os.Exit(0)
	return nil
}

func TestAClosedDatabaseLeavesNoConnection(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		db := open(t, "sqlite:", dir)
		if err := insert(t.Context(), db, "a"); err != nil && !errors.Is(err, driver.ErrExists) {
			t.Fatal(err)
		}
		if _, err := db.List(t.Context(), driver.Query{Collection: "things", Partition: "p", Limit: 1}); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != 1 {
			t.Errorf("the last connection to the file takes the log with it: left %v, %v", left, err)
		}
	}
}

// Some of them are goroutines of one process, which loses its locks on a file when it closes any descriptor of it.
func TestANewFileMayBeOpenedByManyAtOnce(t *testing.T) {
	t.Parallel()
	for range 3 {
		dir := t.TempDir()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := child(t, "insert and list", dir).Output(); err != nil {
					t.Error(err)
				}
			})
		}
		for i := range 8 {
			all.Go(func() {
				db := open(t, "sqlite:", dir)
				if err := insert(t.Context(), db, fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		db := open(t, "sqlite:", dir)
		docs, err := db.List(t.Context(), driver.Query{Collection: "things", Partition: "p", Limit: 1000})
		if err != nil || len(docs) != 12 {
			t.Errorf("%d documents, %v", len(docs), err)
		}
	}
}
