package openapi

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestOnlyReferencesAreRewritten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in, want string
		found    []string
	}{
		{`true`, `true`, nil},
		{`{"$ref":"#/schemas/A"}`, `{"$ref":"#/components/schemas/A"}`, []string{"A"}},
		{`{"$ref":"#/schemas/A/properties/b"}`, `{"$ref":"#/components/schemas/A/properties/b"}`, []string{"A"}},
		{`{"$ref":"https://example.com/a.json#/schemas/A"}`, `{"$ref":"https://example.com/a.json#/schemas/A"}`, nil},
		{`{"anyOf":[{"items":{"$ref":"#/schemas/A"}},{"not":{"$ref":"#/schemas/B"}}]}`,
			`{"anyOf":[{"items":{"$ref":"#/components/schemas/A"}},{"not":{"$ref":"#/components/schemas/B"}}]}`, []string{"A", "B"}},
		{`{"properties":{"$ref":{"type":"string"},"enum":{"$ref":"#/schemas/A"}}}`,
			`{"properties":{"$ref":{"type":"string"},"enum":{"$ref":"#/components/schemas/A"}}}`, []string{"A"}},
		{`{"examples":[{"$ref":"#/schemas/A"}],"const":{"$ref":"#/schemas/A"},"default":{"$ref":"#/schemas/A"}}`,
			`{"examples":[{"$ref":"#/schemas/A"}],"const":{"$ref":"#/schemas/A"},"default":{"$ref":"#/schemas/A"}}`, nil},
		{`{"oneOf":[],"discriminator":{"propertyName":"#/schemas/A","mapping":{"$ref":"#/schemas/A","b":"B","c":7}}}`,
			`{"oneOf":[],"discriminator":{"propertyName":"#/schemas/A","mapping":{"$ref":"#/components/schemas/A","b":"B","c":7}}}`, []string{"A"}},
		{`{"discriminator":"kind","properties":{"discriminator":{"$ref":"#/schemas/A"},"mapping":{"mapping":"#/schemas/B"}}}`,
			`{"discriminator":"kind","properties":{"discriminator":{"$ref":"#/components/schemas/A"},"mapping":{"mapping":"#/schemas/B"}}}`, []string{"A"}},
		{`{"$ref":7,"description":"#/schemas/A"}`, `{"$ref":7,"description":"#/schemas/A"}`, nil},
	} {
		var found []string
		got, err := refer([]byte(tt.in), func(name string) { found = append(found, name) })
		if err != nil || string(got) != tt.want || !slices.Equal(found, tt.found) {
			t.Errorf("%s:\ngot  %s %v %v\nwant %s %v", tt.in, got, found, err, tt.want, tt.found)
		}
	}
}

func TestASchemaThatIsNotJSONIsRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []string{``, `{`, `[{]`, `{"a"}`, `{"a":1,"a":2}`, `{"$ref":"#/schemas/A"`, `{"enum":[1}`, "{\"x\":\"\xff\"}", `{}{}`} {
		if got, err := refer([]byte(in), func(string) {}); err == nil {
			t.Errorf("%q became %s", in, got)
		}
	}
}

func FuzzReferences(f *testing.F) {
	f.Add([]byte(`{"$ref":"#/schemas/A","properties":{"$ref":{"items":[true,{"enum":[{"$ref":"#/schemas/B"}]}]}}}`))
	f.Add([]byte(`[{"$defs":null,"a":1e9}]`))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := refer(in, func(string) {})
		if err != nil {
			return
		}
		if !json.Valid(got) {
			t.Fatalf("%q became %q, which is not JSON", in, got)
		}
		again, err := refer(got, func(name string) {})
		if err != nil || string(again) != string(got) {
			t.Errorf("a second time changes %s to %s (%v)", got, again, err)
		}
	})
}
