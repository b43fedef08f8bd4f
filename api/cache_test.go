package api_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// answered answers in the way that its path says.
func answered(_ context.Context, in struct {
	How string `path:"how"`
}) (api.Reply[string], error) {
	switch in.How {
	case "own":
		return api.Reply[string]{Header: http.Header{"Cache-Control": {"max-age=1"}, "Vary": {"Accept-Language"}}}, nil
	case "fail":
		return api.Reply[string]{}, errSoldOut
	}
	return api.Reply[string]{Value: "x"}, nil
}

func tagged(context.Context, api.None) (api.Versioned[string], error) {
	return api.Versioned[string]{Value: "x", Tag: "7"}, nil
}

func TestCachesAreToldWhatTheyMayKeep(t *testing.T) {
	t.Parallel()
	minute := api.CacheControl(api.Caching{MaxAge: time.Minute, StaleWhileRevalidate: 5 * time.Second, Vary: []string{"Accept", "X-Tenant"}})
	s := newService()
	open := api.Group(s, "/open", auth.Public())
	api.Get(open, "/plain/{how}", answered, api.Name("a"))
	cached := api.Group(open, "/cached", minute, api.Fails(errSoldOut))
	api.Get(cached, "/{how}", answered, api.Name("b"))
	api.Post(cached, "/{how}", answered, api.Name("c"))
	api.Get(cached, "/other/{how}", answered, api.Name("d"), api.CacheControl(api.Caching{NoStore: true}))
	api.Get(cached, "/tagged", tagged, api.CacheControl(api.Caching{Public: true, MaxAge: time.Hour, SharedMaxAge: 24 * time.Hour, Immutable: true}))
	closed := api.Group(s, "/closed", auth.Require(auth.OAuth2("shop")))
	api.Get(closed, "/plain/{how}", answered, api.Name("e"))
	api.Post(closed, "/plain/{how}", answered, api.Name("f"))
	api.Get(closed, "/tagged", tagged, api.Name("g"))
	api.Get(closed, "/cached/{how}", answered, minute, api.Name("h"))
	api.Mount(closed, "/mount", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Cache-Control", "max-age=9") }))
	h := s.open(t, io.Discard, nil)
	for request, want := range map[string]string{
		"GET /open/plain/x":        "",
		"GET /open/cached/x":       "max-age=60, stale-while-revalidate=5; Accept, X-Tenant",
		"GET /open/cached/own":     "max-age=1; Accept-Language, Accept, X-Tenant",
		"GET /open/cached/fail":    "no-store",
		"POST /open/cached/x":      "",
		"GET /open/cached/other/x": "no-store",
		"GET /open/cached/tagged":  "public, max-age=3600, s-maxage=86400, immutable",
		"GET /closed/plain/x":      "no-store",
		"POST /closed/plain/x":     "no-store",
		"GET /closed/plain/own":    "max-age=1; Accept-Language",
		"GET /closed/tagged":       "private, no-cache",
		"GET /closed/cached/x":     "private, max-age=60, stale-while-revalidate=5; Accept, X-Tenant",
		"GET /closed/mount/x":      "max-age=9",
	} {
		if got := cachesMay(t, h, request); got != want {
			t.Errorf("%s: %q, want %q", request, got, want)
		}
	}
	for _, path := range []string{"/closed/tagged", "/open/cached/tagged"} {
		res, _ := send(t, h, "GET", path, "", "Authorization", ada, "If-None-Match", `"7"`)
		if res.StatusCode != 304 || res.Header.Get("Cache-Control") == "" {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
	}
}

func TestWhatCachesMayDoIsDescribed(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Configure(s, auth.Public(), api.CacheControl(api.Caching{NoCache: true}))
	api.Get(s, "/a/{id}", get, api.CacheControl(api.Caching{MaxAge: time.Minute, Vary: []string{"Accept"}}))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	op := m.Operations[0]
	var stages, headers []string
	for _, st := range op.Plan {
		if st.Stage == "cache" {
			stages = append(stages, st.Detail)
			if !strings.Contains(st.Origin, "cache_test.go:") {
				t.Errorf("%+v", st)
			}
		}
	}
	for _, h := range op.Responses[0].Headers {
		headers = append(headers, h.Name)
	}
	if op.CacheControl != "max-age=60" || strings.Join(stages, ";") != "max-age=60" || strings.Join(headers, " ") != "Cache-Control Vary" {
		t.Errorf("got %q, %v, %v", op.CacheControl, stages, headers)
	}
}

func TestWhatCachesCannotBeToldIsAMistake(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]api.Caching{
		"it says nothing":                         {},
		"-1s is not a number of whole seconds":    {MaxAge: -time.Second},
		"1.5s is not a number of whole seconds":   {MaxAge: 1500 * time.Millisecond},
		"no-store excludes private, max-age=1":    {NoStore: true, Private: true, MaxAge: time.Second},
		"public and private exclude":              {Public: true, Private: true},
		"has no time in shared caches":            {Private: true, SharedMaxAge: time.Second},
		`"a b" is no name of a header`:            {NoCache: true, Vary: []string{"a b"}},
		"shared caches would hand out to anybody": {Public: true, MaxAge: time.Second},
		"leave out Public and SharedMaxAge":       {SharedMaxAge: time.Second},
	} {
		s := newService()
		api.Get(s, "/{id}", get, auth.Require(auth.OAuth2("shop")), api.CacheControl(c))
		if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "cache_test.go:") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

// cachesMay returns what the answer to a request says to caches: Cache-Control, and Vary if there is one.
func cachesMay(t *testing.T, h http.Handler, request string) string {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	res, _ := send(t, h, method, path, "", "Authorization", ada)
	got := res.Header.Get("Cache-Control")
	if vary := res.Header.Values("Vary"); len(vary) > 0 {
		got += "; " + strings.Join(vary, ", ")
	}
	return got
}
