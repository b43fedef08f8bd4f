package sqlitestore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/vade-go/vade/store/driver"
)

func TestTransactionsThatShareACommitFailAlone(t *testing.T) {
	t.Parallel()
	db := open(t, "sqlite:", t.TempDir())
	stop := errors.New("stop")
	ends := []struct {
		end  func(cancel func()) error
		want error
	}{
		{func(func()) error { return nil }, nil},
		{func(func()) error { return stop }, stop},
		{func(cancel func()) error { cancel(); return nil }, context.Canceled},
	}
	var all sync.WaitGroup
	for i := range 300 {
		all.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := db.Do(ctx, "p", func(ctx context.Context, tx driver.Tx) error {
				id := fmt.Sprintf("%03d", i)
				if _, err := tx.Put(ctx, driver.Write{Key: key(id), Data: []byte("1"), Entries: map[string]string{"by": id}}); err != nil {
					return err
				}
				return ends[i%3].end(cancel)
			})
			if !errors.Is(err, ends[i%3].want) {
				t.Errorf("%d: got %v, want %v", i, err, ends[i%3].want)
			}
		})
	}
	all.Wait()
	for _, index := range []string{"", "by"} {
		docs, err := db.List(t.Context(), driver.Query{Collection: "things", Partition: "p", Index: index, Limit: 1000})
		if err != nil || len(docs) != 100 {
			t.Fatalf("%d documents, %v", len(docs), err)
		}
		for i, doc := range docs {
			if want := fmt.Sprintf("%03d", 3*i); doc.Key.ID != want {
				t.Errorf("found %s, want %s", doc.Key.ID, want)
			}
		}
	}
}
