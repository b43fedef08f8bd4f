package drivertest

import (
	"bytes"
	"errors"
	"strings"

	"github.com/vade-go/vade/store/driver"
)

var documentRules = []rule{
	{"read-your-write", "who has seen a write succeed reads what was written, at version 1 if nothing else is said, and one more with every write",
		func(s *suite) {
			k := key("p", "a")
			if v := s.put(driver.Write{Key: k, Data: number("1")}); v != 1 {
				s.Errorf("inserted at version %d", v)
			}
			s.holds(k, 1, number("1"))
			if v := s.put(driver.Write{Key: k, Expect: 1, Data: number("2")}); v != 2 {
				s.Errorf("replaced at version %d", v)
			}
			s.holds(k, 2, number("2"))
			s.put(driver.Write{Key: k, Expect: driver.Any, Data: number("3")})
			s.holds(k, 3, number("3"))
		}},
	{"missing", "what is not there is ErrNotFound: to read, to replace and to delete, whatever version is expected",
		func(s *suite) {
			k := key("p", "a")
			_, err := s.db.Get(s.Context(), k)
			s.wants("get", err, driver.ErrNotFound)
			_, err = s.tryPut(driver.Write{Key: k, Expect: 1, Data: number("1")})
			s.wants("put", err, driver.ErrNotFound)
			s.wants("delete", s.tryDelete(k, 1), driver.ErrNotFound)
			s.wants("delete any", s.tryDelete(k, driver.Any), driver.ErrNotFound)
		}},
	{"whatever", "a put that expects nothing writes whether there is a document or not, and counts its versions",
		func(s *suite) {
			for want := range driver.Version(3) {
				v := s.put(driver.Write{Key: key("p", "a"), Expect: driver.Any, Data: number("1")})
				if v != want+1 {
					s.Errorf("version %d, want %d", v, want+1)
				}
			}
		}},
	{"keys-are-whole", "documents of other collections, partitions and ids are other documents",
		func(s *suite) {
			keys := []driver.Key{key("p", "a"), key("p", "b"), key("q", "a"), {Collection: "others", Partition: "p", ID: "a"}}
			for i, k := range keys {
				s.put(driver.Write{Key: k, Data: number(string(rune('1' + i)))})
			}
			for i, k := range keys {
				s.holds(k, 1, number(string(rune('1'+i))))
			}
		}},
	{"insert-twice", "a second insert is ErrExists and changes nothing",
		func(s *suite) {
			k := key("p", "a")
			s.put(driver.Write{Key: k, Data: number("1")})
			_, err := s.tryPut(driver.Write{Key: k, Data: number("2")})
			s.wants("put", err, driver.ErrExists)
			s.holds(k, 1, number("1"))
		}},
	{"stale", "a write that expects another version than the one there is ErrConflict and changes nothing",
		func(s *suite) {
			k := key("p", "a")
			s.put(driver.Write{Key: k, Data: number("1")})
			s.put(driver.Write{Key: k, Expect: 1, Data: number("2")})
			for _, stale := range []driver.Version{1, 3} {
				_, err := s.tryPut(driver.Write{Key: k, Expect: stale, Data: number("9")})
				s.wants("put", err, driver.ErrConflict)
				s.wants("delete", s.tryDelete(k, stale), driver.ErrConflict)
			}
			s.holds(k, 2, number("2"))
		}},
	{"deleted", "a deleted document is gone, and may be inserted again",
		func(s *suite) {
			for _, expect := range []driver.Version{1, driver.Any} {
				k := key("p", "a")
				s.put(driver.Write{Key: k, Data: number("1")})
				if err := s.tryDelete(k, expect); err != nil {
					s.Fatal(err)
				}
				_, err := s.db.Get(s.Context(), k)
				s.wants("get", err, driver.ErrNotFound)
			}
			s.put(driver.Write{Key: key("p", "a"), Data: number("1")})
		}},
	{"first-version", "an inserted document begins at the version that the write names, and counts on from there",
		func(s *suite) {
			k := key("p", "a")
			const first = 1_800_000_000_000_000
			for i, w := range []driver.Write{
				{Key: k, First: first, Data: number("1")},
				{Key: k, First: 7, Expect: first, Data: number("2")},
				{Key: k, First: 7, Expect: driver.Any, Data: number("3")},
			} {
				if v := s.put(w); v != first+driver.Version(i) {
					s.Errorf("write %d: version %d", i, v)
				}
			}
			s.holds(k, first+2, number("3"))
		}},
	{"any-key", "every key of valid UTF-8 comes back as it was, and no two are mixed up",
		func(s *suite) {
			ids := []string{"a", "A", "ä", "a\u0308", " ", "a ", "%", "_", "'", `"`, `\`, "/", "a/b", "#", "?", "\u00a0", "日本", "🛫",
				"\u200b", "\ufffd", "\U0010ffff", "null", "-1", strings.Repeat("x", 255), strings.Repeat("🛫", 63)}
			for i, id := range ids {
				s.put(driver.Write{Key: key(id, id), Data: number("1"), Entries: map[string]string{"by": id}})
				s.is("ids listed", s.ids(driver.Query{Partition: id, Index: "by", Equal: id}), ids[i])
			}
			for _, id := range ids {
				s.holds(key(id, id), 1, number("1"))
			}
		}},
	{"any-document", "a JSON value comes back equal: nested, null, empty, escaped, with large numbers",
		func(s *suite) {
			for _, data := range []string{`null`, `""`, `[]`, `{}`, `true`, `{"":{"a":[1,[null]]}}`, `"'; DROP TABLE documents; --"`,
				`"\u0001\"\\\u2028"`, `9007199254740991`, `{"b":1,"a":-0.5e-3}`} {
				k := key("p", data)
				s.put(driver.Write{Key: k, Data: []byte(data)})
				s.holds(k, 1, []byte(data))
			}
		}},
	{"large", "a document of 400,000 bytes is kept whole",
		func(s *suite) {
			data := append(append([]byte{'"'}, bytes.Repeat([]byte("x"), 400_000-2)...), '"')
			s.put(driver.Write{Key: key("p", "a"), Data: data, Entries: map[string]string{"by": strings.Repeat("v", 512)}})
			s.holds(key("p", "a"), 1, data)
		}},
	{"data-is-copied", "an engine keeps no slice of the caller, and gives none away twice",
		func(s *suite) {
			data := number("1")
			s.put(driver.Write{Key: key("p", "a"), Data: data})
			clear(data)
			doc, err := s.db.Get(s.Context(), key("p", "a"))
			if err != nil {
				s.Fatal(err)
			}
			clear(doc.Data)
			s.holds(key("p", "a"), 1, number("1"))
		}},
}

// wants compares an error with a sentinel.
func (s *suite) wants(what string, err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%s: got error %v, want %v", what, err, want)
	}
}
