package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/vade-go/vade/problem"
)

// FuzzRequest: whatever a client sends, it gets an answer, and what it did wrong is never the service's fault.
func FuzzRequest(f *testing.F) {
	f.Add("/shops/west/orders", "dry_run=true&tag=a,b&limit=3", goodOrder)
	f.Add("/shops/we%2Fst/orders", "dry_run=&limit=99999999999999999999", `{"item":1e999,"notes":[{"text":"\ud800"}]}`)
	f.Add("/fail/declared", "%zz", "\xff")
	f.Add("//shops/../orders", "tag=%00", strings.Repeat("[", 200))
	f.Add("/shops/west/orders", "tag=caf\xe9&dry_run=true", goodOrder)
	h := shop(f, io.Discard)
	f.Fuzz(func(t *testing.T, path, query, body string) {
		req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		req.URL = &url.URL{Path: path, RawQuery: query}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer ada/orders~write")
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		if rec.Code >= 500 {
			t.Errorf("status %d: %s", rec.Code, rec.Body)
		}
		if rec.Code >= 400 {
			if p, err := problem.Parse(rec.Body.Bytes()); err != nil || p.Status != rec.Code {
				t.Errorf("status %d with %s", rec.Code, rec.Body)
			}
		}
	})
}
