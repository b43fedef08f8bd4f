package huma_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/vade-go/vade/bench/things/huma"
)

// TestFiveHundredOperationsAnswer looks at the first and the last kind.
func TestFiveHundredOperationsAnswer(t *testing.T) {
	t.Parallel()
	h := huma.Handler()
	for _, path := range []string{"/things-0-0", "/things-9-9/7"} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if rec.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
}
