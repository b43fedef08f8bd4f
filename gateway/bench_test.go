package gateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vade-go/vade/gateway"
)

func record(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func kilobyte(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, answer)
}

var answer = `"` + strings.Repeat("x", 1022) + `"`

// discard is a client that costs nothing, so that the gateway alone is measured.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

func benchmarkHop(b *testing.B, things gateway.Upstream) {
	gw, err := gateway.New(system(), gateway.Config{Telemetry: newTelemetry(b), Upstreams: map[string]gateway.Upstream{"things": things}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = gw.Close() })
	req := httptest.NewRequest("GET", "/things/42", nil)
	req.Header.Set("User-Agent", "bench")
	req.Header.Set("Authorization", "Bearer abc")
	req.Header.Set("Accept", "application/json")
	w := &discard{header: make(http.Header)}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		gw.ServeHTTP(w, req)
	}
}

func BenchmarkLocalHop(b *testing.B) { benchmarkHop(b, gateway.Local(http.HandlerFunc(kilobyte))) }

func BenchmarkRemoteHop(b *testing.B) {
	benchmarkHop(b, gateway.Remote(parseURL(b, remote(b, http.HandlerFunc(kilobyte)))))
}

func BenchmarkNotFound(b *testing.B) {
	gw, err := gateway.New(system(), gateway.Config{
		Telemetry: newTelemetry(b), Upstreams: map[string]gateway.Upstream{"things": gateway.Local(http.HandlerFunc(kilobyte))},
	})
	if err != nil {
		b.Fatal(err)
	}
	req := httptest.NewRequest("GET", "/wp-login.php", nil)
	w := &discard{header: make(http.Header)}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		gw.ServeHTTP(w, req)
	}
}
