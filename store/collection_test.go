package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vade-go/vade/store"
)

type thing struct {
	Name  string        `json:"name"`
	Group string        `json:"group"`
	Took  time.Duration `json:"took"`
}

// things is an opened service with one collection.
type things struct {
	db     *store.DB
	things *store.Collection[thing]
}

func open(t testing.TB) things {
	t.Helper()
	svc := newService("test")
	s := things{store.Of(svc), store.Collect(svc, "things",
		store.Index("group", func(v thing) string { return v.Group }),
		store.Index("name", func(v thing) string { return v.Name }))}
	svc.mustOpen(t, environment{})
	return s
}

func key(partition, id string) store.Key { return store.Key{Partition: partition, ID: id} }

func TestADocumentComesBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := open(t)
	want := thing{Name: "a \u2028 \" <b>", Group: "g", Took: 90 * time.Second}
	version, err := s.things.Insert(t.Context(), key("p", "a"), want)
	if err != nil || version < 1 {
		t.Fatalf("version %d, %v", version, err)
	}
	item, err := s.things.Get(t.Context(), key("p", "a"))
	if err != nil || item != (store.Item[thing]{Key: key("p", "a"), Value: want, Version: version}) {
		t.Errorf("got %+v, %v", item, err)
	}
}

func TestEveryRefusalHasItsSentinelAndNamesTheCall(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	version, err := s.things.Insert(ctx, key("p", "there"), thing{})
	if err != nil {
		t.Fatal(err)
	}
	stale := version + 7
	for _, c := range []struct {
		call func() error
		want error
		text string
	}{
		{func() error { _, err := s.things.Get(ctx, key("p", "gone")); return err }, store.ErrNotFound, "store: get things/p/gone: not found"},
		{func() error { _, err := s.things.Get(ctx, key("42", "42")); return err }, store.ErrNotFound, "store: get things/42: not found"},
		{func() error { _, err := s.things.Insert(ctx, key("p", "there"), thing{}); return err }, store.ErrExists, "store: insert things/p/there: exists already"},
		{func() error { _, err := s.things.Replace(ctx, key("p", "gone"), thing{}, 1); return err }, store.ErrNotFound, "store: replace things/p/gone: not found"},
		{func() error { _, err := s.things.Replace(ctx, key("p", "there"), thing{}, stale); return err }, store.ErrConflict, "store: replace things/p/there: changed in the meantime"},
		{func() error { _, err := s.things.Replace(ctx, key("p", "gone"), thing{}, 0); return err }, store.ErrNotFound, "store: replace things/p/gone: not found"},
		{func() error { _, err := s.things.Replace(ctx, key("p", "there"), thing{}, 0); return err }, store.ErrConflict, "store: replace things/p/there: changed in the meantime"},
		{func() error { _, err := s.things.Replace(ctx, key("p", "there"), thing{}, store.Any); return err }, store.ErrConflict, "store: replace things/p/there: changed in the meantime"},
		{func() error { return s.things.Delete(ctx, key("p", "gone"), store.Any) }, store.ErrNotFound, "store: delete things/p/gone: not found"},
		{func() error { return s.things.Delete(ctx, key("p", "there"), stale) }, store.ErrConflict, "store: delete things/p/there: changed in the meantime"},
		{func() error { return s.things.Delete(ctx, key("p", "there"), 0) }, store.ErrConflict, "store: delete things/p/there: changed in the meantime"},
	} {
		if err := c.call(); !errors.Is(err, c.want) || err.Error() != c.text {
			t.Errorf("got %v, want %s", err, c.text)
		}
	}
	if item, err := s.things.Get(ctx, key("p", "there")); err != nil || item.Version != version {
		t.Errorf("a refused call changed the document: %+v, %v", item, err)
	}
	if err := s.things.Delete(ctx, key("p", "there"), store.Any); err != nil {
		t.Error(err)
	}
}

func TestPutWritesWhateverIsThere(t *testing.T) {
	t.Parallel()
	s := open(t)
	last := store.Version(0)
	for range 3 {
		version, err := s.things.Put(t.Context(), key("p", "a"), thing{})
		if err != nil || version <= last {
			t.Errorf("version %d after %d, %v", version, last, err)
		}
		last = version
	}
}

func TestADocumentThatIsInsertedAgainIsNotTakenForTheOldOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx, k := t.Context(), key("p", "a")
	old, err := s.things.Insert(ctx, k, thing{Name: "old"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.things.Delete(ctx, k, old); err != nil {
		t.Fatal(err)
	}
	if _, err := s.things.Insert(ctx, k, thing{Name: "new"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.things.Replace(ctx, k, thing{Name: "of who read the old one"}, old); !errors.Is(err, store.ErrConflict) {
		t.Errorf("replaced at version %d: %v", old, err)
	}
}

func TestADocumentThatWaitedToBeInsertedIsNewerThanThoseBeforeIt(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	begun := make(chan struct{}, 1)
	db, texts := store.Of(svc), store.Collect(svc, "texts", store.Index("by", func(v string) string {
		if v == "late" {
			begun <- struct{}{}
		}
		return v
	}))
	svc.mustOpen(t, environment{})
	late := make(chan store.Version, 1)
	var early store.Version
	err := db.Do(t.Context(), "p", func(ctx context.Context, tx *store.Tx) (err error) {
		go func() {
			version, err := texts.Insert(t.Context(), key("p", "a"), "late")
			if err != nil {
				t.Error(err)
			}
			late <- version
		}()
		<-begun
		for range 1000 { // it goes on to where it has to wait for this transaction
			runtime.Gosched()
		}
		if early, err = texts.With(tx).Insert(ctx, key("p", "a"), "early"); err != nil {
			return err
		}
		return texts.With(tx).Delete(ctx, key("p", "a"), early)
	})
	if version := <-late; err != nil || version <= early {
		t.Errorf("version %d after %d, %v", version, early, err)
	}
}

func TestKeysThatAnEngineMightNotKeepAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, bad := range []string{"", strings.Repeat("x", 256), "a\nb", "a\x00", "\u0085", "\xff", "a\x7f"} {
		for _, k := range []store.Key{key(bad, "a"), key("p", bad)} {
			_, err := s.things.Get(t.Context(), k)
			_, err2 := s.things.Insert(t.Context(), k, thing{})
			err3 := s.things.Delete(t.Context(), k, store.Any)
			for _, err := range []error{err, err2, err3} {
				if !errors.Is(err, store.ErrKey) || !utf8.ValidString(err.Error()) || strings.ContainsAny(err.Error(), "\n\x00") || len(err.Error()) > 200 {
					t.Errorf("%q: %v", k, err)
				}
			}
		}
	}
	long := thing{Name: strings.Repeat("x", store.MaxIndexValue+1)}
	if _, err := s.things.Insert(t.Context(), key("p", "a"), long); !errors.Is(err, store.ErrKey) {
		t.Errorf("a long index value: %v", err)
	}
}

func TestADocumentHasALargestSize(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	texts := store.Collect[string](svc, "texts")
	svc.mustOpen(t, environment{})
	fits := strings.Repeat("x", store.MaxDocument-2) // and two quotes
	if _, err := texts.Insert(t.Context(), key("p", "a"), fits); err != nil {
		t.Error(err)
	}
	_, err := texts.Insert(t.Context(), key("p", "b"), fits+"x")
	if !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("one byte more: %v", err)
	}
}

func TestErrorsDoNotQuoteDocuments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const secret = "hush-hush"
	before := newService("test")
	texts := store.Collect[map[string]string](before, "things")
	closing := before.mustOpen(t, environment{url: "sqlite:", dir: dir})
	if _, err := texts.Insert(t.Context(), key("p", "a"), map[string]string{secret: secret}); err != nil {
		t.Fatal(err)
	}
	_, err := texts.Insert(t.Context(), key("p", "a"), map[string]string{secret: secret})
	_, err2 := texts.Insert(t.Context(), key("p", "b"), map[string]string{secret: "\xff" + secret})
	if err := closing(); err != nil {
		t.Fatal(err)
	}
	after := newService("test")
	numbers := store.Collect[map[string]int](after, "things")
	after.mustOpen(t, environment{url: "sqlite:", dir: dir})
	_, err3 := numbers.Get(t.Context(), key("p", "a"))
	_, err4 := numbers.List(t.Context(), store.Query{Partition: "p"})
	for _, err := range []error{err, err2, err3, err4} {
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("got %v", err)
		}
	}
	if want := "store: get things/p/a: the stored document does not fit: map[string]int, in a int"; err3.Error() != want {
		t.Errorf("got %v", err3)
	}
	if want := "store: list things: p/a: the stored document does not fit: map[string]int, in a int"; err4.Error() != want {
		t.Errorf("got %v", err4)
	}
}

func TestMembersMayBeAddedToATypeAndRemovedFromIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := newService("test")
	old := store.Collect[struct{ A, B string }](before, "things")
	closing := before.mustOpen(t, environment{url: "sqlite:", dir: dir})
	if _, err := old.Insert(t.Context(), key("p", "a"), struct{ A, B string }{"a", "b"}); err != nil {
		t.Fatal(err)
	}
	if err := closing(); err != nil {
		t.Fatal(err)
	}
	after := newService("test")
	type changed struct{ B, C string }
	now := store.Collect[changed](after, "things")
	after.mustOpen(t, environment{url: "sqlite:", dir: dir})
	if item, err := now.Get(t.Context(), key("p", "a")); err != nil || item.Value != (changed{B: "b"}) {
		t.Errorf("got %+v, %v", item, err)
	}
}

func TestBeforeOpeningAndAfterClosingEveryCallIsErrClosed(t *testing.T) {
	t.Parallel()
	svc := newService("test")
	db, texts := store.Of(svc), store.Collect[string](svc, "texts")
	check := func(when string) {
		_, err := texts.Get(t.Context(), key("p", "a"))
		_, err2 := texts.Put(t.Context(), key("p", "a"), "")
		_, err3 := texts.List(t.Context(), store.Query{Partition: "p"})
		err4 := db.Do(t.Context(), "p", nil)
		for _, err := range []error{err, err2, err3, err4} {
			if !errors.Is(err, store.ErrClosed) {
				t.Errorf("%s: %v", when, err)
			}
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	check("before")
	closing := svc.mustOpen(t, environment{})
	if err := closing(); err != nil {
		t.Fatal(err)
	}
	check("after")
}

func TestServicesDoNotShareDocuments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var found []error
	for _, name := range []string{"one", "two"} {
		svc := newService(name)
		texts := store.Collect[string](svc, "texts")
		svc.mustOpen(t, environment{url: "sqlite:", dir: dir})
		_, err := texts.Insert(t.Context(), key("p", "a"), name)
		found = append(found, err)
	}
	if !slices.Equal(found, []error{nil, nil}) {
		t.Error(found)
	}
}

func BenchmarkGet(b *testing.B) {
	s := open(b)
	for i := range 1000 {
		if _, err := s.things.Insert(b.Context(), key("p", fmt.Sprint(i)), thing{Name: "n", Group: "g"}); err != nil {
			b.Fatal(err)
		}
	}
	for i := 0; b.Loop(); i++ {
		if _, err := s.things.Get(b.Context(), key("p", fmt.Sprint(i%1000))); err != nil {
			b.Fatal(err)
		}
	}
}
