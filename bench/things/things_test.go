package things_test

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/auth/devissuer"
	"github.com/vade-go/vade/bench/things"
	"github.com/vade-go/vade/telemetry"
)

// TestFiveHundredOperationsAnswer looks at the first and the last kind.
func TestFiveHundredOperationsAnswer(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, path := range []string{"/things-0-0", "/things-9-9/7"} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if rec.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	m, err := things.Vade().Manifest()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(m.Services[0].Operations); n != 500 {
		t.Errorf("%d operations", n)
	}
}

// What the declaration and the opening of the five hundred may cost. It is what was measured last, with a little room, so that it only
// goes down.
const (
	startAllocs = 100_000
	startBytes  = 7_300_000
)

// TestAStartStaysInItsBudget counts what a start allocates: the time it takes goes by that, and depends on the machine besides.
func TestAStartStaysInItsBudget(t *testing.T) { // alone: what runs beside it would be counted
	cfg := config(t)
	allocs, bytes := uint64(math.MaxUint64), uint64(math.MaxUint64)
	for range 3 { // the least, since something else of the process may allocate, too
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		instance, err := things.Vade().Open(t.Context(), cfg)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		if err := instance.Close(); err != nil {
			t.Error(err)
		}
		allocs, bytes = min(allocs, after.Mallocs-before.Mallocs), min(bytes, after.TotalAlloc-before.TotalAlloc)
	}
	t.Logf("%d allocations, %d bytes", allocs, bytes)
	if allocs > startAllocs || bytes > startBytes {
		t.Errorf("%d allocations and %d bytes, and the budget is %d and %d", allocs, bytes, startAllocs, startBytes)
	}
}

func open(t *testing.T) http.Handler {
	t.Helper()
	instance, err := things.Vade().Open(context.Background(), config(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { instance.Close() })
	h, _ := instance.Handler("shop")
	return h
}

func config(t *testing.T) vade.Config {
	t.Helper()
	tel, err := telemetry.New(telemetry.Config{Service: "things"})
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := devissuer.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := auth.NewVerifier(auth.FileKeys(issuer.JWKSPath()), auth.VerifierConfig{Issuer: devissuer.URL, Audience: "things"})
	if err != nil {
		t.Fatal(err)
	}
	return vade.Config{Telemetry: tel, Verifier: verifier}
}
