package schema_test

import (
	"bytes"
	"errors"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/vade-go/vade/schema"
)

// writtenAsTheLibrary holds what is written of the value at a pointer to go-json-experiment/json, with the address and without.
func writtenAsTheLibrary(t *testing.T, s *schema.Schema, v reflect.Value) {
	t.Helper()
	want, wrong := json.Marshal(v.Interface(), schema.JSONOptions())
	if wrong != nil {
		want = nil
	}
	for _, v := range []reflect.Value{v.Elem(), reflect.ValueOf(v.Elem().Interface())} {
		got, err := s.AppendJSON([]byte("x"), v)
		if (err == nil) != (wrong == nil) || !sameJSON(got[1:], want) {
			t.Fatalf("%s: %+v is written as %q, %v, and by the library as %q, %v", s.Type(), v, got, err, want, wrong)
		}
	}
}

// sameJSON compares what was written; the members of maps come in any order.
func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) || len(a) != len(b) {
		return len(a) == len(b)
	}
	left, right := jsontext.Value(a).Clone(), jsontext.Value(b).Clone()
	return left.Canonicalize() == nil && right.Canonicalize() == nil && bytes.Equal(left, right) && bytes.ContainsRune(a, '{')
}

// written has everything that is written in another way than it is read.
type written struct {
	Hidden base            `json:"-"`
	Text   string          `json:"text,omitempty"`
	Zero   int             `json:"zero,omitzero"`
	Float  float64         `json:"float"`
	Small  float32         `json:"small,omitempty"`
	Bytes  []byte          `json:"bytes,omitempty"`
	Key    [3]byte         `json:"key"`
	List   []*string       `json:"list,omitempty"`
	None   []int           `json:"none"`
	Map    map[string]bool `json:"map,omitempty"`
	Part   struct {
		A *int `json:"a,omitempty"`
	} `json:"part,omitempty"`
	*Behind
	At    time.Time     `json:"at,omitzero"`
	Wait  time.Duration `json:"wait"`
	Own   celsius       `json:"own"`
	Level slog.Level    `json:"level,omitempty"`
	Any   any           `json:"any,omitzero"`
	Pay   *anyPayment   `json:"pay,omitempty"`
	Quote string        `json:"a&<é"`
}

// Behind is embedded by a pointer.
type Behind struct {
	Inner schema.Null[[]uint8] `json:"inner,omitzero"`
	Big   uint64               `json:"big"`
}

// fill sets v to something, some levels deep.
func fill(r *rand.Rand, v reflect.Value, text string, levels int) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(r.Int64N(1<<36)-1<<34, r.Int64N(3)*12345).In(time.FixedZone("", r.IntN(3)*1800))))
		return
	case jsontext.Value, netip.Addr:
		return
	case anyPayment:
		v.Set(reflect.ValueOf(anyPayment{pick[payment](r, card{Number: text}, transfer{text}, promise{By: text}, cash{}, nil)}))
		return
	case schema.Null[[]uint8]:
		v.Set(reflect.ValueOf(pick(r, schema.ExplicitNull[[]uint8](), schema.NotNull([]byte(text)), schema.Null[[]uint8]{})))
		return
	}
	switch few := r.IntN(3); v.Kind() {
	case reflect.Bool:
		v.SetBool(few == 0)
	case reflect.String:
		v.SetString(pick(r, "", "plain", text, `a "quoted" \ text`, "\x00\n\u2028é<&>", "\x7f"))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.Uint64()) >> r.IntN(64))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.Uint64() >> r.IntN(64))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(pick(r, 0, math.Copysign(0, -1), r.NormFloat64(), math.Float64frombits(r.Uint64()), 1e21, 1e-7, 9.5e20, 1e-6, math.MaxFloat32))
	case reflect.Pointer:
		if few > 0 && levels > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), text, levels-1)
		}
	case reflect.Slice:
		if few > 0 && levels > 0 {
			v.Set(reflect.MakeSlice(v.Type(), few-1, few))
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i), text, levels-1)
		}
	case reflect.Map:
		if few > 0 && levels > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key, text, levels-1)
			fill(r, elem, text, levels-1)
			v.SetMapIndex(key, elem)
		}
	case reflect.Interface:
		if v.CanSet() && v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(pick[any](r, true, text, 1.5, []any{1, nil}, map[string]any{"a": text})))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(r, f, text, levels)
			}
		}
	}
}

func encoded(tb testing.TB) []*schema.Schema {
	list := []*schema.Schema{compile[written](tb)}
	for _, s := range subjects(tb) {
		list = append(list, s.ours)
	}
	return list
}

func TestValuesAreWrittenAsTheLibraryWritesThem(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range encoded(t) {
		for range 300 {
			v := reflect.New(s.Type())
			fill(r, v.Elem(), pick(r, "x", "é", "\xff", "\ud7ff"), 4)
			writtenAsTheLibrary(t, s, v)
		}
	}
}

// FuzzAppendJSON is the same for whatever comes to mind.
func FuzzAppendJSON(f *testing.F) {
	all := encoded(f)
	f.Add(uint8(0), uint64(1), "a")
	f.Fuzz(func(t *testing.T, i uint8, seed uint64, text string) {
		s := all[int(i)%len(all)]
		v := reflect.New(s.Type())
		fill(rand.New(rand.NewPCG(seed, 1)), v.Elem(), text, 4)
		writtenAsTheLibrary(t, s, v)
	})
}

func TestWhatRefersToItselfIsAnErrorOfTheLibrary(t *testing.T) {
	t.Parallel()
	var circle tree
	circle.Left = &circle
	if out, err := compile[tree](t).AppendJSON([]byte("x"), reflect.ValueOf(circle)); err == nil || string(out) != "x" {
		t.Errorf("written as %s", out)
	}
	deep, levels := &tree{}, 500
	for range levels {
		deep = &tree{Left: deep}
	}
	out, err := compile[tree](t).AppendJSON(nil, reflect.ValueOf(*deep))
	if err != nil || strings.Count(string(out), "{") != 2*(levels+1) {
		t.Errorf("%d levels: %v", levels, err)
	}
}

func TestAValueOfAnotherTypeIsWrittenAsWhatItIs(t *testing.T) {
	t.Parallel()
	for _, v := range []any{nil, 1, base{ID: "a"}, &tree{}} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := compile[tree](t).AppendJSON(nil, reflect.ValueOf(v)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%#v is written as %s, %v", v, got, err)
		}
	}
}

func TestAnErrorOfATypesOwnMethodIsThatOfTheLibrary(t *testing.T) {
	t.Parallel()
	_, err := compile[struct {
		A mute `json:"a"`
	}](t).AppendJSON(nil, reflect.ValueOf(struct {
		A mute `json:"a"`
	}{}))
	if !errors.Is(err, errMute) {
		t.Error(err)
	}
}

type mute struct{}

var errMute = errors.New("says nothing")

func (mute) MarshalText() ([]byte, error) { return nil, errMute }
func (*mute) UnmarshalText([]byte) error  { return nil }

func BenchmarkAppendJSON(b *testing.B) {
	s := compile[newOrder](b)
	var order newOrder
	if err := json.Unmarshal([]byte(orderBody), &order); err != nil {
		b.Fatal(err)
	}
	v, buf := reflect.ValueOf(&order).Elem(), make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.AppendJSON(buf, v); err != nil {
			b.Fatal(err)
		}
	}
}
