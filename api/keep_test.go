package api_test

import (
	"context"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

type kept struct {
	Text  string            `json:"text"`
	Long  string            `json:"long"`
	Any   any               `json:"any"`
	Raw   jsontext.Value    `json:"raw"`
	Bytes []byte            `json:"bytes"`
	Addr  netip.Addr        `json:"addr"`
	Map   map[string]string `json:"map"`
	Opt   api.Opt[[]string] `json:"opt,omitzero"`
	Null  api.Null[*string] `json:"null,omitzero"`
}

// TestWhatAHandlerKeepsIsItsOwn: bodies are read into memory that the next request gets.
func TestWhatAHandlerKeepsIsItsOwn(t *testing.T) {
	t.Parallel()
	body := func(c string) string {
		return strings.ReplaceAll(`{"text":"cc","long":"`+strings.Repeat("c", 100)+`","any":{"c":["c\n"]},"raw":["c",{"c":1}],"bytes":"cccc",`+
			`"addr":"fe80::1%c","map":{"c":"c"},"opt":["c","\u00e9c"],"null":"c"}`, "c", c)
	}
	s := newService()
	var all []kept
	api.Post(s, "/kept", func(_ context.Context, in kept) (api.None, error) {
		all = append(all, in)
		return api.None{}, nil
	}, auth.Public())
	h := s.open(t, t.Output(), nil)
	letters := []string{"A", "B", "C", "D", "E"}
	for _, c := range letters {
		if res, text := send(t, h, "POST", "/kept", body(c)); res.StatusCode != 204 {
			t.Fatal(text)
		}
	}
	for i, c := range letters {
		var want kept
		if err := json.Unmarshal([]byte(body(c)), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(all[i], want) {
			t.Errorf("of %s was kept %+v", c, all[i])
		}
	}
}
