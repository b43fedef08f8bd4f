package docs_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vade-go/vade/api/docs"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
)

func TestTheTypeOfAProblemLeadsToWhatItMeans(t *testing.T) {
	t.Parallel()
	soldOut := problem.New(409, "sold-out", "No <b>seats</b> left")
	m := &manifest.System{Services: []manifest.Service{{Operations: []manifest.Operation{
		{Method: "POST", Path: "/bookings", Problems: []manifest.Problem{
			{Status: 409, Code: soldOut.Code, Type: soldOut.Type, Title: soldOut.Title},
			{Status: 402, Code: "elsewhere", Type: "https://pay.example.com/problems/elsewhere", Title: "Of somebody else"},
		}},
		{Method: "PUT", Path: "/bookings/{id}", Problems: []manifest.Problem{
			{Status: 410, Code: soldOut.Code, Type: soldOut.Type, Title: "Gone"},
			{Status: 404, Code: "not-found", Type: "/problems/not-found", Title: problem.NotFound().Title},
		}},
	}}}}
	mux := http.NewServeMux()
	mux.Handle("GET /problems/{code}", docs.Problems(m))
	for target, want := range map[string][]string{
		soldOut.Type: {
			"<h1>Gone; No &lt;b&gt;seats&lt;/b&gt; left</h1>", "<code>sold-out</code>", "409 Conflict or 410 Gone", "<code>POST /bookings</code>",
			"<code>PUT /bookings/{id}</code>",
		},
		problem.NotFound().Type: {"Any operation", "404 Not Found", "<code>PUT /bookings/{id}</code>"},
		problem.Internal().Type: {"Any operation", "500 Internal"},
	} {
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", target, nil))
		for _, part := range want {
			if rec.Code != 200 || !strings.Contains(rec.Body.String(), part) {
				t.Errorf("%s: %d %s does not say %q", target, rec.Code, rec.Body, part)
			}
		}
		if h := rec.Header(); h.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", target, h)
		}
	}
	for _, target := range []string{"/problems/elsewhere", "/problems/status-418", "/problems/%3Cscript%3E"} {
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", target, nil))
		if p, err := problem.Parse(rec.Body.Bytes()); rec.Code != 404 || err != nil || p.Code != "not-found" {
			t.Errorf("%s: %d %s", target, rec.Code, rec.Body)
		}
	}
}
