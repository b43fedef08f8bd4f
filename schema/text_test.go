package schema_test

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/vade-go/vade/schema"
)

type parameters struct {
	Limit  int                     `minimum:"1" maximum:"100" default:"20"`
	Page   schema.Opt[int]         `minimum:"1"`
	Sort   []string                `enum:"name,date" maxItems:"2" uniqueItems:"true"`
	IDs    []int64                 `minimum:"0"`
	Since  time.Time               ``
	Within time.Duration           `default:"5m"`
	From   netip.Addr              ``
	Exact  bool                    ``
	Ratio  float64                 `maximum:"1"`
	Name   string                  `minLength:"2"`
	Maybe  *int                    ``
	Clear  schema.Null[string]     ``
	Days   schema.Opt[[]time.Time] ``
	Body   struct{ A int }
	Codes  []int8 `uniqueItems:"true"`
}

// parameter decodes the values of one field of parameters and returns its new value.
func parameter(t *testing.T, field string, values ...string) (any, schema.Violations) {
	t.Helper()
	f, ok := reflect.TypeFor[parameters]().FieldByName(field)
	if !ok {
		t.Fatalf("there is no field %s", field)
	}
	s, err := schema.NewCompiler().Field(f)
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.New(f.Type).Elem()
	found := s.DecodeText(values, v)
	return v.Interface(), found
}

func TestParametersAreReadFromText(t *testing.T) {
	t.Parallel()
	seven := 7
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		field  string
		values []string
		want   any
	}{
		{"Limit", []string{"7"}, 7},
		{"Limit", nil, 20},
		{"Page", nil, schema.None[int]()},
		{"Page", []string{"1"}, schema.Some(1)},
		{"Sort", []string{"name", "date"}, []string{"name", "date"}},
		{"Sort", []string{}, []string{}},
		{"IDs", []string{"1", "2", "3"}, []int64{1, 2, 3}},
		{"Since", []string{"2024-02-29T00:00:00Z"}, day},
		{"Within", nil, 5 * time.Minute},
		{"Within", []string{"90s"}, 90 * time.Second},
		{"From", []string{"10.0.0.1"}, netip.AddrFrom4([4]byte{10, 0, 0, 1})},
		{"Exact", []string{"true"}, true},
		{"Ratio", []string{"1e-1"}, 0.1},
		{"Name", []string{"ab"}, "ab"},
		{"Maybe", []string{"7"}, &seven},
		{"Clear", []string{"x"}, schema.NotNull("x")},
		{"Days", []string{"2024-02-29T00:00:00Z"}, schema.Some([]time.Time{day})},
	}
	for _, c := range cases {
		got, found := parameter(t, c.field, c.values...)
		if found != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s=%q: %v, %v; want %v", c.field, c.values, got, found, c.want)
		}
	}
}

func TestParametersAreHeldToTheirRules(t *testing.T) {
	t.Parallel()
	cases := []struct {
		field  string
		values []string
		want   []string
	}{
		{"Limit", []string{"0"}, []string{" minimum"}},
		{"Limit", []string{"101"}, []string{" maximum"}},
		{"Limit", []string{"1", "2"}, []string{" repeated"}},
		{"Limit", []string{}, []string{" repeated"}},
		{"Page", []string{}, []string{" repeated"}},
		{"Limit", []string{""}, []string{" type"}},
		{"Limit", []string{"+1"}, []string{" type"}},
		{"Limit", []string{"007"}, []string{" type"}},
		{"Limit", []string{" 1"}, []string{" type"}},
		{"Limit", []string{"0x1"}, []string{" type"}},
		{"Limit", []string{"1.5"}, []string{" type"}},
		{"Limit", []string{"99999999999999999999"}, []string{" range"}},
		{"Page", []string{"0"}, []string{" minimum"}},
		{"Sort", nil, []string{" required"}},
		{"Sort", []string{"name", "size"}, []string{"/1 enum"}},
		{"Sort", []string{"name", "name"}, []string{" unique-items"}},
		{"Sort", []string{"name", "date", "name"}, []string{" max-items"}},
		{"IDs", []string{"1", "", "x", "-1"}, []string{"/1 type", "/2 type", "/3 minimum"}},
		{"Codes", []string{"x", "y"}, []string{"/0 type", "/1 type"}},
		{"Codes", []string{"0", "300", "1", "1"}, []string{"/1 range", " unique-items"}},
		{"Since", []string{"yesterday"}, []string{" format"}},
		{"Within", []string{"5"}, []string{" format"}},
		{"Within", []string{"9999999999h"}, []string{" range"}},
		{"From", []string{"10.0.0"}, []string{" format"}},
		{"Exact", []string{"yes"}, []string{" type"}},
		{"Ratio", []string{"NaN"}, []string{" type"}},
		{"Ratio", []string{"1e999"}, []string{" range"}},
		{"Name", []string{"é"}, []string{" min-length"}},
		{"Name", []string{"caf\xe9"}, []string{" encoding"}},
		{"From", []string{"\xff"}, []string{" encoding"}},
		{"Sort", []string{"name", "\xff"}, []string{"/1 encoding"}},
		{"Body", []string{"{}"}, []string{" type"}},
	}
	for _, c := range cases {
		if _, found := parameter(t, c.field, c.values...); !slices.Equal(codes(found), c.want) {
			t.Errorf("%s=%q: %v, want %q", c.field, c.values, found, c.want)
		}
	}
}

func TestOnlyScalarsAndListsOfThemAreTextual(t *testing.T) {
	t.Parallel()
	for typ, want := range map[reflect.Type]bool{
		reflect.TypeFor[int](): true, reflect.TypeFor[[]time.Duration](): true, reflect.TypeFor[schema.Opt[[]string]](): true,
		reflect.TypeFor[netip.Addr](): true, reflect.TypeFor[[]byte](): true, reflect.TypeFor[*bool](): true,
		reflect.TypeFor[[][]int](): false, reflect.TypeFor[[]*[]int](): false, reflect.TypeFor[lineItem](): false, reflect.TypeFor[map[string]int](): false,
		reflect.TypeFor[any](): false, reflect.TypeFor[[]lineItem](): false, reflect.TypeFor[schema.Opt[lineItem]](): false,
	} {
		s, err := schema.NewCompiler().Compile(typ)
		if err != nil {
			t.Fatal(err)
		}
		if s.Textual() != want {
			t.Errorf("%s: Textual is %t", typ, s.Textual())
		}
	}
}

func TestOnlyMapsOfScalarsAreKeyed(t *testing.T) {
	t.Parallel()
	type name string
	for typ, want := range map[reflect.Type]bool{
		reflect.TypeFor[map[string]int](): true, reflect.TypeFor[map[name]time.Time](): true, reflect.TypeFor[map[string]netip.Addr](): true,
		reflect.TypeFor[map[string][]int](): false, reflect.TypeFor[map[string]lineItem](): false, reflect.TypeFor[map[string]any](): false,
		reflect.TypeFor[int](): false, reflect.TypeFor[lineItem](): false, reflect.TypeFor[schema.Opt[map[string]int]](): false,
	} {
		s, err := schema.NewCompiler().Compile(typ)
		if err != nil {
			t.Fatal(err)
		}
		if s.Keyed() != want {
			t.Errorf("%s: Keyed is %t", typ, s.Keyed())
		}
		_, err = s.EncodeKeyed(reflect.New(typ).Elem())
		if found := s.DecodeKeyed(map[string][]string{"a": {"x"}}, reflect.New(typ).Elem()); !want && (err == nil || found == nil) {
			t.Errorf("%s: read %v, written %v", typ, found, err)
		}
	}
}

func TestAMapReplacesWhatWasThere(t *testing.T) {
	t.Parallel()
	type sizes map[string]int
	s, err := schema.NewCompiler().Compile(reflect.TypeFor[sizes]())
	if err != nil {
		t.Fatal(err)
	}
	values := sizes{"old": 1}
	given := map[string][]string{"a": {"1"}, "b": {"2"}}
	if found := s.DecodeKeyed(given, reflect.ValueOf(&values).Elem()); found != nil || !reflect.DeepEqual(values, sizes{"a": 1, "b": 2}) {
		t.Errorf("got %v, %v", values, found)
	}
	if again, err := s.EncodeKeyed(reflect.ValueOf(values)); err != nil || !reflect.DeepEqual(again, given) {
		t.Errorf("written as %v, %v", again, err)
	}
}

func FuzzDecodeText(f *testing.F) {
	c := schema.NewCompiler()
	var all []*schema.Schema
	for i := range reflect.TypeFor[parameters]().NumField() {
		s, err := c.Field(reflect.TypeFor[parameters]().Field(i))
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, s)
	}
	f.Add(uint8(0), "1", "2")
	f.Add(uint8(3), "1", "1e400")
	f.Add(uint8(5), "1h2m", "")
	f.Fuzz(func(t *testing.T, i uint8, first, second string) {
		s := all[int(i)%len(all)]
		for _, values := range [][]string{{first}, {first, second}} {
			v := reflect.New(s.Type()).Elem()
			if s.DecodeText(values, v) == nil {
				if found := s.Check(v); found != nil {
					t.Fatalf("%s: Check objects to what DecodeText accepts from %q: %v", s.Type(), values, found)
				}
				again := reflect.New(s.Type()).Elem()
				text, err := s.EncodeText(v)
				if err != nil || s.DecodeText(text, again) != nil || !reflect.DeepEqual(v.Interface(), again.Interface()) {
					t.Fatalf("%s: %q reads as %v, which is written as %q, %v, and that reads as %v", s.Type(), values, v, text, err, again)
				}
			}
		}
	})
}
