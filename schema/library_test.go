package schema_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/vade-go/vade/schema"
)

// sameAsLibrary holds what this package reads by itself to go-json-experiment/json: the same documents are well-formed, and what
// is valid becomes the same value.
func sameAsLibrary(t *testing.T, s subject, data []byte) {
	t.Helper()
	v := reflect.New(s.typ)
	found, err := s.ours.Decode(bytes.Clone(data), v.Elem())
	if good := jsontext.Value(data).IsValid() && depth(data) <= schema.MaxDepth; good != (err == nil) {
		t.Fatalf("%s: %q is well-formed: %v, and we say %v", s.name, data, good, err)
	}
	if err != nil || len(found) > 0 {
		return
	}
	strict := json.JoinOptions(schema.JSONOptions(), json.RejectUnknownMembers(true))
	theirs := reflect.New(s.typ)
	// The library does not take 1.0 for an integer.
	if json.Unmarshal(data, theirs.Interface(), strict) == nil && !s.apart && !reflect.DeepEqual(v.Interface(), theirs.Interface()) {
		t.Fatalf("%s: %q is %+v, and for the library %+v", s.name, data, v, theirs)
	}
	writtenAsTheLibrary(t, s.ours, v)
	written, err := json.Marshal(v.Interface(), strict, json.Deterministic(true))
	if err != nil {
		t.Fatalf("%s: %q was read as what cannot be written: %v", s.name, data, err)
	}
	again := reflect.New(s.typ)
	if err := json.Unmarshal(written, again.Interface(), strict); err != nil {
		t.Fatalf("%s: %q is written as %s, which the library does not read: %v", s.name, data, written, err)
	}
	rewritten, err := json.Marshal(again.Interface(), strict, json.Deterministic(true))
	if err != nil || !s.apart && !bytes.Equal(written, rewritten) {
		t.Fatalf("%s: %q is written as %s, and the library makes %s of it: %v", s.name, data, written, rewritten, err)
	}
}

// depth returns how deep a document is nested.
func depth(data []byte) (deepest int) {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := dec.ReadToken(); err != nil {
			return deepest
		}
		deepest = max(deepest, dec.StackDepth())
	}
}

func TestDocumentsAreReadAsTheLibraryReadsThem(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"{", "}", "[", "]", ",", ":", `"`, "1", "null", "true", "fals", `\`, `\u00e9`, `\ud83d\ude00`, `\ud800`, `\udc00`, "é", "\xff",
		"\xe2\x82", "-", "0", ".", "e", "E+1", " ", "\n", "\t", "\v", "\x00", "\x1f", `"a":1`, `"a":{"a":1,"a":2}`, `,"extra":[1,{"x":null}]`,
		"{}", "[]", `""`, strings.Repeat("[", 64) + strings.Repeat("]", 64), strings.Repeat(`{"a":`, 63) + "1" + strings.Repeat("}", 63),
	}
	for _, s := range subjects(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(2, uint64(len(s.name))))
			for range 1500 {
				data := []byte(s.seeds[r.IntN(len(s.seeds))])
				for range r.IntN(4) {
					at := r.IntN(len(data) + 1)
					to := min(len(data), at+r.IntN(12))
					switch r.IntN(4) {
					case 0:
						data = slices.Delete(data, at, to)
					case 1:
						data = slices.Insert(data, at, bytes.Clone(data[at:to])...)
					case 2:
						data = slices.Insert(data, at, []byte(pick(r, pieces...))...)
					case 3:
						data = slices.Replace(data, at, to, []byte(pick(r, pieces...))...)
					}
				}
				sameAsLibrary(t, s, data)
			}
		})
	}
}

// FuzzLibrary is the same for whatever comes to mind.
func FuzzLibrary(f *testing.F) {
	all := subjects(f)
	for i, s := range all {
		for _, seed := range s.seeds {
			f.Add(uint8(i), []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, data []byte) { sameAsLibrary(t, all[int(i)%len(all)], data) })
}

func TestShortTextsAreCopiesOfTheDocument(t *testing.T) {
	t.Parallel()
	data := []byte(`["a","bc","` + strings.Repeat("d", 65) + `","e\n",` + strings.Repeat(" ", 600) + `"f","` + strings.Repeat("g", 64) + `"]`)
	var got []string
	if found, err := compile[[]string](t).Decode(data, reflect.ValueOf(&got).Elem()); err != nil || found != nil {
		t.Fatal(found, err)
	}
	clear(data)
	if want := []string{"a", "bc", strings.Repeat("d", 65), "e\n", "f", strings.Repeat("g", 64)}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
