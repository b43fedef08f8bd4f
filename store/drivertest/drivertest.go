package drivertest

import (
	"context"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/vade-go/vade/store/driver"
)

// Harness is what the suite needs to know about an engine.
type Harness struct {
	// Driver is the engine.
	Driver driver.Driver
	// Config returns where a database that does not exist yet may be made. A Config that is opened twice must give the
	// same database. What is left is cleaned up by t.Cleanup.
	Config func(t *testing.T) driver.Config
}

// Run checks the engine, each rule in a subtest of its own with a database of its own. Rules run in parallel.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for _, list := range [][]rule{documentRules, transactionRules, listRules, lifeRules, closingRules} {
		for _, r := range list {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				t.Cleanup(func() {
					if t.Failed() {
						t.Logf("the rule is: %s", r.sentence)
					}
				})
				r.check(newSuite(t, h))
			})
		}
	}
}

// rule is one case.
type rule struct {
	name     string
	sentence string
	check    func(*suite)
}

// suite is a database under test.
type suite struct {
	*testing.T
	driver driver.Driver
	config driver.Config
	db     driver.DB
}

func newSuite(t *testing.T, h Harness) *suite {
	s := &suite{T: t, driver: h.Driver, config: h.Config(t)}
	s.open()
	return s
}

// open opens the database (again).
func (s *suite) open() {
	s.Helper()
	db, err := s.driver.Open(s.Context(), s.config)
	if err != nil {
		s.Fatalf("open: %v", err)
	}
	s.db = db
	s.Cleanup(func() {
		if err := db.Close(); err != nil {
			s.Errorf("close: %v", err)
		}
	})
}

// key returns a key of the suite's collection.
func key(partition, id string) driver.Key {
	return driver.Key{Collection: "things", Partition: partition, ID: id}
}

// number returns a small document.
func number(n string) []byte { return []byte(`{"n":` + n + `}`) }

// do runs fn in a transaction that must succeed.
func (s *suite) do(partition string, fn func(ctx context.Context, tx driver.Tx)) {
	s.Helper()
	err := s.db.Do(s.Context(), partition, func(ctx context.Context, tx driver.Tx) error {
		fn(ctx, tx)
		return nil
	})
	if err != nil {
		s.Fatalf("transaction: %v", err)
	}
}

// put writes a document that must be accepted.
func (s *suite) put(w driver.Write) driver.Version {
	s.Helper()
	version, err := s.tryPut(w)
	if err != nil {
		s.Fatalf("put %v: %v", w.Key, err)
	}
	return version
}

// tryPut writes one document in a transaction of its own.
func (s *suite) tryPut(w driver.Write) (version driver.Version, err error) {
	err = s.db.Do(s.Context(), w.Key.Partition, func(ctx context.Context, tx driver.Tx) error {
		version, err = tx.Put(ctx, w)
		return err
	})
	return version, err
}

// tryDelete removes one document in a transaction of its own.
func (s *suite) tryDelete(k driver.Key, expect driver.Version) error {
	return s.db.Do(s.Context(), k.Partition, func(ctx context.Context, tx driver.Tx) error {
		return tx.Delete(ctx, k, expect)
	})
}

// fill inserts documents with an entry each in the index "by": pairs of id and value, in a partition.
func (s *suite) fill(partition string, pairs ...string) {
	s.Helper()
	s.do(partition, func(ctx context.Context, tx driver.Tx) {
		for i := 0; i < len(pairs); i += 2 {
			w := driver.Write{Key: key(partition, pairs[i]), Data: number("1")}
			if pairs[i+1] != "" {
				w.Entries = map[string]string{"by": pairs[i+1]}
			}
			if _, err := tx.Put(ctx, w); err != nil {
				s.Fatalf("put %v: %v", w.Key, err)
			}
		}
	})
}

// ids lists with q and returns the ids, with the partition in front for queries over all partitions.
func (s *suite) ids(q driver.Query) string {
	s.Helper()
	if q.Collection == "" {
		q.Collection = "things"
	}
	if q.Limit == 0 {
		q.Limit = 100
	}
	docs, err := s.db.List(s.Context(), q)
	if err != nil {
		s.Fatalf("list %+v: %v", q, err)
	}
	return names(docs, q.AllPartitions)
}

func names(docs []driver.Document, partitions bool) string {
	var out []string
	for _, d := range docs {
		if partitions {
			out = append(out, d.Key.Partition+"/"+d.Key.ID)
		} else {
			out = append(out, d.Key.ID)
		}
	}
	return strings.Join(out, " ")
}

// is compares what was got with what the rule wants.
func (s *suite) is(what, got, want string) {
	s.Helper()
	if got != want {
		s.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// holds reads a document and compares it.
func (s *suite) holds(k driver.Key, version driver.Version, data []byte) {
	s.Helper()
	doc, err := s.db.Get(s.Context(), k)
	switch {
	case err != nil:
		s.Errorf("get %v: %v", k, err)
	case doc.Key != k:
		s.Errorf("get %v: the document says it is %v", k, doc.Key)
	case doc.Indexed != "":
		s.Errorf("get %v: the value %q of an index that nobody asked for", k, doc.Indexed)
	case doc.Version != version:
		s.Errorf("get %v: version %d, want %d", k, doc.Version, version)
	case canonical(doc.Data) != canonical(data):
		s.Errorf("get %v: another document than was put", k)
	}
}

// canonical makes equal JSON values equal texts (RFC 8785).
func canonical(data []byte) string {
	v := jsontext.Value(data)
	if err := v.Canonicalize(); err != nil {
		return "not JSON: " + err.Error()
	}
	return string(v)
}
