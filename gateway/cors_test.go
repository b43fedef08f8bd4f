package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/gateway"
)

func TestOnlyPagesOfAllowedOriginsMayRead(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.com"
	for _, tt := range []struct {
		name, origin, allowed, credentials string
		cors                               gateway.CORS
	}{
		{"nobody by default", app, "", "", gateway.CORS{}},
		{"a listed origin", app, app, "", gateway.CORS{AllowedOrigins: []string{"https://x.example", app}}},
		{"with credentials", app, app, "true", gateway.CORS{AllowedOrigins: []string{app}, AllowCredentials: true}},
		{"another origin", "https://app.example.com.evil.example", "", "", gateway.CORS{AllowedOrigins: []string{app}}},
		{"another scheme", "http://app.example.com", "", "", gateway.CORS{AllowedOrigins: []string{app}}},
		{"another port", app + ":8443", "", "", gateway.CORS{AllowedOrigins: []string{app}}},
		{"no origin", "null", "", "", gateway.CORS{AllowedOrigins: []string{app}}},
		{"every origin", "https://x.example", "*", "", gateway.CORS{AllowedOrigins: []string{"*"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{CORS: tt.cors})
			for _, path := range []string{"/things", "/nowhere"} {
				h := f.request("GET", path, nil, "Origin", tt.origin).Header
				if h.Get("Access-Control-Allow-Origin") != tt.allowed || h.Get("Access-Control-Allow-Credentials") != tt.credentials || h.Get("Vary") != "Origin" {
					t.Errorf("%s: %v", path, h)
				}
			}
			res := f.request("OPTIONS", "/things", nil, "Origin", tt.origin, "Access-Control-Request-Method", "POST",
				"Access-Control-Request-Headers", "authorization,content-type")
			h := res.Header
			if res.StatusCode != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != tt.allowed {
				t.Errorf("preflight: status %d, %v", res.StatusCode, h)
			}
			if allowed := tt.allowed != ""; (h.Get("Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS, POST") != allowed ||
				(h.Get("Access-Control-Allow-Headers") == "authorization,content-type") != allowed || (h.Get("Access-Control-Max-Age") == "600") != allowed {
				t.Errorf("preflight: %v", h)
			}
			if v := h.Get("Vary"); !strings.HasPrefix(v, "Origin, Access-Control-Request-Method") || len(h["Vary"]) != 1 {
				t.Errorf("preflight: Vary %q", h["Vary"])
			}
		})
	}
}

func TestAPreflightIsAboutWhatThePathHas(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{CORS: gateway.CORS{AllowedOrigins: []string{"*"}, MaxAge: time.Hour}})
	ask := func(path, method string) *http.Response {
		return f.request("OPTIONS", path, nil, "Origin", "https://x.example", "Access-Control-Request-Method", method)
	}
	if h := ask("/things/1", "DELETE").Header; h.Get("Access-Control-Allow-Methods") != "DELETE, GET, HEAD, OPTIONS" || h.Get("Access-Control-Max-Age") != "3600" {
		t.Errorf("got %v", h)
	}
	if h := ask("/things/1", "PUT").Header; h.Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("a method that is not there is allowed: %v", h)
	}
	wantProblem(t, ask("/nowhere", "GET"), 404, "not-found")
}

func TestAPageMayReadTheHeadersThatAnOperationDeclares(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{CORS: gateway.CORS{AllowedOrigins: []string{"*"}}})
	if h := f.request("GET", "/things", nil, "Origin", "https://x.example").Header.Get("Access-Control-Expose-Headers"); h != "Location, Retry-After, WWW-Authenticate, X-Request-Id, X-Total" {
		t.Errorf("got %q", h)
	}
}
