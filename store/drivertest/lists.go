package drivertest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vade-go/vade/store/driver"
)

var listRules = []rule{
	{"by-id", "documents of a partition are listed by id, compared by bytes, and no others are",
		func(s *suite) {
			s.fill("p", "b", "", "a", "", "B", "", "ä", "", "a b", "", "ab", "", "10", "", "9", "")
			s.fill("q", "c", "")
			s.put(driver.Write{Key: driver.Key{Collection: "others", Partition: "p", ID: "d"}, Data: number("1")})
			s.is("ids", s.ids(driver.Query{Partition: "p"}), "10 9 B a a b ab b ä")
			s.is("descending", s.ids(driver.Query{Partition: "p", Descending: true}), "ä b ab a b a B 9 10")
			s.is("nothing", s.ids(driver.Query{Partition: "r"}), "")
		}},
	{"by-index", "with an index, documents are listed by value and then by id; those without an entry are left out",
		func(s *suite) {
			s.fill("p", "1", "b", "2", "a", "3", "B", "4", "", "5", "a", "6", "ä", "7", "ab")
			s.fill("q", "8", "a")
			s.is("ids", s.ids(driver.Query{Partition: "p", Index: "by"}), "3 2 5 7 1 6")
			s.is("descending", s.ids(driver.Query{Partition: "p", Index: "by", Descending: true}), "6 1 7 5 2 3")
			s.is("another index", s.ids(driver.Query{Partition: "p", Index: "other"}), "")
			docs, err := s.db.List(s.Context(), driver.Query{Collection: "things", Partition: "p", Index: "by", Limit: 1})
			if err != nil || len(docs) != 1 || docs[0].Indexed != "B" || docs[0].Version != 1 || canonical(docs[0].Data) != canonical(number("1")) {
				s.Errorf("the first document: %+v, %v", docs, err)
			}
		}},
	{"bounds", "bounds hold for the index value, or for the id without an index: equal, prefix, from (inclusive), to (exclusive), and together",
		func(s *suite) {
			s.fill("p", "a", "k", "ab", "ka", "abc", "kb", "b", "l", "c", "l", "ÿ", "ÿ")
			for _, c := range []struct {
				q    driver.Query
				want string
			}{
				{driver.Query{Prefix: "ab"}, "ab abc"},
				{driver.Query{Prefix: "ÿ"}, "ÿ"},
				{driver.Query{From: "ab"}, "ab abc b c ÿ"},
				{driver.Query{To: "b"}, "a ab abc"},
				{driver.Query{From: "ab", To: "b"}, "ab abc"},
				{driver.Query{From: "b", To: "b"}, ""},
				{driver.Query{From: "c", To: "b"}, ""},
				{driver.Query{Prefix: "a", From: "ab", To: "abc"}, "ab"},
				{driver.Query{Equal: "ab"}, "ab"},
				{driver.Query{Index: "by", Equal: "l"}, "b c"},
				{driver.Query{Index: "by", Equal: "l", Descending: true}, "c b"},
				{driver.Query{Index: "by", Equal: "m"}, ""},
				{driver.Query{Index: "by", Prefix: "k"}, "a ab abc"},
				{driver.Query{Index: "by", Prefix: "k", Descending: true}, "abc ab a"},
				{driver.Query{Index: "by", From: "ka", To: "l"}, "ab abc"},
				{driver.Query{Index: "by", From: "kb"}, "abc b c ÿ"},
			} {
				c.q.Partition = "p"
				s.is(fmt.Sprintf("%+v", c.q), s.ids(c.q), c.want)
				s.is(fmt.Sprintf("%+v page by page", c.q), strings.Join(s.pages(c.q, 2), " "), c.want)
			}
		}},
	{"limits", "a list has as many documents as its limit, fewer only at the end",
		func(s *suite) {
			s.fill("p", "a", "x", "b", "x", "c", "x")
			for _, index := range []string{"", "by"} {
				s.is("limit 2", s.ids(driver.Query{Partition: "p", Index: index, Limit: 2}), "a b")
				s.is("limit 3", s.ids(driver.Query{Partition: "p", Index: index, Limit: 3}), "a b c")
				s.is("limit 4", s.ids(driver.Query{Partition: "p", Index: index, Limit: 4}), "a b c")
			}
		}},
	{"pages", "page by page, whatever the page's size, a list is the same as at once",
		func(s *suite) {
			var pairs []string
			for i := range 40 {
				pairs = append(pairs, fmt.Sprintf("id%02d", i*7%40), fmt.Sprintf("v%d", i%5))
			}
			s.fill("p", pairs...)
			s.fill("q", pairs[:20]...)
			for _, q := range allShapes(s) {
				want := strings.Fields(s.ids(q))
				for _, size := range []int{1, 3, 39, 40, 41} {
					if got := s.pages(q, size); !slices.Equal(got, want) {
						s.Errorf("%+v in pages of %d:\ngot  %v\nwant %v", q, size, got, want)
					}
				}
			}
		}},
	{"pages-inside", "a transaction lists what it has written as the database does once that is committed",
		func(s *suite) {
			inside := make(map[driver.Query]string)
			s.do("p", func(ctx context.Context, tx driver.Tx) {
				for i := range 30 {
					w := driver.Write{Key: key("p", fmt.Sprintf("id%02d", i)), Data: number("1"), Entries: map[string]string{"by": fmt.Sprintf("v%d", i%5)}}
					if _, err := tx.Put(ctx, w); err != nil {
						s.Fatal(err)
					}
				}
				for _, q := range allShapes(s) {
					if !q.AllPartitions {
						inside[q] = strings.Join(s.pagesOf(ctx, tx, q, 4), " ")
					}
				}
			})
			for q, got := range inside {
				s.is(fmt.Sprintf("%+v", q), got, s.ids(q))
			}
		}},
	{"stable-pages", "inserts and deletes in front of a position and behind it neither repeat nor hide other documents",
		func(s *suite) {
			s.fill("p", "b", "v", "d", "v", "f", "v", "h", "v")
			for _, index := range []string{"", "by"} {
				q := driver.Query{Collection: "things", Partition: "p", Index: index, Limit: 2}
				docs, err := s.db.List(s.Context(), q)
				if err != nil || names(docs, false) != "b d" {
					s.Fatalf("first page: %v, %v", docs, err)
				}
				s.fill("p", "a", "v", "e", "v")
				if err := s.tryDelete(key("p", "d"), driver.Any); err != nil { // the position itself
					s.Fatal(err)
				}
				place := docs[1].Position()
				q.After, q.Limit = &place, 10
				s.is("the rest", s.ids(q), "e f h")
				q.Descending = true
				s.is("backwards", s.ids(q), "b a")
				for _, id := range []string{"a", "e"} {
					if err := s.tryDelete(key("p", id), driver.Any); err != nil {
						s.Fatal(err)
					}
				}
				s.fill("p", "d", "v")
			}
		}},
	{"position-outside", "a position outside of the bounds never shows what lies outside",
		func(s *suite) {
			s.fill("p", "a", "a", "b", "b", "c", "c", "d", "d")
			for _, index := range []string{"", "by"} {
				q := driver.Query{Partition: "p", Index: index, From: "b", To: "d", After: &driver.Position{Indexed: "a", ID: "a"}}
				s.is("ascending from the front", s.ids(q), "b c")
				q.Descending = true
				s.is("descending from the front", s.ids(q), "")
				q.After = &driver.Position{Indexed: "x", ID: "x"}
				s.is("descending from behind", s.ids(q), "c b")
				q.Descending = false
				s.is("ascending from behind", s.ids(q), "")
			}
		}},
	{"entries-follow", "index entries follow replacing and deleting, and a document has entries in several indexes",
		func(s *suite) {
			k := key("p", "a")
			s.put(driver.Write{Key: k, Data: number("1"), Entries: map[string]string{"by": "x", "also": "y"}})
			s.put(driver.Write{Key: k, Expect: 1, Data: number("2"), Entries: map[string]string{"by": "z", "also": "y"}})
			s.is("the old value", s.ids(driver.Query{Partition: "p", Index: "by", Equal: "x"}), "")
			s.is("the new value", s.ids(driver.Query{Partition: "p", Index: "by", Equal: "z"}), "a")
			s.is("the kept value", s.ids(driver.Query{Partition: "p", Index: "also", Equal: "y"}), "a")
			s.put(driver.Write{Key: k, Expect: 2, Data: number("3"), Entries: map[string]string{"also": "y"}})
			s.is("the dropped entry", s.ids(driver.Query{Partition: "p", Index: "by"}), "")
			if err := s.tryDelete(k, 3); err != nil {
				s.Fatal(err)
			}
			s.is("the deleted document", s.ids(driver.Query{Partition: "p", Index: "also"}), "")
			s.put(driver.Write{Key: k, Data: number("1")})
			s.is("inserted again without entries", s.ids(driver.Query{Partition: "p", Index: "also"}), "")
		}},
	{"any-value", "index values are any UTF-8, with control characters and U+0000, and sort by their bytes",
		func(s *suite) {
			s.fill("p", "3", "alice\x002", "2", "alice\x001", "5", "alice1", "4", "alice\x01", "1", "alice", "6", "alicé")
			s.is("ids", s.ids(driver.Query{Partition: "p", Index: "by"}), "1 2 3 4 5 6")
			s.is("page by page", strings.Join(s.pages(driver.Query{Partition: "p", Index: "by"}, 1), " "), "1 2 3 4 5 6")
			s.is("prefix", s.ids(driver.Query{Partition: "p", Index: "by", Prefix: "alice\x00"}), "2 3")
			s.is("equal", s.ids(driver.Query{Partition: "p", Index: "by", Equal: "alice\x001"}), "2")
			if err := s.tryDelete(key("p", "2"), driver.Any); err != nil {
				s.Fatal(err)
			}
			s.is("after a delete", s.ids(driver.Query{Partition: "p", Index: "by", Prefix: "alice\x00"}), "3")
		}},
	{"reindex", "reindexing replaces the entries and leaves version and data alone; it asks for the version like a write",
		func(s *suite) {
			s.fill("p", "a", "x")
			again := func(k driver.Key, expect driver.Version, entries map[string]string) error {
				return s.db.Do(s.Context(), "p", func(ctx context.Context, tx driver.Tx) error {
					return tx.Reindex(ctx, k, expect, entries)
				})
			}
			if err := again(key("p", "a"), 1, map[string]string{"other": "y"}); err != nil {
				s.Fatal(err)
			}
			s.is("the old index", s.ids(driver.Query{Partition: "p", Index: "by"}), "")
			s.is("the new index", s.ids(driver.Query{Partition: "p", Index: "other"}), "a")
			s.holds(key("p", "a"), 1, number("1"))
			s.wants("stale", again(key("p", "a"), 2, nil), driver.ErrConflict)
			s.wants("missing", again(key("p", "b"), driver.Any, nil), driver.ErrNotFound)
			s.is("after refusals", s.ids(driver.Query{Partition: "p", Index: "other"}), "a")
		}},
	{"all-partitions", "an engine that can list over all partitions sorts by partition and id, or by value, partition and id",
		func(s *suite) {
			if !s.db.Capabilities().AllPartitions {
				return
			}
			s.fill("q", "a", "x", "c", "w")
			s.fill("p", "b", "x", "d", "x")
			all := driver.Query{AllPartitions: true}
			s.is("by id", s.ids(all), "p/b p/d q/a q/c")
			all.Prefix = "c"
			s.is("by id with bounds", s.ids(all), "q/c")
			all.Prefix, all.Index = "", "by"
			s.is("by index", s.ids(all), "q/c p/b p/d q/a")
			all.Descending = true
			s.is("descending", s.ids(all), "q/a p/d p/b q/c")
			all.Equal = "x"
			s.is("descending, of one value", s.ids(all), "q/a p/d p/b")
		}},
}

// allShapes returns queries of every kind that the engine can answer.
func allShapes(s *suite) []driver.Query {
	shapes := []driver.Query{
		{}, {Prefix: "id1"}, {From: "id05", To: "id22"},
		{Index: "by"}, {Index: "by", Equal: "v3"}, {Index: "by", Prefix: "v"}, {Index: "by", From: "v1", To: "v3"},
	}
	for i := range shapes {
		shapes[i].Partition = "p"
	}
	if s.db.Capabilities().AllPartitions {
		for _, q := range slices.Clone(shapes) {
			q.Partition, q.AllPartitions = "", true
			shapes = append(shapes, q)
		}
	}
	for _, q := range slices.Clone(shapes) {
		q.Descending = true
		shapes = append(shapes, q)
	}
	return shapes
}

// pages lists with q page by page and returns what ids returns, as a list.
func (s *suite) pages(q driver.Query, size int) []string {
	s.Helper()
	return s.pagesOf(s.Context(), s.db, q, size)
}

// pagesOf is pages for a database or a transaction.
func (s *suite) pagesOf(ctx context.Context, from interface {
	List(ctx context.Context, q driver.Query) ([]driver.Document, error)
}, q driver.Query, size int) []string {
	s.Helper()
	q.Collection, q.Limit = "things", size
	var all []string
	for {
		docs, err := from.List(ctx, q)
		if err != nil {
			s.Fatalf("list %+v: %v", q, err)
		}
		all = append(all, strings.Fields(names(docs, q.AllPartitions))...)
		if len(docs) < size {
			return all
		}
		place := docs[len(docs)-1].Position()
		q.After = &place
	}
}
