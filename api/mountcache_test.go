package api_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
)

// cacheable answers with what its path says.
func cacheable(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/own":
		w.Header().Set("Cache-Control", "max-age=9")
		w.Header().Set("Vary", "Accept-Language")
	case "/unchanged":
		w.WriteHeader(http.StatusNotModified)
	case "/missing":
		w.WriteHeader(http.StatusNotFound)
	case "/flushed":
		_ = http.NewResponseController(w).Flush()
	default:
		_, _ = io.WriteString(w, "x")
	}
}

func TestCachesAreToldWhatTheyMayKeepOfAMountedHandler(t *testing.T) {
	t.Parallel()
	s := newService()
	handler := http.HandlerFunc(cacheable)
	open := api.Group(s, "/open", auth.Public(), api.CacheControl(api.Caching{MaxAge: time.Minute, Vary: []string{"X-Tenant"}}))
	api.Mount(open, "/a", handler)
	api.Mount(open, "/never", handler, api.CacheControl(api.Caching{NoStore: true}))
	api.Frontend(open, "/page", fstest.MapFS{"index.html": {Data: []byte("page")}})
	api.Mount(s, "/closed", handler, auth.Require(auth.OAuth2("shop")), api.CacheControl(api.Caching{MaxAge: time.Minute}))
	api.Mount(s, "/silent", handler, auth.Require(auth.OAuth2("shop")))
	h := s.open(t, io.Discard, nil)
	for request, want := range map[string]string{
		"GET /open/a/x":         "max-age=60; X-Tenant",
		"HEAD /open/a/x":        "max-age=60; X-Tenant",
		"GET /open/a/flushed":   "max-age=60; X-Tenant",
		"GET /open/a/unchanged": "max-age=60; X-Tenant",
		"GET /open/a/own":       "max-age=9; Accept-Language, X-Tenant",
		"GET /open/a/missing":   "",
		"POST /open/a/x":        "",
		"GET /open/never/x":     "no-store",
		"POST /open/never/x":    "no-store",
		"GET /open/page/":       "no-cache",
		"GET /closed/x":         "private, max-age=60",
		"GET /silent/x":         "",
	} {
		if got := cachesMay(t, h, request); got != want {
			t.Errorf("%s: %q, want %q", request, got, want)
		}
	}
}

func TestWhatCachesMayDoWithAMountIsDescribed(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Mount(s, "/legacy", http.HandlerFunc(cacheable), auth.Public(), api.CacheControl(api.Caching{MaxAge: time.Minute}))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	got := m.Mounts[0]
	var stage string
	for _, st := range got.Plan {
		if st.Stage == "cache" {
			stage = st.Detail
		}
	}
	if got.CacheControl != "max-age=60" || stage != "max-age=60" || got.Routes()[0].CacheControl != "max-age=60" {
		t.Errorf("got %+v", got)
	}
}

func TestCachesOfAMountAreNotPromisedWhatTheyMayNotDo(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(cacheable)
	for says, declare := range map[string]func(s *service){
		"hand out to anybody": func(s *service) {
			api.Mount(s, "/a", handler, auth.Require(auth.OAuth2("shop")), api.CacheControl(api.Caching{Public: true, MaxAge: time.Minute}))
		},
		"the files of an api.Frontend are kept as their names allow": func(s *service) {
			api.Frontend(s, "/a", fstest.MapFS{"index.html": {}}, auth.Public(), api.CacheControl(api.Caching{MaxAge: time.Minute}))
		},
		"no-store excludes": func(s *service) {
			api.Mount(s, "/a", handler, auth.Public(), api.CacheControl(api.Caching{NoStore: true, MaxAge: time.Minute}))
		},
	} {
		s := newService()
		declare(s)
		if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "mountcache_test.go:") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

func TestAMountBelongsToAVersion(t *testing.T) {
	t.Parallel()
	declare := func() *service {
		s := newService()
		g := api.Group(s, "/v2", auth.Public(), api.Version("2"))
		api.Mount(g, "/legacy", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, _ := operation.FromContext(r.Context())
			_, _ = io.WriteString(w, c.Operation.Version)
		}))
		return s
	}
	m, err := declare().describe()
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Mounts[0]; got.Version != "2" || got.ID != "shop.mount-v2-legacy" || got.Routes()[1].Version != "2" {
		t.Errorf("got %+v", got)
	}
	if _, body := send(t, declare().open(t, io.Discard, nil), "GET", "/v2/legacy", ""); body != "2" {
		t.Errorf("the handler sees the version %q", body)
	}
}
