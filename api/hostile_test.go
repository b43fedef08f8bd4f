package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// TestABodyInAContentCodingIsNotRead: what is not read cannot grow, whatever a bomb holds.
func TestABodyInAContentCodingIsNotRead(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Put(s, "/whole", func(_ context.Context, in order) (order, error) { return in, nil }, auth.Public())
	api.Post(s, "/forms", func(context.Context, hostileForm) (api.None, error) { return api.None{}, nil }, auth.Public())
	api.Serve(s, uploading, receive)
	h := s.open(t, io.Discard, nil)
	targets := map[string]struct{ method, mediaType string }{
		"/whole":   {http.MethodPut, "application/json"},
		"/forms":   {http.MethodPost, "application/x-www-form-urlencoded"},
		"/uploads": {http.MethodPost, partsType},
	}
	for target, to := range targets {
		for _, coding := range []string{"gzip", "br", "deflate", "zstd", "gzip, gzip"} {
			body := strings.NewReader(strings.Repeat("\x1f\x8b", 1000))
			req := httptest.NewRequest(to.method, target, body)
			req.Header.Set("Content-Type", to.mediaType)
			req.Header.Set("Content-Encoding", coding)
			if rec := serve(h, req); rec.Code != http.StatusUnsupportedMediaType {
				t.Errorf("%s %s: %d %s", target, coding, rec.Code, rec.Body)
			}
			if body.Len() != 2000 {
				t.Errorf("%s %s: %d bytes were read", target, coding, 2000-body.Len())
			}
		}
	}
}

type hostileForm struct {
	Name string `form:"name"`
}

// TestAMillionOfAnythingIsBounded is not parallel: it measures what the process allocates. The time keeps out what grows with the square alone.
func TestAMillionOfAnythingIsBounded(t *testing.T) {
	s := newService()
	type search struct {
		Term   string            `query:"a"`
		Terms  []string          `query:"b"`
		Counts []int             `header:"X-Counts"`
		Filter map[string]string `query:"filter"`
		Theme  api.Opt[string]   `cookie:"theme"`
	}
	api.Get(s, "/search", func(context.Context, search) (api.None, error) { return api.None{}, nil }, auth.Public(), api.Name("loose"))
	api.Post(s, "/forms", func(context.Context, hostileForm) (api.None, error) { return api.None{}, nil }, auth.Public(), api.MaxBody(16<<20))
	api.Put(s, "/whole", func(_ context.Context, in order) (order, error) { return in, nil }, auth.Public(), api.MaxBody(16<<20))
	h := s.open(t, io.Discard, nil)
	const million = 1_000_000
	tests := map[string]struct{ method, target, mediaType, body string }{
		"query, one name":   {"GET", "/search?" + strings.Repeat("a=1&", million), "", ""},
		"query, a list":     {"GET", "/search?" + strings.Repeat("b=1&", million), "", ""},
		"query, long list":  {"GET", "/search?b=" + strings.Repeat("1,", million), "", ""},
		"query, no names":   {"GET", "/search?" + strings.Repeat("&", million), "", ""},
		"form, one name":    {"POST", "/forms", "application/x-www-form-urlencoded", strings.Repeat("a=1&", million)},
		"nesting":           {"PUT", "/whole", "application/json", `{"notes":` + strings.Repeat("[", 100_000)},
		"a huge exponent":   {"PUT", "/whole", "application/json", `{"item":"a","count":1e999999,"notes":[]}`},
		"10 MB of digits":   {"PUT", "/whole", "application/json", `{"item":"a","count":` + strings.Repeat("9", 10<<20) + `,"notes":[]}`},
		"a million unknown": {"PUT", "/whole", "application/json", `{"notes":[` + strings.Repeat("{},", million) + `{}]}`},
	}
	for name, tt := range tests {
		req := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
		req.Header.Set("Content-Type", tt.mediaType)
		rec := httptest.NewRecorder()
		start := time.Now()
		allocated := allocated(func() { h.ServeHTTP(rec, req) }) >> 20
		took := time.Since(start)
		t.Logf("%s: %d, %v, %d MB", name, rec.Code, took, allocated)
		if rec.Code >= 500 || took > 30*time.Second || allocated > 160 || rec.Body.Len() > 64<<10 {
			t.Errorf("%s: %d with %d bytes after %v and %d MB", name, rec.Code, rec.Body.Len(), took, allocated)
		}
	}
}
