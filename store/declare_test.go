package store_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/store"
)

func TestACollectionDescribesItself(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	store.Collect(svc, "things", store.Index("b", func(v thing) string { return v.Name }), store.Index("a", func(v thing) string { return v.Name }))
	store.Collect(svc, "_hidden", store.Internal[int]())
	described, err := svc.describe()
	if err != nil || len(described.Collections) != 1 {
		t.Fatalf("%+v, %v", described, err)
	}
	c := described.Collections[0]
	if c.Name != "things" || !reflect.DeepEqual(c.Indexes, []string{"a", "b"}) || !json.Valid(c.Schema) ||
		!strings.HasPrefix(c.Source, "github.com/vade-go/vade/store_test/declare_test.go:") {
		t.Errorf("got %+v", c)
	}
}

func TestTheDatabaseOfAServiceIsOne(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	if first := store.Of(svc); store.Of(svc) != first || len(svc.parts) != 1 {
		t.Error("there are several")
	}
}

func TestEveryMistakeInDeclarationsIsReportedWithItsPlace(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	name := func(v thing) string { return v.Name }
	store.Collect[thing](svc, "things")
	store.Collect[thing](svc, "things")
	store.Collect[thing](svc, "Things")
	store.Collect[thing](svc, "_things")
	store.Collect(svc, "things_", store.Internal[thing]())
	store.Collect[thing](svc, "")
	store.Collect(svc, "others", store.Index("n", name), store.Index("n", name), store.Index("é", name))
	store.Collect[func()](svc, "functions")
	_, err := svc.describe()
	if err == nil {
		t.Fatal("all is well")
	}
	for _, want := range []string{
		`collection "things": declared twice, first at `, `collection "Things": a name has`, `collection "_things": a name has`,
		`collection "things_": a name has`, `collection "": a name has`, `collection "others": index "n": declared twice`,
		`collection "others": index "é": a name has`, `collection "functions": `,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 8 {
		t.Errorf("%d mistakes: %v", len(lines), err)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "store: ") || !strings.Contains(line, "declare_test.go:") {
			t.Errorf("without a place: %s", line)
		}
	}
}

func TestAnIndexThatIsDeclaredLaterIsFilled(t *testing.T) {
	t.Parallel()
	e := environment{url: "sqlite:", dir: t.TempDir()}

	before := newService("test")
	s := things{store.Of(before), store.Collect(before, "things", store.Index("old", func(v thing) string { return v.Name }))}
	closing := before.mustOpen(t, e)
	var version store.Version // of the first document
	for i := range documents {
		id := fmt.Sprintf("%03d", i)
		if v, err := s.things.Insert(t.Context(), key(fmt.Sprint(i%7), id), thing{Name: id, Group: fmt.Sprint(i % 3)}); err != nil {
			t.Fatal(err)
		} else if i == 0 {
			version = v
		}
	}
	if err := closing(); err != nil {
		t.Fatal(err)
	}
	for round := range 2 { // the second time there is nothing to do
		e.log = new(buffer)
		after := newService("test")
		s = things{store.Of(after), store.Collect(after, "things",
			store.Index("group", func(v thing) string { return strings.TrimPrefix(v.Group, "2") }))} // two thirds have a value
		closing = after.mustOpen(t, e)
		if got, want := len(strings.Fields(s.ids(t, store.Query{Index: "group"}))), documents-documents/3; got != want {
			t.Errorf("%d documents in the index, want %d", got, want)
		}
		if item, err := s.things.Get(t.Context(), key("0", "000")); err != nil || item.Version != version {
			t.Errorf("the document changed: %+v, %v", item, err)
		}
		if told := strings.Contains(e.log.String(), "indexes filled"); told != (round == 0) {
			t.Errorf("round %d: log: %s", round, e.log.String())
		}
		if err := closing(); err != nil {
			t.Fatal(err)
		}
	}
	e.log = nil
	again := newService("test")
	s = things{store.Of(again), store.Collect(again, "things", store.Index("old", func(v thing) string { return v.Name }))}
	again.mustOpen(t, e)
	if got := len(strings.Fields(s.ids(t, store.Query{Index: "old"}))); got != documents {
		t.Errorf("an index that comes back has %d documents, want %d", got, documents)
	}
}

func TestWithoutAnEngineTheErrorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	db := store.Of(newService("test"))
	err := db.Open(t.Context(), &operation.Env{})
	if err == nil || !strings.Contains(err.Error(), "set VADE_STORE") {
		t.Errorf("got %v", err)
	}
	err = db.Open(t.Context(), &operation.Env{Engines: operation.Engines{"store": {Driver: broker{}}}})
	if err == nil || !strings.Contains(err.Error(), "store_test.broker keeps no documents") {
		t.Errorf("got %v", err)
	}
}

// broker is a driver of another capability.
type broker struct{}

func (broker) Capability() string { return "events" }
func (broker) Schemes() []string  { return nil }
