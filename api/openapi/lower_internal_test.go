package openapi

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestASchemaIsWrittenInTheDialectOfOpenAPI30(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{`true`, `{}`},
		{`{"properties":{"a":true,"b":false},"additionalProperties":false}`, `{"properties":{"a":{},"b":{"not":{}}},"additionalProperties":false}`},
		{`{"type":["string","null"],"maxLength":3}`, `{"type":"string","nullable":true,"maxLength":3}`},
		{`{"type":"null"}`, `{"enum":[null]}`},
		{`{"type":["integer","string"]}`, `{"anyOf":[{"type":"integer"},{"type":"string"}]}`},
		{`{"type":["integer","string","null"]}`, `{"anyOf":[{"type":"integer"},{"type":"string"},{"enum":[null]}]}`},
		{`{"type":"array"}`, `{"type":"array","items":{}}`},
		{`{"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}],"description":"d"}`,
			`{"type":"string","enum":["a",null],"nullable":true,"description":"d"}`},
		{`{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]}`, `{"anyOf":[{"$ref":"#/components/schemas/A"},{"enum":[null]}]}`},
		{`{"$ref":"#/components/schemas/A"}`, `{"$ref":"#/components/schemas/A"}`},
		{`{"$ref":"#/components/schemas/A","description":"d","deprecated":true}`,
			`{"description":"d","deprecated":true,"allOf":[{"$ref":"#/components/schemas/A"}]}`},
		{`{"type":"string","const":"card"}`, `{"type":"string","enum":["card"]}`},
		{`{"const":1,"enum":[1,2]}`, `{"enum":[1],"allOf":[{"enum":[1,2]}]}`},
		{`{"type":"string","examples":["a","b"]}`, `{"type":"string","example":"a"}`},
		{`{"type":"string","contentEncoding":"base64","maxLength":8}`, `{"type":"string","format":"byte","maxLength":8}`},
		{`{"type":"string","contentMediaType":"application/octet-stream"}`, `{"type":"string","format":"binary"}`},
		{`{"exclusiveMinimum":0,"exclusiveMaximum":9}`, `{"minimum":0,"exclusiveMinimum":true,"maximum":9,"exclusiveMaximum":true}`},
		{`{"minimum":0,"exclusiveMinimum":0}`, `{"minimum":0,"exclusiveMinimum":true}`},
		{`{"minimum":1,"exclusiveMinimum":0.5,"maximum":18446744073709551615,"exclusiveMaximum":18446744073709551616}`,
			`{"minimum":1,"maximum":18446744073709551615}`},
		{`{"prefixItems":[{"type":"string"}],"items":false}`, `{"maxItems":1,"items":{"anyOf":[{"type":"string"}]}}`},
		{`{"required":[],"enum":[]}`, `{"not":{}}`},
		{`{"type":"string","pattern":"^[^\\p{Cc}]+$"}`, `{"type":"string"}`},
		{`{"type":"string","pattern":"^\\d{3}$"}`, `{"type":"string","pattern":"^\\d{3}$"}`},
		{`{"not":{"contains":{"const":1}},"type":"array"}`, `{"type":"array","items":{}}`},
		{`{"oneOf":[{"type":"array","contains":{}},{"type":"string"}]}`, `{"anyOf":[{"type":"array","items":{}},{"type":"string"}]}`},
		{`{"$schema":"x","$comment":"y","$defs":{},"x-order":7,"not":{"const":1}}`, `{"x-order":7,"not":{"enum":[1]}}`},
		{`{"oneOf":[{"$ref":"#/components/schemas/A"}],"discriminator":{"propertyName":"kind","mapping":{"a":"#/components/schemas/A"}}}`,
			`{"oneOf":[{"$ref":"#/components/schemas/A"}],"discriminator":{"propertyName":"kind","mapping":{"a":"#/components/schemas/A"}}}`},
	} {
		if got := lower(jsontext.Value(tt.in), exactly); string(got) != tt.want {
			t.Errorf("%s\nbecame %s\nnot    %s", tt.in, got, tt.want)
		}
	}
}

// What the one allows the other allows; where nothing had to be left out, they allow the same.
func TestTheDialectsAllowTheSameValues(t *testing.T) {
	t.Parallel()
	values := []string{
		`null`, `true`, `0`, `1`, `0.5`, `9`, `-1`, `3e2`, `""`, `"a"`, `"b"`, `"abcd"`, `[]`, `[1]`, `["a"]`, `["a",1]`, `["a","b",null]`, `{}`,
		`{"a":1}`, `{"a":null}`, `{"a":"x","b":2}`, `{"b":2}`, `{"kind":"card","n":1}`, `{"kind":"cash"}`, `{"c":{"a":1}}`, `{"x1":1}`, `{"x1":"s"}`,
	}
	exact := []string{
		`{"type":["string","null"],"maxLength":3}`, `{"type":"null"}`, `{"type":["integer","null","boolean"]}`, `{"type":["number","string"],"minimum":1}`,
		`{"type":"string","enum":["a","b"]}`, `{"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}]}`, `{"anyOf":[{"type":"integer","const":1},{"type":"null"}],"minimum":2}`,
		`{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]}`, `{"$ref":"#/components/schemas/A","minProperties":2}`,
		`{"anyOf":[{"type":"object","not":{"required":["b"]}},{"type":"null"}]}`,
		`{"type":["string","null"],"const":null}`, `{"const":{"a":1}}`, `{"const":1,"enum":[1,2]}`, `{"enum":[]}`,
		`{"exclusiveMinimum":0,"exclusiveMaximum":9}`, `{"minimum":0,"exclusiveMinimum":0}`, `{"minimum":1,"exclusiveMinimum":0.5}`, `{"maximum":1,"exclusiveMaximum":1}`,
		`{"type":"integer","maximum":9,"exclusiveMaximum":1e1}`, `{"type":"array","items":{"type":["string","null"]},"minItems":1}`,
		`{"type":"object","properties":{"a":{"type":["integer","null"]},"b":false},"additionalProperties":{"type":"object"}}`,
		`{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"type":["null","string"]}}`, `{"if":{"type":"string"},"else":{"type":"object"}}`,
		`{"dependentRequired":{"a":["b"]}}`, `{"dependentSchemas":{"a":{"required":["b"]}}}`, `{"not":{"type":["string","null"]}}`, `{"oneOf":[{"type":"number"},{"minimum":1}]}`,
		`{"allOf":[{"type":["object","null"]},{"not":{"const":null}}],"$ref":"#/components/schemas/A"}`, `{"allOf":[false]}`,
		`{"oneOf":[{"type":"object","properties":{"kind":{"type":"string","const":"card"}},"required":["kind"]},{"type":"object","properties":{"kind":{"const":"cash"}},"required":["kind"]}]}`,
	}
	looser := []string{
		`{"prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}`, `{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}`,
		`{"prefixItems":[{"type":"string"}]}`, `{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}`,
		`{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":{"type":"string"}}`, `{"contains":{"const":1}}`, `{"not":{"contains":{"const":1}}}`,
		`{"oneOf":[{"propertyNames":{"const":"a"}},{"required":["b"]}]}`, `{"if":{"contains":{"const":1}},"then":{"minItems":2},"else":{"type":"string"}}`,
		`{"properties":{"a":true},"unevaluatedProperties":false}`, `{"not":{"not":{"contains":{"const":1}}}}`,
	}
	for i, schema := range append(exact, looser...) {
		before, after := judge(t, schema), judge(t, string(raise(lower(jsontext.Value(schema), exactly))))
		for _, value := range values {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(value))
			if err != nil {
				t.Fatal(err)
			}
			was, is := before.Validate(doc) == nil, after.Validate(doc) == nil
			if (i < len(exact) && was != is) || (was && !is) {
				t.Errorf("%s: %s was allowed: %v; as %s: %v", schema, value, was, lower(jsontext.Value(schema), exactly), is)
			}
		}
	}
}

// exactly says of every reference that nothing was left out of what it leads to.
func exactly(string) bool { return false }

func TestWhatIsInexactIsNotTurnedAround(t *testing.T) {
	t.Parallel()
	d := newDeriver(map[string]json.RawMessage{
		"Loose": json.RawMessage(`{"type":"object","patternProperties":{"^x":{"type":"string"}}}`),
		"Far":   json.RawMessage(`{"properties":{"a":{"$ref":"#/schemas/Round"}}}`),
		"Round": json.RawMessage(`{"properties":{"b":{"$ref":"#/schemas/Far"},"c":{"items":{"$ref":"#/schemas/Loose"}}}}`),
		"Exact": json.RawMessage(`{"type":"object","properties":{"self":{"$ref":"#/schemas/Exact"}}}`),
	}, Version30, Options{})
	for in, want := range map[string]string{
		`{"not":{"$ref":"#/schemas/Loose"}}`:                                           `{}`,
		`{"not":{"$ref":"#/schemas/Far"}}`:                                             `{}`,
		`{"not":{"$ref":"#/schemas/Exact"}}`:                                           `{"not":{"$ref":"#/components/schemas/Exact"}}`,
		`{"oneOf":[{"$ref":"#/schemas/Far"}]}`:                                         `{"anyOf":[{"$ref":"#/components/schemas/Far"}]}`,
		`{"oneOf":[{"$ref":"#/schemas/Far"}],"discriminator":{"propertyName":"kind"}}`: `{"oneOf":[{"$ref":"#/components/schemas/Far"}],"discriminator":{"propertyName":"kind"}}`,
		`{"oneOf":[{"type":"string"},{"type":"null"}]}`:                                `{"oneOf":[{"type":"string"},{"enum":[null]}]}`,
		`{"oneOf":[{"$ref":"#/schemas/Exact"}]}`:                                       `{"oneOf":[{"$ref":"#/components/schemas/Exact"}]}`,
		`{"if":{"$ref":"#/schemas/Loose"},"then":false}`:                               `{}`,
		`{"allOf":[{"$ref":"#/schemas/Loose"}]}`:                                       `{"allOf":[{"$ref":"#/components/schemas/Loose"}]}`,
	} {
		if got := d.schema("test", []byte(in)); string(got) != want {
			t.Errorf("%s\nbecame %s\nnot    %s", in, got, want)
		}
	}
}

func judge(t *testing.T, schema string) *jsonschema.Schema {
	t.Helper()
	text := fmt.Sprintf(`{"allOf":[%s],"components":{"schemas":{"A":{"type":"object","required":["a"]}}}}`, schema)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("memory:root", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("memory:root")
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return compiled
}

// raise writes a Schema Object of OpenAPI 3.0.3 as draft 2020-12, by what the specification says of nullable and exclusive bounds.
func raise(v jsontext.Value) jsontext.Value {
	if list := parseList(v); list != nil {
		for i := range list {
			list[i] = raise(list[i])
		}
		return renderList(list)
	}
	o := parseObject(v)
	if o == nil {
		return v
	}
	if ref := o.get("$ref"); ref != nil {
		return one("$ref", ref) // its siblings are ignored
	}
	var out object
	for _, m := range o {
		switch m.name {
		case "enum", "example", "default", "nullable", "required", "discriminator":
			out = append(out, m)
			continue
		case "properties":
			properties := parseObject(m.value)
			for i := range properties {
				properties[i].value = raise(properties[i].value)
			}
			out = append(out, member{m.name, properties.render()})
			continue
		case "exclusiveMinimum", "exclusiveMaximum":
			continue
		}
		out = append(out, member{m.name, raise(m.value)})
	}
	for inclusive, exclusive := range map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"} {
		if string(o.get(exclusive)) == "true" {
			out = append(out.without(inclusive), member{exclusive, o.get(inclusive)})
		}
	}
	if kind := o.get("type"); kind != nil && string(o.get("nullable")) == "true" {
		out = out.with("type", renderList([]jsontext.Value{kind, jsontext.Value(`"null"`)}))
	}
	return out.without("nullable").render()
}

func FuzzLower(f *testing.F) {
	f.Add([]byte(`{"type":["string","null"],"exclusiveMinimum":0,"minimum":1e99,"anyOf":[{"$ref":"#/a","x":1},{"type":"null"}]}`))
	f.Add([]byte(`{"prefixItems":[true],"items":false,"if":{"const":1},"then":{"enum":[]},"dependentRequired":{"a":["b"]}}`))
	f.Add([]byte(`{"properties":[],"allOf":{},"patternProperties":{"a":{}},"additionalProperties":7,"examples":3,"type":[]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		if !jsontext.Value(in).IsValid() {
			return
		}
		if out := lower(in, exactly); !out.IsValid() {
			t.Errorf("%s became %s", in, out)
		}
	})
}
