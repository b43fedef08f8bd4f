package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/store/driver"
)

// reindexBatch is how many documents are read at once when indexes are filled.
const reindexBatch = 100

// indexRecord is what the database remembers about the indexes of a collection.
type indexRecord struct {
	Indexes []string `json:"indexes"` // those that are complete, sorted
}

// recordKey is where the record of the collection is kept.
func (c *collection) recordKey() driver.Key {
	return driver.Key{Collection: "_indexes", Partition: "_indexes", ID: c.name}
}

// updateIndexes fills the indexes anew when they are not those for which the collection was written. It remembers them at
// the end, so that what was interrupted is done again.
func (c *collection) updateIndexes(ctx context.Context, engine driver.DB, log *slog.Logger) error {
	declared := slices.Sorted(slices.Values(c.indexes))
	var record indexRecord
	doc, err := engine.Get(ctx, c.recordKey())
	if err == nil {
		err = json.Unmarshal(doc.Data, &record)
	}
	if err != nil && !errors.Is(err, driver.ErrNotFound) {
		return fmt.Errorf("indexes: %w", err)
	}
	if slices.Equal(record.Indexes, declared) {
		return nil
	}
	n, err := c.reindexAll(ctx, engine)
	if err != nil {
		return fmt.Errorf("indexes: %w", err)
	}
	if n > 0 {
		log.InfoContext(ctx, "store: indexes filled", "collection", c.name, "indexes", declared, "documents", n)
	}
	data, err := json.Marshal(indexRecord{Indexes: declared})
	if err != nil {
		return err
	}
	return engine.Do(ctx, c.recordKey().Partition, func(ctx context.Context, tx driver.Tx) error {
		_, err := tx.Put(ctx, driver.Write{Key: c.recordKey(), Expect: driver.Any, Data: data})
		return err
	})
}

// reindexAll goes through all documents in batches and returns how many there were.
func (c *collection) reindexAll(ctx context.Context, engine driver.DB) (n int, err error) {
	if !engine.Capabilities().AllPartitions {
		return 0, errors.New("the engine cannot list over all partitions, which indexes need")
	}
	q := driver.Query{Collection: c.name, AllPartitions: true, Limit: reindexBatch}
	for {
		docs, err := engine.List(ctx, q)
		if err != nil {
			return n, err
		}
		for group := range chunksByPartition(docs) {
			if err := c.reindex(ctx, engine, group); err != nil {
				return n, err
			}
		}
		n += len(docs)
		if len(docs) < q.Limit {
			return n, nil
		}
		place := docs[len(docs)-1].Position()
		q.After = &place
	}
}

// chunksByPartition splits documents, which are sorted by partition, into those of one partition each.
func chunksByPartition(docs []driver.Document) func(yield func([]driver.Document) bool) {
	return func(yield func([]driver.Document) bool) {
		for len(docs) > 0 {
			n := 1
			for n < len(docs) && docs[n].Key.Partition == docs[0].Key.Partition {
				n++
			}
			if !yield(docs[:n]) {
				return
			}
			docs = docs[n:]
		}
	}
}

// reindex writes the index entries of documents of one partition, as they are now.
func (c *collection) reindex(ctx context.Context, engine driver.DB, docs []driver.Document) error {
	return engine.Do(ctx, docs[0].Key.Partition, func(ctx context.Context, tx driver.Tx) error {
		for _, doc := range docs {
			now, err := tx.Get(ctx, doc.Key)
			if errors.Is(err, driver.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			entries, err := c.entries(now.Data)
			if err != nil {
				return fmt.Errorf("%s: %w", Key{Partition: doc.Key.Partition, ID: doc.Key.ID}, err)
			}
			if err := tx.Reindex(ctx, doc.Key, now.Version, entries); err != nil {
				return err
			}
		}
		return nil
	})
}
