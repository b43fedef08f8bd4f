package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/cbor"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/internal/httpserver"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
)

// shop is a system whose frontend is a service of its own, at the root.
func shop() (web, orders *vade.Service) {
	nothing := func(context.Context, api.None) (api.None, error) { return api.None{}, nil }
	web, orders = vade.NewService("web"), vade.NewService("orders")
	page := &fstest.MapFile{Data: []byte("<p>the page")}
	api.Frontend(web, "/", fstest.MapFS{"index.html": page, "about.html": page, "offers": page}, auth.Public())
	api.Get(orders, "/orders", nothing, auth.Public())
	api.Post(orders, "/orders", nothing, auth.Public())
	api.Post(orders, "/orders/search", nothing, auth.Public())
	api.Post(orders, "/offers", nothing, auth.Public())
	return web, orders
}

// openShop starts a gateway in front of the shop.
func openShop(t *testing.T, place func(http.Handler) gateway.Upstream) *front {
	t.Helper()
	web, orders := shop()
	m, err := vade.NewSystem("shop", web, orders).Manifest()
	if err != nil {
		t.Fatal(err)
	}
	f := &front{t: t, log: new(lockedBuffer), client: &http.Client{Transport: &http.Transport{}}}
	tel, err := telemetry.New(telemetry.Config{Service: "test", Output: f.log})
	if err != nil {
		t.Fatal(err)
	}
	web, orders = shop() // others: a service is described once
	gw, err := gateway.New(m, gateway.Config{
		Telemetry: tel, CORS: gateway.CORS{AllowedOrigins: []string{"https://app.example"}}, Upstreams: map[string]gateway.Upstream{
			"web": place(apitest.New(t, web).Handler()), "orders": place(apitest.New(t, orders).Handler()),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := httpserver.New(httpserver.Config{Address: "127.0.0.1:0"})
	s.Handle(gw)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.addr = s.Addr().String()
	t.Cleanup(func() { f.client.CloseIdleConnections(); _ = s.Close(); _ = gw.Close() })
	return f
}

func TestAWrongMethodOfAnotherServiceIs405AlsoBehindAFrontend(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := openShop(t, place)
		for request, want := range map[string]string{
			"DELETE /orders":      "GET, HEAD, OPTIONS, POST",
			"PUT /orders/search":  "OPTIONS, POST",
			"GET /orders/search":  "OPTIONS, POST",
			"HEAD /orders/search": "OPTIONS, POST",
			"PURGE /orders":       "GET, HEAD, OPTIONS, POST",
		} {
			method, path, _ := strings.Cut(request, " ")
			res := f.request(method, path, nil)
			if res.StatusCode != 405 || res.Header.Get("Allow") != want {
				t.Errorf("%s: %d, Allow %q, want %q", request, res.StatusCode, res.Header.Get("Allow"), want)
			}
			if method != "HEAD" {
				wantProblem(t, res, 405, "method-not-allowed")
			}
		}
		if res := f.request("OPTIONS", "/orders", nil); res.StatusCode != 204 || res.Header.Get("Allow") != "GET, HEAD, OPTIONS, POST" {
			t.Errorf("OPTIONS: %d %v", res.StatusCode, res.Header)
		}
	})
}

func TestWhatAFrontendHasItAnswersItself(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := openShop(t, place)
		for _, path := range []string{"/", "/about", "/offers", "/orders/search", "/settings"} {
			if res := f.request("GET", path, nil, "Accept", "text/html"); res.StatusCode != 200 || text(t, res) != "<p>the page" {
				t.Errorf("%s: %d", path, res.StatusCode)
			}
		}
		wantProblem(t, f.request("GET", "/settings", nil), 404, "not-found")
		wantProblem(t, f.request("PUT", "/settings", nil), 404, "not-found")
		if res := f.request("PUT", "/about", nil); res.StatusCode != 405 || res.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("got %d %v", res.StatusCode, res.Header)
		}
		for path, want := range map[string]string{"/about": "GET, HEAD, OPTIONS", "/orders": "GET, HEAD, OPTIONS, POST"} {
			res := f.request("OPTIONS", path, nil, "Origin", "https://app.example", "Access-Control-Request-Method", "GET")
			if got := res.Header.Get("Access-Control-Allow-Methods"); res.StatusCode != 204 || got != want {
				t.Errorf("a preflight of %s: %d, %q, want %q", path, res.StatusCode, got, want)
			}
		}
	})
}

func TestAProblemInCBORPassesAsItIs(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		svc := vade.NewService("things")
		api.Get(svc, "/things", func(context.Context, api.None) (api.None, error) {
			return api.None{}, problem.Unavailable().WithDetail("Come back at nine.")
		}, auth.Public(), api.Codecs(cbor.Codec{}))
		f := open(t, place(apitest.New(t, svc).Handler()), gateway.Config{})
		res := f.request("GET", "/things", nil, "Accept", "application/cbor")
		if res.StatusCode != 503 || res.Header.Get("Content-Type") != "application/problem+cbor" || !strings.Contains(text(t, res), "Come back at nine.") {
			t.Errorf("got %d %v", res.StatusCode, res.Header)
		}
	})
}
