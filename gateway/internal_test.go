package gateway

import (
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"testing"
)

func TestOnlyPathsThatEverybodyReadsTheSameArePassed(t *testing.T) {
	t.Parallel()
	for _, p := range []string{
		"/", "/a", "/a/", "/a/b.c", "/a/..b", "/a/b..", "/a/...", "/a%20b", "/a%3Fb", "/%25", "/%252f", "/caf%C3%A9", "/.well-known/x", "/a:b@c,d=e",
	} {
		if reason := ambiguity(p); reason != "" {
			t.Errorf("%s: %s", p, reason)
		}
	}
	for _, p := range []string{
		"", "*", "a", "//", "//a", "/a//b", "/.", "/..", "/a/./b", "/a/..", "/%2e", "/a/%2E%2e/b", "/.%2e", "/a%2fb", "/a%2Fb", "/a%5cb", `/a\b`,
		"/a;b", "/a%3Bb", "/%00", "/a%0d%0ab", "/%7f", "/%", "/%zz", "/a%2", "/%c0%ae%c0%ae/..",
	} {
		if ambiguity(p) == "" {
			t.Errorf("%q was passed", p)
		}
	}
}

func FuzzAmbiguity(f *testing.F) {
	for _, seed := range []string{"/a/b", "/a%2fb", "/a/%2e%2e/b", "//", "/a;b", "/%", "/a/."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, escaped string) {
		if ambiguity(escaped) != "" {
			return
		}
		decoded, err := url.PathUnescape(escaped)
		if err != nil {
			t.Fatalf("%q is not escaped well: %v", escaped, err)
		}
		// Whoever decodes and cleans ends where whoever splits first does.
		if clean := path.Clean(decoded); clean != decoded && clean+"/" != decoded {
			t.Errorf("%q is cleaned to %q", decoded, clean)
		}
		if strings.Count(decoded, "/") != strings.Count(escaped, "/") || strings.ContainsAny(decoded, "\\;\x00\r\n") {
			t.Errorf("%q was passed", escaped)
		}
	})
}

func FuzzOrigin(f *testing.F) {
	f.Add("192.0.2.7, 10.0.0.1", "https", "shop.example")
	f.Add(",,[::1]:5,", "HTTP", "a,b")
	f.Fuzz(func(t *testing.T, forwarded, proto, host string) {
		trusted := proxies{netip.MustParsePrefix("10.0.0.0/8")}
		r := &http.Request{RemoteAddr: "10.9.9.9:1", Host: "x", Header: http.Header{
			"X-Forwarded-For": {forwarded}, "X-Forwarded-Proto": {proto}, "X-Forwarded-Host": {host},
		}}
		o := trusted.origin(r)
		if !o.addr.IsValid() || o.addr.Zone() != "" || (o.proto != "http" && o.proto != "https") || o.host == "" || strings.ContainsAny(o.host, " ,/\r\n\"") {
			t.Errorf("got %+v", o)
		}
		if _, err := netip.ParseAddrPort(o.remoteAddr(r)); err != nil {
			t.Errorf("%q is not an address: %v", o.remoteAddr(r), err)
		}
		r.RemoteAddr = "192.0.2.1:1"
		if o := trusted.origin(r); o.addr != netip.MustParseAddr("192.0.2.1") || o.proto != "http" || o.host != "x" {
			t.Errorf("a stranger was believed: %+v", o)
		}
	})
}

func FuzzStripHops(f *testing.F) {
	f.Add("close, X-A", "keep-alive")
	f.Add(",,", "Connection")
	f.Fuzz(func(t *testing.T, one, two string) {
		h := http.Header{"Connection": {one, two}, "Upgrade": {"x"}, "X-A": {"1"}, "Te": {"x"}}
		stripHops(h)
		named := false
		for _, item := range strings.Split(one+","+two, ",") {
			named = named || strings.EqualFold(strings.TrimSpace(item), "X-A")
		}
		if _, kept := h["X-A"]; h["Connection"] != nil || h["Upgrade"] != nil || h["Te"] != nil || kept == named {
			t.Errorf("%q and %q leave %v", one, two, h)
		}
	})
}
