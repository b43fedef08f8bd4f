package api

import (
	"slices"
	"strings"
	"testing"
)

func TestListsWithWeightsAreReadAsTheRFCSays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		field string
		want  []weighted
	}{
		{"", []weighted{}},
		{" , ,", []weighted{}},
		{"gzip, BR;q=0.57 ,\tzstd ; Q=0.001", []weighted{{"gzip", 1000}, {"br", 570}, {"zstd", 1}}},
		{"a;q=1.000, b;q=0., c;q=0.29, d;q=1", []weighted{{"a", 1000}, {"b", 0}, {"c", 290}, {"d", 1000}}},
		{"a;q=NaN, b;q=Inf, c;q=1e-2, d;q=0x1p-2, e;q=-0, f;q=+1, g;q=1.001, h;q=0.0001, i;q=, j;q=.5, k;q", []weighted{}},
		{`text/html;t="a,b;q=0";q=0.5, "x", a b, */*;q=0.1;ext=1`, []weighted{{"text/html", 500}, {"*/*", 100}}},
		{`a;t="x\"y,z";q=0.2, b`, []weighted{{"a", 200}, {"b", 1000}}},
		{`a;t="open, b`, []weighted{{"a", 1000}}},
	} {
		if got := parseWeights([]string{tt.field}); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.field, got, tt.want)
		}
	}
	if got := parseWeights([]string{strings.Repeat("a,", 100), "b"}); len(got) != maxChoices {
		t.Errorf("%d items are looked at", len(got))
	}
	list := parseWeights([]string{"*/*;q=0.1, application/*;q=0.5, application/json;q=0.2, application/json;v=2;q=0.3"})
	for name, want := range map[string]int{"application/json": 300, "application/cbor": 500, "text/html": 100} {
		if q := weigh(list, name); q != want {
			t.Errorf("%s weighs %d, want %d", name, q, want)
		}
	}
}

// FuzzParseWeights: whatever stands in the field, what comes out is bounded, and a second line of the header reads as the first.
func FuzzParseWeights(f *testing.F) {
	f.Add("gzip, br;q=0.57, *;q=0")
	f.Add(`text/html;t="a,b\";q=0";q=0.5, application/cbor, */*;q=NaN`)
	f.Add(";;;,,,;q=,\"")
	f.Fuzz(func(t *testing.T, field string) {
		list := parseWeights([]string{field})
		if len(list) > maxChoices {
			t.Errorf("%d items", len(list))
		}
		for _, w := range list {
			if w.name == "" || w.name != strings.ToLower(w.name) || w.weight < 0 || w.weight > 1000 || strings.ContainsAny(w.name, " \t\"") {
				t.Errorf("%+v", w)
			}
		}
		twice := parseWeights([]string{field, field})
		if want := slices.Concat(list, list); !slices.Equal(twice, want[:min(len(want), maxChoices)]) {
			t.Errorf("%v for two lines of %v", twice, list)
		}
	})
}

func TestTheHeadersThatAnAnswerDependsOnAreNamedOnce(t *testing.T) {
	t.Parallel()
	shared := append(make([]string, 0, 4), "Origin, accept")
	h := map[string][]string{"Vary": shared}
	varyBy(h, "Accept")
	varyBy(h, "Accept-Encoding")
	varyBy(h, "Accept-Encoding")
	if got := strings.Join(h["Vary"], "|"); got != "Origin, accept|Accept-Encoding" || shared[:2][1] != "" {
		t.Errorf("%s, and the shared values are %q", got, shared[:2])
	}
	h["Vary"] = []string{"*"}
	if varyBy(h, "Accept"); len(h["Vary"]) != 1 {
		t.Errorf("%q", h["Vary"])
	}
}
