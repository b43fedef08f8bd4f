package schema_test

import (
	"encoding/json"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	refunds "net/mail" // any package with a type called Address

	"github.com/vade-go/vade/schema"
)

func TestSchemasAreWrittenInAFixedForm(t *testing.T) {
	t.Parallel()
	cases := []struct {
		typ  reflect.Type
		want string
	}{
		{reflect.TypeFor[string](), `{"type":"string"}`},
		{reflect.TypeFor[bool](), `{"type":"boolean"}`},
		{reflect.TypeFor[int](), `{"type":"integer","format":"int64"}`},
		{reflect.TypeFor[uint8](), `{"type":"integer","format":"uint8","minimum":0,"maximum":255}`},
		{reflect.TypeFor[int32](), `{"type":"integer","format":"int32","minimum":-2147483648,"maximum":2147483647}`},
		{reflect.TypeFor[float64](), `{"type":"number","format":"double"}`},
		{reflect.TypeFor[*string](), `{"type":["string","null"]}`},
		{reflect.TypeFor[schema.Opt[string]](), `{"type":"string"}`},
		{reflect.TypeFor[schema.Null[lineItem]](), `{"anyOf":[{"$ref":"#/schemas/lineItem"},{"type":"null"}]}`},
		{reflect.TypeFor[any](), `{}`},
		{reflect.TypeFor[json.RawMessage](), `{}`},
		{reflect.TypeFor[*any](), `{}`},
		{reflect.TypeFor[netip.Addr](), `{"type":"string"}`},
		{reflect.TypeFor[[]byte](), `{"type":"string","contentEncoding":"base64"}`},
		{reflect.TypeFor[[4]byte](), `{"type":"string","contentEncoding":"base64","pattern":"^[^=]{6}={2}$"}`},
		{reflect.TypeFor[[3]byte](), `{"type":"string","contentEncoding":"base64","pattern":"^[^=]{4}={0}$"}`},
		{reflect.TypeFor[[2][]int8](), `{"type":"array","items":{"type":"array","items":{"type":"integer","format":"int8","minimum":-128,"maximum":127}},"minItems":2,"maxItems":2}`},
		{reflect.TypeFor[map[string]bool](), `{"type":"object","additionalProperties":{"type":"boolean"}}`},
		{reflect.TypeFor[struct{}](), `{"type":"object","properties":{},"additionalProperties":false}`},
		{reflect.TypeFor[celsius](), `{"type":"number","minimum":-273.15}`},
		{reflect.TypeFor[*celsius](), `{"type":["number","null"],"minimum":-273.15}`},
		{reflect.TypeFor[never](), `{"not":{}}`},
	}
	for _, c := range cases {
		s, err := schema.NewCompiler().Compile(c.typ)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(s.JSON(new(schema.Definitions))); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.typ, got, c.want)
		}
	}
}

// celsius reads its own JSON and describes it.
type celsius struct{ degrees float64 }

func (c *celsius) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &c.degrees) }
func (c celsius) MarshalJSON() ([]byte, error)     { return json.Marshal(c.degrees) }
func (celsius) JSONSchema() []byte                 { return []byte(`{ "type": "number", "minimum": -273.15 }`) }

type never struct{ celsius }

func (never) JSONSchema() []byte { return []byte(`false`) }

type broken struct{ celsius }

func (broken) JSONSchema() []byte { return []byte(`{"type":`) }

func TestATypeThatDescribesItselfWronglyIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := schema.NewCompiler().Compile(reflect.TypeFor[broken]()); err == nil {
		t.Error("malformed JSONSchema passed")
	}
}

func TestATypeThatDecodesItselfReportsOneViolation(t *testing.T) {
	t.Parallel()
	if got, found := decode[[]celsius](t, `[20.5,"cold",1]`); got[0].degrees != 20.5 || !slices.Equal(codes(found), []string{"/1 custom"}) {
		t.Errorf("%v, %v", got, found)
	}
}

func TestAFieldIsDescribedWithItsTags(t *testing.T) {
	t.Parallel()
	type fields struct {
		Seats  int      `json:"seats" minimum:"1" maximum:"9" default:"1" example:"2" doc:"How many seats."`
		Tags   []string `minLength:"1" maxItems:"3" uniqueItems:"true" default:"a,b" deprecated:"true"`
		Item   lineItem `doc:"One line." readOnly:"true" example:"{\"sku\":\"ABC-1234\",\"qty\":1,\"price_cents\":5}"`
		Secret string   `writeOnly:"true" pattern:"^\\S+$" format:"email" enum:"a@b,c@d"`
	}
	want := []string{
		`{"type":"integer","format":"int64","minimum":1,"maximum":9,"description":"How many seats.","default":1,"examples":[2]}`,
		`{"type":"array","items":{"type":"string","minLength":1},"maxItems":3,"uniqueItems":true,"default":["a","b"],"deprecated":true}`,
		`{"$ref":"#/schemas/lineItem","description":"One line.","examples":[{"sku":"ABC-1234","qty":1,"price_cents":5}],"readOnly":true}`,
		`{"type":"string","format":"email","pattern":"^\\S+$","enum":["a@b","c@d"],"writeOnly":true}`,
	}
	c := schema.NewCompiler()
	for i, want := range want {
		f := reflect.TypeFor[fields]().Field(i)
		s, err := c.Field(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(s.JSON(new(schema.Definitions))); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", f.Name, got, want)
		}
		if optional := i < 3; s.Optional() != optional {
			t.Errorf("%s: Optional is %t", f.Name, s.Optional())
		}
	}
}

// Address collides with the type of the same name in another package.
type Address struct {
	Street string `json:"street"`
}

func TestNamesAreShortUntilTheyCollide(t *testing.T) {
	t.Parallel()
	type local struct {
		A Address                `json:"a"`
		B refunds.Address        `json:"b"`
		C page[lineItem]         `json:"c"`
		D page[*refunds.Address] `json:"d"`
		E tree                   `json:"e"`
	}
	c := schema.NewCompiler()
	var first, second schema.Definitions
	for _, d := range []*schema.Definitions{&first, &second} {
		s, err := c.Compile(reflect.TypeFor[local]())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(s.JSON(d)), `{"$ref":"#/schemas/local"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	names := slices.Collect(maps.Keys(maps.Collect(first.All())))
	slices.Sort(names)
	want := []string{"Address", "lineItem", "local", "mail.Address", "pageAddress", "pageLineItem", "tree"}
	if !slices.Equal(names, want) {
		t.Errorf("got  %q\nwant %q", names, want)
	}
	if string(first.JSON()) != string(second.JSON()) {
		t.Error("the same declarations gave two documents")
	}
}

func TestTypesOfOneNameInOnePackageAreNumbered(t *testing.T) {
	t.Parallel()
	one, two := func() (a, b reflect.Type) {
		type item struct{ A int }
		a = reflect.TypeFor[item]()
		{
			type item struct{ B int }
			b = reflect.TypeFor[item]()
		}
		return a, b
	}()
	c, d := schema.NewCompiler(), new(schema.Definitions)
	seen := map[string]bool{}
	for _, typ := range []reflect.Type{one, two, one} {
		s, err := c.Compile(typ)
		if err != nil {
			t.Fatal(err)
		}
		seen[string(s.JSON(d))] = true
	}
	if len(seen) != 2 || len(maps.Collect(d.All())) != 2 {
		t.Errorf("references %v", seen)
	}
}
