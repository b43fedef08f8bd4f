package things_test

import (
	"context"
	"net/http"
	"net/http/httptest"
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

func open(t *testing.T) http.Handler {
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
	instance, err := things.Vade().Open(context.Background(), vade.Config{Telemetry: tel, Verifier: verifier})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { instance.Close() })
	h, _ := instance.Handler("shop")
	return h
}
