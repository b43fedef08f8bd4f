package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

type search struct {
	Filter map[string]string  `query:"filter" enum:"open,closed" maxProperties:"2"`
	Above  map[string]float64 `query:"above" minimum:"0"`
	Words  []string           `query:"w"`
}

func searching(t testing.TB) http.Handler {
	s := newService()
	find := func(_ context.Context, in search) (search, error) { return in, nil }
	api.Get(s, "/lenient", find, auth.Public(), api.Name("lenient"))
	strict := api.Group(s, "/strict", auth.Public(), api.StrictQuery())
	api.Get(strict, "", find)
	api.Get(strict, "/none", nothing)
	return s.open(t, io.Discard, nil)
}

func TestAMapIsSpreadOverTheQuery(t *testing.T) {
	t.Parallel()
	h := searching(t)
	for query, want := range map[string]string{
		"":                                `{"Filter":{},"Above":{},"Words":[]}`,
		"filter[a]=open&filter[b]=closed": `{"Filter":{"a":"open","b":"closed"},"Above":{},"Words":[]}`,
		"filter%5Ba%20b%5D=open":          `{"Filter":{"a b":"open"},"Above":{},"Words":[]}`,
		"above[price]=1.5&above[]=0":      `{"Filter":{},"Above":{"":0,"price":1.5},"Words":[]}`,
		"filters[a]=x&other=y":            `{"Filter":{},"Above":{},"Words":[]}`,
	} {
		for _, path := range []string{"/lenient?", "/strict?"} {
			if path == "/strict?" && strings.Contains(query, "other") {
				continue
			}
			res, body := send(t, h, "GET", path+query, "")
			// Maps have no order, and the test's service need not write them in one.
			if got := decode[search](t, body); res.StatusCode != 200 || fmt.Sprint(got) != fmt.Sprint(decode[search](t, want)) {
				t.Errorf("%s%s: %d %s, want %s", path, query, res.StatusCode, body, want)
			}
		}
	}
}

func TestTheRulesOfAMapAreThoseOfItsValues(t *testing.T) {
	t.Parallel()
	h := searching(t)
	for query, want := range map[string]string{
		"filter[a]=ajar&filter[b]=open":             "filter/a enum",
		"filter[a]=open&filter[a]=open":             "filter/a repeated",
		"filter[a]=open&filter[b]=open&filter[c]=x": "filter/c enum, filter max-properties",
		"filter[a][b]=open":                         "filter type",
		"filter=open":                               "filter type",
		"filter=open&filter[a]=open":                "filter type",
		"filter[%ff]=open":                          "filter/\uFFFD encoding",
		"above[x~/y]=-1&above[z]=much":              "above/x~0~1y minimum, above/z type",
	} {
		res, body := send(t, h, "GET", "/lenient?"+query, "")
		if got := listed(t, body); res.StatusCode != 422 || got != want {
			t.Errorf("%s: %d %s, want %s", query, res.StatusCode, got, want)
		}
	}
}

func TestAStrictQueryHasNoStrangers(t *testing.T) {
	t.Parallel()
	h := searching(t)
	for target, want := range map[string]string{
		"/strict?utm_source=x&w=a&W=b&utm_source=y": "utm_source unknown, W unknown",
		"/strict?w[a]=x&filters=1&filter[a]=ajar":   "filter/a enum, w[a] unknown, filters unknown",
		"/strict?%ff=1":  "\uFFFD unknown",
		"/strict/none?a": "a unknown",
	} {
		res, body := send(t, h, "GET", target, "")
		if got := listed(t, body); res.StatusCode != 422 || got != want {
			t.Errorf("%s: %d %s, want %s", target, res.StatusCode, got, want)
		}
	}
	var many strings.Builder
	for i := range 10 * schema.MaxViolations {
		fmt.Fprintf(&many, "&p%d", i)
	}
	if _, body := send(t, h, "GET", "/strict/none?"+many.String(), ""); strings.Count(listed(t, body), "unknown") != schema.MaxViolations {
		t.Errorf("of very many strangers %d are listed", strings.Count(body, "unknown"))
	}
	if res, body := send(t, h, "GET", "/lenient?utm_source=x", ""); res.StatusCode != 200 {
		t.Errorf("without the option: %d %s", res.StatusCode, body)
	}
}

type weights struct {
	By map[string]int `query:"weight" default:"{\"price\":1}"`
}

var weighing = api.Define[weights, map[string]int]("GET", "/weigh", auth.Public())

func TestAnEmptyMapIsNotTakenForTheDefaultWhateverThePlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		in := weights{By: map[string]int{"age": 2}}
		if got, err := weighing.Call(t.Context(), conn, in); err != nil || fmt.Sprint(got) != "map[age:2]" {
			t.Errorf("got %v, %v", got, err)
		}
		in.By = nil
		if got, err := weighing.Call(t.Context(), conn, in); !errors.Is(err, problem.Invalid()) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// listed returns the violations of a problem document, each as place and code.
func listed(t *testing.T, body string) string {
	t.Helper()
	p, err := problem.Parse([]byte(body))
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	var list []string
	for _, v := range p.Errors {
		list = append(list, v.Name+v.Pointer+" "+v.Code)
	}
	return strings.Join(list, ", ")
}

// FuzzQuery: whatever the query, it is read or refused with 422 or 400, and what is read obeys its rules.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"filter[a]=open&above[b]=1&w=x,y", "filter[[]]=&filter=", "filter[%", "above[a]=1e999&above[a]=NaN", "[]=&w[]=&&;", "%ff=%ff"} {
		f.Add(seed)
	}
	h := searching(f)
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/lenient", "/strict", "/strict/none"} {
			req := httptest.NewRequest(http.MethodGet, "/", nil)
			req.URL = &url.URL{Path: path, RawQuery: query}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			switch rec.Code {
			case 200:
				for key, value := range decode[search](t, rec.Body.String()).Filter {
					if value != "open" && value != "closed" {
						t.Errorf("%q: got %q for %q", query, value, key)
					}
				}
			case 204, 400, 422:
			default:
				t.Errorf("%s?%s: %d %s", path, query, rec.Code, rec.Body)
			}
		}
	})
}
