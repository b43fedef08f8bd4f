package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/vade-go/vade/gateway"
)

func TestHopByHopFieldsDoNotReachTheService(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(echo)), gateway.Config{})
		conn := f.dial()
		fmt.Fprint(conn, "GET /things HTTP/1.1\r\nHost: shop.example\r\nConnection: X-One, close\r\nConnection: x-two, X-Forwarded-For, X-Request-Id\r\n"+
			"X-One: 1\r\nX-Two: 2\r\nX-Three: 3\r\nKeep-Alive: timeout=5\r\nProxy-Authorization: Basic eA==\r\nTE: trailers\r\nUpgrade: h2c\r\n"+
			"X-Request-Id: mine\r\nVade-Timeout-Ms: 1\r\nvade-subject: root\r\nX-Real-IP: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\n"+
			"X-Forwarded-Prefix: /admin\r\nX-Forwarded-Ssl: on\r\nX_Forwarded_For: 10.0.0.1\r\nvade_subject: root\r\nx_request_id: other\r\n"+
			"X-Original-URL: /admin\r\nProxy: evil\r\n\r\n")
		got := parse[seen](t, readResponse(t, conn))
		for _, name := range []string{
			"X-One", "X-Two", "Connection", "Keep-Alive", "Proxy-Authorization", "Te", "Upgrade", "Vade-Timeout-Ms", "Vade-Subject", "X-Real-Ip", "Forwarded",
			"X-Forwarded-Prefix", "X-Forwarded-Ssl", "X_forwarded_for", "Vade_subject", "X_request_id", "X-Original-Url", "Proxy",
		} {
			if v, ok := got.Header[name]; ok {
				t.Errorf("%s: %q reached the service", name, v)
			}
		}
		for name, want := range map[string]string{
			"X-Three": "3", "X-Request-Id": "mine", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "shop.example",
		} {
			if v := got.Header.Get(name); v != want || len(got.Header[name]) != 1 {
				t.Errorf("%s is %q, want %q", name, got.Header[name], want)
			}
		}
	})
}

func TestTheClientIsFoundByOneWalkOverTrustedProxies(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct {
		name    string
		trusted []netip.Prefix
		fields  []string
		want    string
	}{
		{"nobody is trusted", nil, []string{"192.0.2.7"}, "127.0.0.1"},
		{"no field", trusted, nil, "127.0.0.1"},
		{"one proxy", trusted, []string{"192.0.2.7"}, "192.0.2.7"},
		{"a forged beginning", trusted, []string{"198.51.100.1, 192.0.2.7"}, "192.0.2.7"},
		{"two proxies", trusted, []string{"198.51.100.1, 192.0.2.7, 10.1.2.3"}, "192.0.2.7"},
		{"two fields", trusted, []string{"198.51.100.1", "192.0.2.7,10.1.2.3"}, "192.0.2.7"},
		{"with ports", trusted, []string{"192.0.2.7:4711, [fd00::1]:99"}, "192.0.2.7"},
		{"version 6", trusted, []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"a mapped address", trusted, []string{"::ffff:192.0.2.7"}, "192.0.2.7"},
		{"a zone", trusted, []string{"fe80::1%eth0"}, "fe80::1"},
		{"noise from the client", trusted, []string{"evil, 10.9.9.9"}, "10.9.9.9"},
		{"noise alone", trusted, []string{"unknown"}, "127.0.0.1"},
		{"all are proxies", trusted, []string{"10.0.0.1, 10.0.0.2"}, "10.0.0.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{TrustedProxies: tt.trusted})
			var headers []string
			for _, v := range tt.fields {
				headers = append(headers, "X-Forwarded-For", v)
			}
			got := parse[seen](t, f.request("GET", "/things", nil, headers...))
			remote := netip.MustParseAddrPort(got.RemoteAddr)
			if x := got.Header.Get("X-Forwarded-For"); x != tt.want || remote.Addr().String() != tt.want {
				t.Errorf("the service sees %q and %s, want %s", got.Header["X-Forwarded-For"], remote, tt.want)
			}
			if !strings.Contains(f.log.String(), `"client.address":"`+tt.want+`"`) {
				t.Errorf("the log says %s", f.log)
			}
		})
	}
}

func TestATrustedProxySaysHowTheClientCame(t *testing.T) {
	t.Parallel()
	ask := func(cfg gateway.Config, headers ...string) (*http.Response, seen) {
		f := open(t, gateway.Local(http.HandlerFunc(echo)), cfg)
		res := f.request("GET", "/things", nil, headers...)
		return res, parse[seen](t, res)
	}
	headers := []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "shop.example"}
	res, got := ask(gateway.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, headers...)
	if got.Header.Get("X-Forwarded-Proto") != "https" || got.Header.Get("X-Forwarded-Host") != "shop.example" || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("the service got %v, the client %v", got.Header, res.Header)
	}
	res, got = ask(gateway.Config{}, headers...)
	if got.Header.Get("X-Forwarded-Proto") != "http" || got.Header.Get("X-Forwarded-Host") == "shop.example" || res.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("a stranger was believed: %v, %v", got.Header, res.Header)
	}
}

func TestEveryAnswerIsProtectedAndIdentified(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			h.Set("Server", "Secret/1.2")
			h.Set("X-Powered-By", "Secret")
			h.Set("X-Frame-Options", "SAMEORIGIN")
			h.Set("X-Request-Id", "another")
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Access-Control-Allow-Credentials", "true")
			h.Set("Vary", "Accept")
		})), gateway.Config{})
		for _, path := range []string{"/things", "/nowhere", "/things/%2f"} {
			res := f.request("GET", path, nil, "X-Request-Id", "r-1", "Origin", "https://evil.example")
			h := res.Header
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
				"Cross-Origin-Opener-Policy": "same-origin", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
				"X-Request-Id": "r-1", "Server": "", "X-Powered-By": "", "Access-Control-Allow-Origin": "", "Access-Control-Allow-Credentials": "",
			} {
				if h.Get(name) != want || len(h[name]) > 1 {
					t.Errorf("%s: %s is %q, want %q", path, name, h[name], want)
				}
			}
			if h.Get("Permissions-Policy") == "" || !strings.Contains(strings.Join(h["Vary"], ", "), "Origin") {
				t.Errorf("%s: %v", path, h)
			}
		}
		if got := f.request("GET", "/things", nil).Header; got.Get("X-Frame-Options") != "SAMEORIGIN" {
			t.Errorf("what the service says about its page is lost: %v", got)
		}
	})
}

func TestARequestIdFromAStrangerIsKeptOnlyWhenItIsHarmless(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{})
	for id, kept := range map[string]bool{"a-B.9_": true, "": false, "a b": false, "x\"y": false, strings.Repeat("x", 129): false} {
		res := f.request("GET", "/things", nil, "X-Request-Id", id)
		got := res.Header.Get("X-Request-Id")
		if seen := parse[seen](t, res).Header.Get("X-Request-Id"); seen != got || got == "" || (got == id) != kept {
			t.Errorf("%q: the client got %q, the service %q", id, got, seen)
		}
	}
}

func TestATraceGoesThrough(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(echo)), gateway.Config{})
		const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
		got := parse[seen](t, f.request("GET", "/things", nil, "Traceparent", "00-"+trace+"-00f067aa0ba902b7-01", "X-Request-Id", "r-1"))
		if !strings.Contains(got.Header.Get("Traceparent"), trace) {
			t.Errorf("the service got %v", got.Header)
		}
		for _, part := range []string{trace, `"r-1"`, `"http.route":"/things"`, `"status":"200"`, `"service.name":"gateway"`, `"vade.operation":"things.list"`} {
			if !strings.Contains(f.log.String(), part) {
				t.Errorf("the log does not say %s: %s", part, f.log)
			}
		}
		if got := parse[seen](t, f.request("GET", "/things", nil, "Traceparent", "nonsense", "Tracestate", "x=y")); got.Header.Get("Tracestate") != "" {
			t.Errorf("the service got %v", got.Header)
		}
	})
}

func TestTheRecordSaysAKnownMethodAsItIs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ method, path, want, original string }{
		"no such path":               {"GET", "/nowhere", "GET", ""},
		"not with this method":       {"PATCH", "/things", "PATCH", ""},
		"a handler of any method":    {"PUT", "/legacy/x", "PUT", ""},
		"a method that nobody knows": {"BREW", "/nowhere", "_OTHER", "BREW"},
		"a method in small letters":  {"get", "/things", "_OTHER", "get"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{})
			f.request(tt.method, tt.path, nil)
			log := f.log.String()
			if !strings.Contains(log, `"http.request.method":"`+tt.want+`"`) {
				t.Errorf("the record does not say %s: %s", tt.want, log)
			}
			if original := `"http.request.method_original":"` + tt.original + `"`; strings.Contains(log, "method_original") != (tt.original != "") ||
				tt.original != "" && !strings.Contains(log, original) {
				t.Errorf("the record says another original method than %q: %s", tt.original, log)
			}
		})
	}
}

func TestWhatNobodyDeclaredIsLoggedToo(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{})
	_, _ = io.Copy(io.Discard, f.request("GET", "/.env/"+strings.Repeat("x", 1000), nil).Body)
	if log := f.log.String(); !strings.Contains(log, `"url.path":"/.env/`) || !strings.Contains(log, `"status":"404"`) || len(log) > 1000 {
		t.Errorf("the log is %s", log)
	}
}
