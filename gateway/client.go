package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// origin is where a request came from, as far as it can be believed.
type origin struct {
	addr  netip.Addr // of the client; invalid when the connection has none
	proto string     // "http" or "https"
	host  string     // that the client asked for
}

// proxies are the networks whose word about a client is believed.
type proxies []netip.Prefix

func (p proxies) trusts(a netip.Addr) bool {
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// origin walks from the connection towards the client, as long as those on the way are trusted: X-Forwarded-For is read
// from the right, where the nearest proxy wrote, to the first address that is not a proxy of ours. What strangers wrote is
// never read.
func (p proxies) origin(r *http.Request) origin {
	o := origin{proto: "http", host: r.Host}
	if r.TLS != nil {
		o.proto = "https"
	}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		o.addr = peer.Addr().Unmap().WithZone("")
	}
	if len(p) == 0 || !p.trusts(o.addr) {
		return o
	}
	if proto := strings.ToLower(last(r.Header["X-Forwarded-Proto"])); proto == "http" || proto == "https" {
		o.proto = proto
	}
	if host := last(r.Header["X-Forwarded-Host"]); validHost(host) {
		o.host = host
	}
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, ok := hop(hops[i])
		if !ok {
			break // from here on it is noise; the last one known is answerable for it
		}
		o.addr = a
		if !p.trusts(a) {
			break
		}
	}
	return o
}

// hop parses one entry of X-Forwarded-For. Some proxies add the port.
func hop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		ap, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}, false
		}
		a = ap.Addr()
	}
	return a.Unmap().WithZone(""), true
}

// last returns what the nearest proxy wrote: the last element of the last field.
func last(fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	s := fields[len(fields)-1]
	return strings.TrimSpace(s[strings.LastIndexByte(s, ',')+1:])
}

// validHost accepts what may stand in a Host header: letters, digits and the characters of addresses and ports.
func validHost(s string) bool {
	return s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789.-_:[]") == ""
}

// remoteAddr is the client in the form of [http.Request.RemoteAddr]. A client behind a proxy has no port that means anything.
func (o origin) remoteAddr(r *http.Request) string {
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && peer.Addr().Unmap().WithZone("") == o.addr {
		return r.RemoteAddr
	}
	return net.JoinHostPort(o.addr.String(), "0")
}
