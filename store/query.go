package store

import (
	"cmp"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/vade-go/vade/store/driver"
)

// Limits of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// Query selects documents of a collection.
//
// Without an index, the documents of a partition are sorted by id. With one, those that have an entry in it are sorted
// by its value and then by id; an index also spans partitions, and then sorts by value, partition and id. Texts are
// compared by their bytes.
type Query struct {
	// Partition is the one to look in. It may be left empty with an index only: over all partitions.
	Partition string
	// Index names an index of the collection. Empty: the documents by id.
	Index string

	// At most one of these three bounds what is found: the value of the index, or the id without an index.
	Value    string // exactly this value; needs an index
	Prefix   string // values that begin with this
	From, To string // values from From on, before To; either may be empty

	Limit      int    // of items in a page: 1 to [MaxLimit]; 0 is [DefaultLimit]
	Cursor     string // Page.Next of the page before; empty: the first page. The limit may change between pages, nothing else.
	Descending bool   // in reverse order
}

// Page is a part of a list.
type Page[T any] struct {
	Items []Item[T]
	// Next is the cursor of the next page, in the alphabet of base64url (RFC 4648); empty at the end. It holds the place
	// of the last item, readable by whoever decodes it: the value of the index, partition and id.
	Next string
}

// Item is a document in a collection.
type Item[T any] struct {
	Key     Key
	Value   T
	Version Version
}

// driverQuery checks q and translates it. The limit is one more than asked for, to know whether there is a next page.
func (c *collection) driverQuery(q Query) (driver.Query, error) {
	if err := q.check(c.indexes); err != nil {
		return driver.Query{}, err
	}
	after, err := parseCursor(q.Cursor, c.fingerprint(q))
	if err != nil {
		return driver.Query{}, err
	}
	return driver.Query{
		Collection: c.name, Partition: q.Partition, AllPartitions: q.Partition == "", Index: q.Index,
		Equal: q.Value, Prefix: q.Prefix, From: q.From, To: q.To,
		Descending: q.Descending, Limit: cmp.Or(q.Limit, DefaultLimit) + 1, After: after,
	}, nil
}

func (q Query) check(indexes []string) error {
	switch {
	case q.Index != "" && !slices.Contains(indexes, q.Index):
		return fmt.Errorf("%w: the collection has no index %q, its indexes are %q", ErrQuery, q.Index, indexes)
	case q.Partition == "" && q.Index == "":
		return fmt.Errorf("%w: neither partition nor index", ErrQuery)
	case q.Value != "" && q.Index == "":
		return fmt.Errorf("%w: a value without an index", ErrQuery)
	case q.Value != "" && (q.Prefix != "" || q.From != "" || q.To != ""), q.Prefix != "" && (q.From != "" || q.To != ""):
		return fmt.Errorf("%w: more than one of value, prefix and range", ErrQuery)
	case q.Limit < 0 || q.Limit > MaxLimit:
		return fmt.Errorf("%w: a limit of %d is not between 1 and %d", ErrQuery, q.Limit, MaxLimit)
	}
	for _, text := range []string{q.Value, q.Prefix, q.From, q.To} {
		if !utf8.ValidString(text) {
			return fmt.Errorf("%w: a bound is not UTF-8", ErrQuery)
		}
	}
	if q.Partition == "" {
		return nil
	}
	if err := checkText(q.Partition); err != nil {
		return fmt.Errorf("%w: partition %w", ErrKey, err)
	}
	return nil
}
