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

// reindexRounds is how often indexes are filled when somebody else fills other ones at the same time.
const reindexRounds = 3

// indexRecord is what the database remembers about the indexes of a collection.
type indexRecord struct {
	Indexes []string `json:"indexes"`           // those that are complete, sorted
	Filling []string `json:"filling,omitempty"` // those that somebody began to fill: then none is complete
}

func (r indexRecord) equal(other indexRecord) bool {
	return slices.Equal(r.Indexes, other.Indexes) && slices.Equal(r.Filling, other.Filling)
}

// recordKey is where the record of the collection is kept.
func (c *collection) recordKey() driver.Key {
	return driver.Key{Collection: "_indexes", Partition: "_indexes", ID: c.name}
}

// updateIndexes fills the indexes anew when they are not those for which the collection was written. It remembers that they
// are incomplete before it begins, so that what was interrupted is done again, whichever indexes are declared then.
func (c *collection) updateIndexes(ctx context.Context, engine driver.DB, log *slog.Logger) error {
	declared := slices.Sorted(slices.Values(c.indexes))
	record, _, err := c.record(ctx, engine)
	if err != nil {
		return fmt.Errorf("indexes: %w", err)
	}
	if record.equal(indexRecord{Indexes: declared}) {
		return nil
	}
	if !engine.Capabilities().AllPartitions {
		return errors.New("indexes: the engine cannot list over all partitions, which indexes need")
	}
	for range reindexRounds {
		n, raced, err := c.fill(ctx, engine, declared)
		switch {
		case err != nil:
			return fmt.Errorf("indexes: %w", err)
		case raced:
			continue
		case n > 0:
			log.InfoContext(ctx, "store: indexes filled", "collection", c.name, "indexes", declared, "documents", n)
		}
		return nil
	}
	return errors.New("indexes: another program, with other indexes, fills them at the same time: let one start after the other")
}

// fill fills the indexes and returns from how many documents. It has raced when others filled other indexes meanwhile.
func (c *collection) fill(ctx context.Context, engine driver.DB, declared []string) (n int, raced bool, err error) {
	filling := indexRecord{Filling: declared}
	begun, err := c.remember(ctx, engine, func(indexRecord, driver.Version) indexRecord { return filling })
	if err != nil {
		return 0, false, err
	}
	if n, err = c.reindexAll(ctx, engine); err != nil {
		return 0, false, err
	}
	complete := indexRecord{Indexes: declared}
	_, err = c.remember(ctx, engine, func(now indexRecord, version driver.Version) indexRecord {
		if raced = version != begun && !now.equal(complete); raced {
			return filling // what the others take for complete is not any more
		}
		return complete
	})
	return n, raced, err
}

// record reads the record of the collection; without one it is empty.
func (c *collection) record(ctx context.Context, from reader) (record indexRecord, version driver.Version, err error) {
	doc, err := from.Get(ctx, c.recordKey())
	if errors.Is(err, driver.ErrNotFound) {
		return record, driver.Absent, nil
	}
	if err == nil {
		err = json.Unmarshal(doc.Data, &record)
	}
	return record, doc.Version, err
}

// remember makes the record what choose makes of it, and returns the new version.
func (c *collection) remember(
	ctx context.Context, engine driver.DB, choose func(now indexRecord, version driver.Version) indexRecord,
) (version driver.Version, err error) {
	err = engine.Do(ctx, c.recordKey().Partition, func(ctx context.Context, tx driver.Tx) error {
		now, found, err := c.record(ctx, tx)
		if err != nil {
			return err
		}
		record := choose(now, found)
		if version = found; now.equal(record) {
			return nil
		}
		data, err := json.Marshal(record)
		if err != nil {
			return err
		}
		version, err = tx.Put(ctx, driver.Write{Key: c.recordKey(), Expect: driver.Any, Data: data})
		return err
	})
	return version, err
}

// reindexAll goes through all documents in batches and returns how many there were.
func (c *collection) reindexAll(ctx context.Context, engine driver.DB) (n int, err error) {
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
