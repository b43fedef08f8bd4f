package gateway_test

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/telemetry"
)

func newTelemetry(t testing.TB) *telemetry.Telemetry {
	t.Helper()
	tel, err := telemetry.New(telemetry.Config{Service: "test", Output: new(lockedBuffer)})
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

func TestAWrongConfigurationIsRefusedWithTheSettingToMend(t *testing.T) {
	t.Parallel()
	h := gateway.Local(http.HandlerFunc(echo))
	ok := map[string]gateway.Upstream{"things": h}
	handler := http.HandlerFunc(echo)
	for _, tt := range []struct {
		name string
		cfg  gateway.Config
		want []string
		is   error
	}{
		{"no upstream", gateway.Config{}, []string{"gateway: Upstreams: things: the service has no upstream"}, gateway.ErrNoUpstream},
		{"an unknown service", gateway.Config{Upstreams: map[string]gateway.Upstream{"things": h, "thing": h}}, []string{`Upstreams: test has no service "thing"`}, nil},
		{"an empty upstream", gateway.Config{Upstreams: map[string]gateway.Upstream{"things": {}}}, []string{"neither a handler nor an address"}, nil},
		{"a nil handler", gateway.Config{Upstreams: map[string]gateway.Upstream{"things": gateway.Local(nil)}}, []string{"neither a handler nor an address"}, nil},
		{"wrong addresses", gateway.Config{Upstreams: map[string]gateway.Upstream{"things": gateway.Remote(
			nil, &url.URL{Scheme: "ftp", Host: "x"}, &url.URL{Path: "x"}, &url.URL{Scheme: "http", Host: "x", RawQuery: "q"},
			&url.URL{Scheme: "http", Host: "x", User: url.UserPassword("u", "hush")},
		)}}, []string{"an address is nil", "ftp://x is not", "x is not", "http://x?q must be", "http://u:xxxxx@x must be"}, nil},
		{"wrong networks", gateway.Config{Upstreams: ok, TrustedProxies: []netip.Prefix{{}, netip.MustParsePrefix("0.0.0.0/0")}},
			[]string{"TrustedProxies: invalid Prefix is not a network", "TrustedProxies: 0.0.0.0/0 lets every client"}, nil},
		{"wrong origins", gateway.Config{Upstreams: ok, CORS: gateway.CORS{
			AllowedOrigins: []string{"null", "app.example.com", "https://app.example.com/", "https://APP.example.com", "ftp://x",
				"https://*.example.com", "https://app.example.com:443", "http://x:80", "https://x:99999", "https://x:", "https://é.example"}, MaxAge: -1,
		}}, []string{
			`CORS.AllowedOrigins: "null"`, `"app.example.com" is not an origin`, `"https://app.example.com/" is not`,
			`"https://APP.example.com" is not`, `"ftp://x" is not`, `"https://*.example.com" is not`,
			`"https://app.example.com:443" is not`, `"http://x:80" is not`, `"https://x:99999" is not`, `"https://x:" is not`, `"https://é.example" is not`,
			"CORS.MaxAge: -1ns is negative",
		}, nil},
		{"every site with cookies", gateway.Config{Upstreams: ok, CORS: gateway.CORS{AllowedOrigins: []string{"*"}, AllowCredentials: true}},
			[]string{`"*" with credentials`}, nil},
		{"every site and another", gateway.Config{Upstreams: ok, CORS: gateway.CORS{AllowedOrigins: []string{"*", "https://x.example"}}},
			[]string{`beside "*"`}, nil},
		{"wrong mounts", gateway.Config{Upstreams: ok, Mounts: map[string]http.Handler{"GET /x": nil}}, []string{"Mounts: GET /x: no handler"}, nil},
		{"mounts that are no patterns", gateway.Config{Upstreams: ok, Mounts: map[string]http.Handler{"GET x": handler, "/{": handler}},
			[]string{"Mounts: GET x (the mount): ", "Mounts: /{ (the mount): "}, nil},
		{"a mount on a route", gateway.Config{Upstreams: ok, Mounts: map[string]http.Handler{"GET /things/{key}": handler}},
			[]string{"Mounts: GET /things/{id} (things.get, declared at example.com/things/things.go:1) and GET /things/{key} (the mount)"}, gateway.ErrDuplicate},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Telemetry = newTelemetry(t)
			_, err := gateway.New(system(), tt.cfg)
			if _, ok := errors.AsType[*gateway.ConfigError](err); !ok || (tt.is != nil && !errors.Is(err, tt.is)) {
				t.Fatalf("got %v", err)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q:\n%v", part, err)
				}
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("a password: %v", err)
			}
		})
	}
	if _, err := gateway.New(system(), gateway.Config{Upstreams: ok}); err == nil || !strings.Contains(err.Error(), "Telemetry: it is required") {
		t.Errorf("got %v", err)
	}
}

func TestTwoOperationsForOneRequestAreRefusedWithBothPlaces(t *testing.T) {
	t.Parallel()
	op := func(id, method, path, source string) manifest.Operation {
		return manifest.Operation{ID: id, Method: method, Path: path, Timeout: "1s", Source: source}
	}
	m := &manifest.System{Name: "test", Services: []manifest.Service{
		{Name: "a", Operations: []manifest.Operation{
			op("a.get", "GET", "/x/{id}", "a.go:1"), op("a.sub", "GET", "/y/{id}/z", "a.go:2"), op("a.late", "GET", "/late", "a.go:3"),
		}},
		{Name: "b", Operations: []manifest.Operation{
			op("b.get", "GET", "/x/{key}", "b.go:1"), op("b.sub", "GET", "/y/w/{id}", "b.go:2"), op("b.search", "POST", "/x/search", "b.go:3"),
			op("b.bad", "GET", "x", "b.go:4"), op("b.wild", "GET", "/{x}/{x}", "b.go:5"),
		}},
	}}
	m.Services[0].Operations[2].Timeout = "soon"
	h := gateway.Local(http.HandlerFunc(echo))
	_, err := gateway.New(m, gateway.Config{Telemetry: newTelemetry(t), Upstreams: map[string]gateway.Upstream{"a": h, "b": h}})
	if !errors.Is(err, gateway.ErrDuplicate) {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{
		"manifest: GET /x/{id} (a.get, declared at a.go:1) and GET /x/{key} (b.get, declared at b.go:1): two of them answer",
		"manifest: GET /y/{id}/z (a.sub, declared at a.go:2) and GET /y/w/{id} (b.sub, declared at b.go:2): two of them answer",
		`a.late, declared at a.go:3: timeout "soon"`, `b.bad, declared at b.go:4: "GET x" is not`, "GET /{x}/{x} (b.wild, declared at b.go:5): ",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q:\n%v", part, err)
		}
	}
	if strings.Contains(err.Error(), "b.search") {
		t.Errorf("what is right is called wrong: %v", err)
	}
}

func TestAPartialGatewayKnowsOnlyItsUpstreams(t *testing.T) {
	t.Parallel()
	m := system()
	m.Services = append(m.Services, manifest.Service{Name: "far", Operations: []manifest.Operation{
		{ID: "far.get", Method: "GET", Path: "/far", Timeout: "1s"},
	}})
	gw, err := gateway.New(m, gateway.Config{
		Telemetry: newTelemetry(t), Partial: true, Upstreams: map[string]gateway.Upstream{"things": gateway.Local(http.HandlerFunc(echo))},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/things": 200, "/far": 404} {
		if got := record(gw, path).Code; got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	if err := gw.Close(); err != nil {
		t.Error(err)
	}
}
