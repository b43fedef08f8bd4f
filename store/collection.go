package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"slices"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/store/driver"
)

// Collection is a set of documents of type T. It is declared by [Collect] and safe for concurrent use; what [Collection.With]
// returns belongs to the goroutine of its transaction.
//
// The methods return errors that wrap the sentinels of this package. When ctx ends they return its error promptly, and a
// write has not happened unless its commit had begun; then its result is that of the commit.
type Collection[T any] struct {
	*collection
	values map[string]func(T) string // of the indexes
	tx     *Tx                       // nil: each call by itself
}

// CollectionOption adds to the declaration of a collection.
type CollectionOption[T any] func(*Collection[T])

// Index declares a secondary index: documents are found and sorted by what value makes of them, at most [MaxIndexValue]
// bytes of UTF-8. A document for which it returns "" is not in the index; many documents may have the same value.
//
// Value is called when a document is written and must depend on the document alone. An index that is declared later is
// filled with what is there when the service is opened next. A value that is computed differently needs a new name: an index
// does not notice by itself.
func Index[T any](name string, value func(T) string) CollectionOption[T] {
	return func(c *Collection[T]) {
		c.indexes = append(c.indexes, name)
		c.values[name] = value
	}
}

// Internal marks a collection of Vade's own, such as the outbox. Its name begins with an underscore, and the manifest does
// not show it.
func Internal[T any]() CollectionOption[T] {
	return func(c *Collection[T]) { c.internal = true }
}

// Collect declares a collection of a service. A name has 1 to 63 lower-case letters, digits, hyphens and underscores, begins
// with a letter, and belongs to one collection of the service; mistakes are reported when the service is started.
//
// Documents are kept as JSON, as described in package schema. T may gain members: those that a stored document lacks are
// zero, those that T lacks are ignored and lost when the document is replaced.
func Collect[T any](s operation.Scope, name string, opts ...CollectionOption[T]) *Collection[T] {
	c := &Collection[T]{
		collection: &collection{db: Of(s), name: name, source: operation.Source(1)},
		values:     make(map[string]func(T) string),
	}
	for _, o := range opts {
		o(c)
	}
	c.describe = c.describeDocuments
	c.entries = c.entriesOf
	c.db.add(c.collection)
	return c
}

func (c *Collection[T]) describeDocuments(d *operation.Description) (manifest.Collection, error) {
	s, err := d.Compiler.Compile(reflect.TypeFor[T]())
	if err != nil {
		return manifest.Collection{}, err
	}
	return manifest.Collection{
		Name: c.name, Schema: json.RawMessage(s.JSON(d.Definitions)), Indexes: slices.Sorted(slices.Values(c.indexes)), Source: c.source,
	}, nil
}

// With returns the collection inside a transaction: calls read what it wrote, and what they write is committed with it.
func (c *Collection[T]) With(tx *Tx) *Collection[T] {
	return &Collection[T]{collection: c.collection, values: c.values, tx: tx}
}

// Get returns the document under key as of the last commit, or [ErrNotFound].
func (c *Collection[T]) Get(ctx context.Context, key Key) (item Item[T], err error) {
	err = c.do(ctx, callGet, key, func(ctx context.Context) error {
		if err := key.check(); err != nil {
			return err
		}
		r, err := c.reader(ctx, c.tx, key.Partition)
		if err != nil {
			return err
		}
		doc, err := r.Get(ctx, c.key(key))
		if err != nil {
			return err
		}
		item, err = c.item(doc)
		return err
	})
	return item, err
}

// Insert writes a document that must not exist yet: [ErrExists].
func (c *Collection[T]) Insert(ctx context.Context, key Key, value T) (Version, error) {
	return c.put(ctx, callInsert, key, value, driver.Absent)
}

// Replace writes a document that must be at the version given, the one with which it was read: [ErrNotFound], [ErrConflict].
func (c *Collection[T]) Replace(ctx context.Context, key Key, value T, version Version) (Version, error) {
	if version <= 0 { // no document has it; the driver would take it for a wish
		version = noVersion
	}
	return c.put(ctx, callReplace, key, value, driver.Version(version))
}

// noVersion is a version that no document has.
const noVersion = -2

// Put writes a document, whether there is one or not. What somebody else has written in the meantime is lost: use it where
// that cannot be or does not matter.
func (c *Collection[T]) Put(ctx context.Context, key Key, value T) (Version, error) {
	return c.put(ctx, callPut, key, value, driver.Any)
}

func (c *Collection[T]) put(ctx context.Context, kind call, key Key, value T, expect driver.Version) (version Version, err error) {
	err = c.do(ctx, kind, key, func(ctx context.Context) error {
		if err := key.check(); err != nil {
			return err
		}
		w, err := c.document(key, value)
		if err != nil {
			return err
		}
		w.Expect = expect
		return c.write(ctx, c.tx, key.Partition, func(ctx context.Context, tx driver.Tx) error {
			w.First = first() // now that what was before it has happened
			v, err := tx.Put(ctx, w)
			version = Version(v)
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	return version, nil
}

// Delete removes a document that must be at the version given, or at [Any]: [ErrNotFound], [ErrConflict].
func (c *Collection[T]) Delete(ctx context.Context, key Key, version Version) error {
	if version <= 0 && version != Any {
		version = noVersion
	}
	return c.do(ctx, callDelete, key, func(ctx context.Context) error {
		if err := key.check(); err != nil {
			return err
		}
		return c.write(ctx, c.tx, key.Partition, func(ctx context.Context, tx driver.Tx) error {
			return tx.Delete(ctx, c.key(key), driver.Version(version))
		})
	})
}

// List returns a page of documents as of one moment: [ErrQuery], [ErrCursor]. Between pages documents come and go; a cursor
// goes on behind the last item of its page, so that of the documents that stay none is repeated and none left out.
func (c *Collection[T]) List(ctx context.Context, q Query) (page Page[T], err error) {
	err = c.do(ctx, callList, nil, func(ctx context.Context) error {
		dq, err := c.driverQuery(q)
		if err != nil {
			return err
		}
		r, err := c.reader(ctx, c.tx, q.Partition)
		if err != nil {
			return err
		}
		docs, err := r.List(ctx, dq)
		if err != nil {
			return err
		}
		if asked := dq.Limit - 1; len(docs) > asked {
			docs = docs[:asked]
			page.Next = formatCursor(c.fingerprint(q), docs[asked-1].Position())
		}
		page.Items = make([]Item[T], len(docs))
		for i, doc := range docs {
			if page.Items[i], err = c.item(doc); err != nil {
				return fmt.Errorf("%s: %w", Key{Partition: doc.Key.Partition, ID: doc.Key.ID}, err)
			}
		}
		return nil
	})
	if err != nil {
		return Page[T]{}, err
	}
	return page, nil
}

// All goes through the documents of a query from its cursor on, page by page in the size of its limit; each page is
// of one moment. It ends at the first error.
func (c *Collection[T]) All(ctx context.Context, q Query) iter.Seq2[Item[T], error] {
	return func(yield func(Item[T], error) bool) {
		q := q
		for {
			page, err := c.List(ctx, q)
			if err != nil {
				yield(Item[T]{}, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				return
			}
		}
	}
}

func (c *collection) key(k Key) driver.Key {
	return driver.Key{Collection: c.name, Partition: k.Partition, ID: k.ID}
}
