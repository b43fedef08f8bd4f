package schema_test

import (
	"reflect"
	"testing"

	"github.com/vade-go/vade/schema"
)

func TestTheMessageOfAnEnumListsItsValues(t *testing.T) {
	t.Parallel()
	type choices struct {
		Currency string  `json:"currency" enum:"EUR,USD,CHF"`
		Blank    string  `json:"blank" enum:"on,"`
		Step     int     `json:"step" enum:"1,2,3"`
		Ratio    float64 `json:"ratio" enum:"0.5,2e3"`
		Ten      int     `json:"ten" enum:"1,2,3,4,5,6,7,8,9,10"`
		Eleven   string  `json:"eleven" enum:"a,b,c,d,e,f,g,h,i,j,k"`
	}
	s, err := schema.NewCompiler().Compile(reflect.TypeFor[choices]())
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Decode([]byte(`{"currency":"GBP","blank":"off","step":7,"ratio":1,"ten":0,"eleven":"z"}`), reflect.New(s.Type()).Elem())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"/currency": "must be one of EUR, USD, CHF",
		"/blank":    `must be one of on, ""`,
		"/step":     "must be one of 1, 2, 3",
		"/ratio":    "must be one of 0.5, 2e3",
		"/ten":      "must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
		"/eleven":   "must be one of the listed values",
	}
	for _, v := range found {
		if v.Code != schema.CodeEnum || v.Message != want[v.Pointer] {
			t.Errorf("%s: %s: %q, want %q", v.Pointer, v.Code, v.Message, want[v.Pointer])
		}
		delete(want, v.Pointer)
	}
	if len(want) > 0 {
		t.Errorf("nothing is said about %v", want)
	}
}
