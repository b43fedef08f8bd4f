package schema_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/schema"
)

func TestAValidDocumentIsDecoded(t *testing.T) {
	t.Parallel()
	got, found := decode[moments](t, momentSeeds()[0])
	if found != nil {
		t.Fatal(found)
	}
	at := time.Date(2024, 2, 29, 12, 0, 0, 5e8, time.FixedZone("", 3600))
	if !got.At.Equal(at) || got.For != -(time.Hour+2500*time.Millisecond) || got.Until != nil || string(got.Data) != "hi" ||
		got.Key != [4]byte{1, 2, 3, 4} || !reflect.DeepEqual(got.Any, map[string]any{"a": []any{1.0, nil}}) || string(got.Raw) != "[1.50]" {
		t.Errorf("decoded %+v", got)
	}
}

func TestAllViolationsAreReportedAtOnceWithPointerAndCode(t *testing.T) {
	t.Parallel()
	_, found := decode[newOrder](t, `{"customer_id":"42","currency":"eur","items":[{"sku":"abc","qty":0,"price_cents":-1},{"qty":1.5,"a/b~c":[{}]},7],"extra":{"x":1}}`)
	want := []string{
		"/customer_id format", "/currency enum", "/items/0/sku pattern", "/items/0/qty minimum", "/items/0/price_cents minimum",
		"/items/1/qty type", "/items/1/a~1b~0c unknown", "/items/1/sku required", "/items/1/price_cents required", "/items/2 type",
		"/extra unknown", "/note required",
	}
	if got := codes(found); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAnOpenDocumentMayHaveMembersThatStructsDoNotHave(t *testing.T) {
	t.Parallel()
	s := compile[struct {
		ID    string `json:"id"`
		Inner []struct {
			N int `json:"n"`
		} `json:"inner"`
	}](t)
	for document, want := range map[string][]string{
		`{"new":{"id":7,"x":[1]},"id":"a","inner":[{"n":1,"m":[]}],"newer":null}`: nil,
		`{"new":1,"id":2,"inner":[{"m":1}]}`:                                      {"/id type", "/inner/0/n required"},
	} {
		found, err := s.DecodeOpen([]byte(document), reflect.New(s.Type()).Elem())
		if got := codes(found); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v, want %q", document, got, err, want)
		}
		if found, err = s.Decode([]byte(document), reflect.New(s.Type()).Elem()); err != nil || !slices.Contains(codes(found), "/new unknown") {
			t.Errorf("%s: a closed one is not refused: %v, %v", document, found, err)
		}
	}
	for _, document := range []string{`{"new":1,"new":2,"id":"a","inner":[]}`, `{"new":{"a":1,"a":2},"id":"a","inner":[]}`, `{"new":`} {
		if _, err := s.DecodeOpen([]byte(document), reflect.New(s.Type()).Elem()); err == nil {
			t.Errorf("%s is not refused", document)
		}
	}
}

func TestEveryRuleHasItsCode(t *testing.T) {
	t.Parallel()
	_, found := decode[numbers](t, numberSeeds()[2])
	want := []string{"/i8 range", "/i16 range", "/i32 multiple-of", "/i64 range", "/i exclusive-maximum", "/u8 range", "/u16 maximum",
		"/u32 enum", "/u64 range", "/f32 maximum", "/f64 multiple-of", "/e enum"}
	if got := codes(found); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	_, found = decode[page[lineItem]](t, pageSeeds()[2])
	want = []string{"/counts/a minimum", "/counts/c type", "/counts max-properties", "/pair/0 min-length", "/pair max-items",
		"/id required", "/items required", "/grid required", "/nes~0ted required"}
	if got := codes(found); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	_, found = decode[texts](t, `{"name":"a","code":"","free":"","kind":"z","id":"","day":"","addr":"","period":"","tags":["a","a","B"]}`)
	want = []string{"/name min-length", "/code pattern", "/free pattern", "/kind enum", "/id format", "/day format", "/addr format",
		"/period format", "/tags/2 pattern", "/tags unique-items"}
	if got := codes(found); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestNumbersAreHeldToTheirRulesAsTheGoTypeKeepsThem(t *testing.T) {
	t.Parallel()
	type dice struct {
		Chance float32 `json:"chance" minimum:"0" exclusiveMaximum:"1"`
	}
	for document, want := range map[string][]string{
		`{"chance":0.9999999}`:   nil,
		`{"chance":0.999999999}`: {"/chance exclusive-maximum"}, // the nearest float32 is 1
		`{"chance":-1e-50}`:      {"/chance minimum"},           // as it was written
		`{"chance":3.5e38}`:      {"/chance range"},
	} {
		v, found := decode[dice](t, document)
		if !slices.Equal(codes(found), want) {
			t.Errorf("%s: got %q, want %q", document, codes(found), want)
		}
		if checked := codes(compile[dice](t).Check(reflect.ValueOf(v))); found == nil && checked != nil {
			t.Errorf("%s is read as %v, and Check objects: %q", document, v, checked)
		}
	}
	for _, f := range []float32{math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32} {
		written, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if got, found := decode[float32](t, string(written)); found != nil || got != f {
			t.Errorf("%s is read as %v, %v", written, got, found)
		}
	}
}

func TestItemsThatCannotBeReadAreNotTakenForTheSame(t *testing.T) {
	t.Parallel()
	type lottery struct {
		Numbers []int8 `json:"numbers" uniqueItems:"true" minimum:"1"`
	}
	for document, want := range map[string][]string{
		`{"numbers":["x","y",{}]}`: {"/numbers/0 type", "/numbers/1 type", "/numbers/2 type"},
		`{"numbers":[1,300,400]}`:  {"/numbers/1 range", "/numbers/2 range"},
		`{"numbers":["x",7,7]}`:    {"/numbers/0 type", "/numbers unique-items"},
		`{"numbers":[0,0]}`:        {"/numbers/0 minimum", "/numbers/1 minimum", "/numbers unique-items"},
	} {
		if _, found := decode[lottery](t, document); !slices.Equal(codes(found), want) {
			t.Errorf("%s: got %q, want %q", document, codes(found), want)
		}
	}
}

func TestMessagesNeverEchoTheValue(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t"
	for _, data := range []string{
		`{"customer_id":"s3cr3t","currency":"s3cr3t","items":[{"sku":"s3cr3t","qty":"s3cr3t","price_cents":{"s3cr3t":1}}],"note":["s3cr3t"]}`,
	} {
		_, found := decode[newOrder](t, data)
		if len(found) == 0 || strings.Contains(found.Error(), secret) {
			t.Errorf("violations: %v", found)
		}
	}
	var order newOrder
	for _, data := range []string{`{"s3cr3t":1,"s3cr3t":2}`, `{"note":"s3cr3t}`, `{"note":s3cr3t}`, `{"note":"\us3cr3t"}`} {
		_, err := compile[newOrder](t).Decode([]byte(data), reflect.ValueOf(&order).Elem())
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("Decode(%s): %v", data, err)
		}
	}
}

func TestMalformedDocumentsAreSyntaxErrors(t *testing.T) {
	t.Parallel()
	deep := func(open, inside, end string, n int) string {
		return strings.Repeat(open, n) + inside + strings.Repeat(end, n)
	}
	type holder struct {
		Any  any            `json:"any"`
		Map  map[string]int `json:"map"`
		Next *holder        `json:"next"`
		N    int            `json:"n"`
	}
	s := compile[holder](t)
	cases := []struct{ data, reason string }{
		{``, "unexpected end"},
		{`{"n":1`, "unexpected end"},
		{`{"n":tru}`, "invalid syntax"},
		{`{"n":1,}`, "invalid syntax"},
		{`{"n":01}`, "invalid syntax"},
		{`{1:1}`, "invalid syntax"},
		{`{"n":1]`, "invalid syntax"},
		{"{\"any\":\"\xff\"}", "invalid UTF-8"},
		{`{"any":"\ud800"}`, "invalid syntax"},
		{`{"n":1} {}`, "data after the value"},
		{`{"n":1}x`, "data after the value"},
		{`{"n":1,"n":1}`, "duplicate member name"},
		{`{"n":1,"\u006e":1}`, "duplicate member name"},
		{`{"x":1,"x":1}`, "duplicate member name"},
		{`{"x":{"y":1,"y":2}}`, "duplicate member name"},
		{`{"any":[{"y":1,"y":2}]}`, "duplicate member name"},
		{`{"map":{"y":1,"y":2}}`, "duplicate member name"},
		{`{"n":{"y":1,"y":2}}`, "duplicate member name"},
		{`{"any":` + deep("[", "", "]", 64) + `}`, "nested deeper than 64 levels"},
		{`{"x":` + deep("[", "", "]", 64) + `}`, "nested deeper than 64 levels"},
		{deep(`{"next":`, "null", "}", 65), "nested deeper than 64 levels"},
		{deep("[", "", "]", 100000), "nested deeper than 64 levels"},
	}
	for _, c := range cases {
		var v holder
		found, err := s.Decode([]byte(c.data), reflect.ValueOf(&v).Elem())
		var syntax *schema.SyntaxError
		if !errors.As(err, &syntax) || syntax.Reason != c.reason || found != nil {
			t.Errorf("%.40s: %v, %v; want %s", c.data, found, err, c.reason)
		}
	}
	for _, data := range []string{`{"any":` + deep("[", "", "]", 63) + `}`, deep(`{"next":`, "null", "}", 64)} {
		var v holder
		if _, err := s.Decode([]byte(data), reflect.ValueOf(&v).Elem()); err != nil {
			t.Errorf("64 levels are refused: %v", err)
		}
	}
}

func TestAtMostAHundredViolationsAreListed(t *testing.T) {
	t.Parallel()
	_, found := decode[[]int](t, "["+strings.Repeat(`"x",`, 1000)+`"x"]`)
	if len(found) != schema.MaxViolations {
		t.Errorf("%d violations are listed", len(found))
	}
	var members []string
	for i := range 1000 {
		members = append(members, fmt.Sprintf(`"m%d":1`, i))
	}
	_, found = decode[newOrder](t, "{"+strings.Join(members, ",")+"}")
	if len(found) != schema.MaxViolations {
		t.Errorf("%d violations are listed", len(found))
	}
}

func TestALongNameDoesNotMakeALongAnswer(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("n", 100_000)
	var members []string
	for i := range 200 {
		members = append(members, fmt.Sprintf(`"k%d":"x"`, i))
	}
	_, found := decode[map[string]map[string]int](t, `{"`+name+`":{`+strings.Join(members, ",")+`},"a":{"b":"x","`+name+`":"x"}}`)
	if len(found) != schema.MaxViolations {
		t.Errorf("%d violations", len(found))
	}
	for _, v := range found {
		if len(v.Pointer) > schema.MaxPointer {
			t.Fatalf("a pointer of %d bytes", len(v.Pointer))
		}
	}
	_, found = decode[map[string]map[string]int](t, `{"a":{"b":"x","`+name+`":"x"}}`)
	if !slices.Equal(codes(found), []string{"/a/b type", "/a type"}) {
		t.Errorf("got %q", codes(found))
	}
}

func TestWhatIsNotListedIsNotDecoded(t *testing.T) {
	t.Parallel()
	const bad, many = `{},`, 20_000
	data := "[" + strings.Repeat(bad, many) + "{}]"
	got, found := decode[[]lineItem](t, data)
	if len(found) != schema.MaxViolations || cap(got) > many/10 {
		t.Errorf("%d violations, room for %d items", len(found), cap(got))
	}
	if _, err := compile[[]lineItem](t).Decode([]byte("["+strings.Repeat(bad, many)+`{"a":1,"a":2}]`), reflect.ValueOf(&got).Elem()); err == nil {
		t.Error("a duplicate name behind the listed violations goes unnoticed")
	}
}

func TestItemsBeyondTheLimitAreNotDecoded(t *testing.T) {
	t.Parallel()
	type list struct {
		Items []lineItem `json:"items" maxItems:"2"`
	}
	got, found := decode[list](t, `{"items":[`+strings.Repeat(`{"sku":"ABC-1234","qty":1,"price_cents":0},`, 5000)+`0]}`)
	if len(got.Items) != 2 || !slices.Equal(codes(found), []string{"/items max-items"}) {
		t.Errorf("%d items, %v", len(got.Items), found)
	}
}

func TestMembersComeInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`{"sku":"ABC-1234","qty":2,"price_cents":3}`, `{"price_cents":3,"qty":2,"sku":"ABC-1234"}`, `{"qty":2,"\u0073ku":"ABC\u002d1234","price_cents":3}`,
	} {
		got, found := decode[lineItem](t, data)
		if want := (lineItem{"ABC-1234", 2, 3}); got != want || found != nil {
			t.Errorf("%s: %+v, %v", data, got, found)
		}
	}
}

func TestAbsentMembersGetTheirDefault(t *testing.T) {
	t.Parallel()
	first, _ := decode[texts](t, `{}`)
	if !first.Ok || !slices.Equal(first.Tags, []string{"a", "b"}) {
		t.Errorf("defaults: %+v", first)
	}
	s := compile[texts](t)
	var second texts
	for _, v := range []*texts{&first, &second} {
		if _, err := s.Decode([]byte(`{}`), reflect.ValueOf(v).Elem()); err != nil {
			t.Fatal(err)
		}
	}
	first.Tags[0] = "spoilt"
	if second.Tags[0] != "a" {
		t.Error("two values share one default")
	}
}

func TestStructsOfMoreThan64MembersKnowWhatTheySaw(t *testing.T) {
	t.Parallel()
	var fields []reflect.StructField
	var members []string
	for i := range 150 {
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: reflect.TypeFor[int]()})
		members = append(members, fmt.Sprintf(`"F%d":%d`, i, i))
	}
	s, err := schema.NewCompiler().Compile(reflect.StructOf(fields))
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.New(s.Type()).Elem()
	found, err := s.Decode([]byte("{"+strings.Join(slices.Delete(members, 70, 71), ",")+"}"), v)
	if err != nil || !slices.Equal(codes(found), []string{"/F70 required"}) || v.Field(149).Int() != 149 {
		t.Errorf("%v, %v", found, err)
	}
}

func TestDecodedValuesDoNotAliasTheDocument(t *testing.T) {
	t.Parallel()
	data := []byte(`{"at":"2024-02-29T12:00:00Z","for":"1s","until":null,"data":"aGk=","key":"AQIDBA==","any":"any","raw":"raw"}`)
	var v moments
	if found, err := compile[moments](t).Decode(data, reflect.ValueOf(&v).Elem()); err != nil || found != nil {
		t.Fatal(found, err)
	}
	clear(data)
	if v.Any != "any" || string(v.Raw) != `"raw"` || string(v.Data) != "hi" {
		t.Errorf("the value changed with the document: %+v", v)
	}
}

func TestTheHappyPathAllocatesNothingButTheValue(t *testing.T) {
	s := compile[newOrder](t)
	data := []byte(orderBody)
	var order newOrder
	v := reflect.ValueOf(&order).Elem()
	// 5 SKUs, customer, note: 7 strings. The items: room for 4, then for 8. Currency is the enum's own string.
	const ceiling = 7 + 2
	fewest := math.Inf(1) // a garbage collection or the race detector may empty the pool in between
	for range 50 {
		fewest = min(fewest, testing.AllocsPerRun(1, func() {
			order = newOrder{}
			if found, err := s.Decode(data, v); err != nil || found != nil {
				t.Fatal(found, err)
			}
		}))
	}
	if fewest > ceiling {
		t.Errorf("%v allocations, at most %d are the value's own", fewest, ceiling)
	}
}
