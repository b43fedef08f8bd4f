package store_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vade-go/vade/store"
)

// fill inserts things named after their ids: group g0 or g1 in turn.
func (s things) fill(t testing.TB, partition string, ids ...string) {
	t.Helper()
	for i, id := range ids {
		if _, err := s.things.Insert(t.Context(), key(partition, id), thing{Name: id, Group: fmt.Sprintf("g%d", i%2)}); err != nil {
			t.Fatal(err)
		}
	}
}

// ids goes through a query to its end.
func (s things) ids(t testing.TB, q store.Query) string {
	t.Helper()
	var ids []string
	for item, err := range s.things.All(t.Context(), q) {
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		ids = append(ids, item.Key.String())
	}
	return strings.Join(ids, " ")
}

func TestListsFindByPartitionAndByIndex(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.fill(t, "p", "a", "b", "c", "d")
	s.fill(t, "q", "x", "y")
	for _, c := range []struct {
		q    store.Query
		want string
	}{
		{store.Query{Partition: "p"}, "p/a p/b p/c p/d"},
		{store.Query{Partition: "p", Descending: true}, "p/d p/c p/b p/a"},
		{store.Query{Partition: "p", Prefix: "b"}, "p/b"},
		{store.Query{Partition: "p", From: "b", To: "d"}, "p/b p/c"},
		{store.Query{Partition: "p", Index: "group", Value: "g1"}, "p/b p/d"},
		{store.Query{Partition: "p", Index: "group", Prefix: "g"}, "p/a p/c p/b p/d"},
		{store.Query{Index: "group"}, "p/a p/c q/x p/b p/d q/y"},
		{store.Query{Index: "group", Value: "g1", Descending: true}, "q/y p/d p/b"},
		{store.Query{Index: "name", From: "d"}, "p/d q/x q/y"},
		{store.Query{Partition: "r"}, ""},
	} {
		for _, limit := range []int{0, 1, 2, 1000} {
			c.q.Limit = limit
			if got := s.ids(t, c.q); got != c.want {
				t.Errorf("%+v: got %q, want %q", c.q, got, c.want)
			}
		}
	}
}

func TestAPageHasItsLimitAndACursorOnlyIfThereIsMore(t *testing.T) {
	t.Parallel()
	s := open(t)
	var ids []string
	for i := range store.DefaultLimit + 1 {
		ids = append(ids, fmt.Sprintf("%03d", i))
	}
	s.fill(t, "p", ids...)
	for limit, more := range map[int]bool{0: true, 1: true, 50: true, 51: false, 52: false} {
		page, err := s.things.List(t.Context(), store.Query{Partition: "p", Limit: limit})
		if err != nil || (page.Next != "") != more || (more && len(page.Items) != max(limit, 1) && limit != 0) {
			t.Errorf("limit %d: %d items, next %q, %v", limit, len(page.Items), page.Next, err)
		}
	}
}

func TestQueriesThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, q := range []store.Query{
		{}, {Prefix: "a"}, {Partition: "p", Limit: -1}, {Partition: "p", Limit: store.MaxLimit + 1},
		{Partition: "p", Index: "nope"}, {Partition: "p", Value: "a"}, {Index: "name", Value: "a", Prefix: "b"},
		{Index: "name", Value: "a", From: "b"}, {Index: "name", Prefix: "a", To: "b"}, {Index: "name", Prefix: "\xff"},
	} {
		if _, err := s.things.List(t.Context(), q); !errors.Is(err, store.ErrQuery) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	if _, err := s.things.List(t.Context(), store.Query{Partition: "a\nb"}); !errors.Is(err, store.ErrKey) {
		t.Errorf("a bad partition: %v", err)
	}
}

func TestACursorBelongsToItsQuery(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.fill(t, "p", "a", "b", "c", "d")
	q := store.Query{Partition: "p", Index: "name", Prefix: "", Limit: 2}
	page, err := s.things.List(t.Context(), q)
	if err != nil || page.Next == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	q.Cursor, q.Limit = page.Next, 1000
	if got := s.ids(t, q); got != "p/c p/d" {
		t.Errorf("with another limit: %s", got)
	}
	for _, other := range []store.Query{
		{Partition: "q", Index: "name"}, {Index: "name"}, {Partition: "p"}, {Partition: "p", Index: "group"},
		{Partition: "p", Index: "name", Descending: true}, {Partition: "p", Index: "name", From: "a"},
		{Partition: "p", Index: "name", To: "a"}, {Partition: "p", Index: "name", Prefix: "a"}, {Partition: "p", Index: "name", Value: "a"},
	} {
		other.Cursor = page.Next
		if _, err := s.things.List(t.Context(), other); !errors.Is(err, store.ErrCursor) {
			t.Errorf("%+v: %v", other, err)
		}
	}
	raw, err := base64.RawURLEncoding.DecodeString(page.Next)
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{
		"x", "!", page.Next[:len(page.Next)-2], page.Next + "AA", page.Next + "=", " " + page.Next,
		base64.RawURLEncoding.EncodeToString(append([]byte{9}, raw[1:]...)),
		base64.RawURLEncoding.EncodeToString(append(raw[:9:9], 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)),
	} {
		q.Cursor = broken
		if _, err := s.things.List(t.Context(), q); !errors.Is(err, store.ErrCursor) {
			t.Errorf("%q: %v", broken, err)
		}
	}
}

func TestAForgedCursorShowsNothingOutsideItsQuery(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.fill(t, "p", "a", "b", "c", "d")
	q := store.Query{Partition: "p", Index: "name", From: "c", Limit: 1}
	page, err := s.things.List(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(page.Next)
	if err != nil {
		t.Fatal(err)
	}
	raw[10] = 'A' // the value of the index: c
	q.Cursor = base64.RawURLEncoding.EncodeToString(raw)
	if got := s.ids(t, q); got != "p/c p/d" {
		t.Errorf("got %s", got)
	}
}

func TestAllStopsWhenItsConsumerDoes(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.fill(t, "p", "a", "b", "c")
	n := 0
	for range s.things.All(t.Context(), store.Query{Partition: "p", Limit: 1}) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d items", n)
	}
	for _, err := range s.things.All(t.Context(), store.Query{}) {
		if !errors.Is(err, store.ErrQuery) {
			t.Errorf("got %v", err)
		}
	}
}

func FuzzCursor(f *testing.F) {
	s := open(f)
	s.fill(f, "p", "a", "b", "c")
	q := store.Query{Index: "name", Limit: 1}
	page, err := s.things.List(f.Context(), q)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "AQ", page.Next, page.Next[:10], "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		q := q
		q.Cursor = cursor
		if _, err := s.things.List(t.Context(), q); err != nil && !errors.Is(err, store.ErrCursor) {
			t.Errorf("%q: %v", cursor, err)
		}
	})
}
