package gateway

import (
	"net/http"
	"strings"

	"github.com/vade-go/vade/telemetry"
)

// security is what every answer says unless the service says otherwise. It suits an API: nothing is ever rendered, framed or
// loaded by another site.
var security = [...]struct{ name, value string }{
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "no-referrer"},
	{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
}

// protect adds the security headers that are missing. Strict-Transport-Security means nothing over plain HTTP (RFC 6797,
// 7.2).
func protect(h http.Header, proto string) {
	values := make([]string, len(security)) // one allocation for all
	for i, s := range security {
		if _, ok := h[s.name]; !ok {
			values[i] = s.value
			h[s.name] = values[i : i+1 : i+1]
		}
	}
	if _, ok := h["Strict-Transport-Security"]; !ok && proto == "https" {
		h["Strict-Transport-Security"] = []string{"max-age=31536000"}
	}
	conceal(h)
}

// conceal takes out what a service says about itself.
func conceal(h http.Header) {
	delete(h, "Server")
	delete(h, "X-Powered-By")
}

// hopByHop are the fields that concern one connection only (RFC 9110, section 7.6.1, and its predecessors).
var hopByHop = [...]string{
	"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade",
}

// stripHops removes what concerns the connection alone, and whatever else its Connection fields name. It is done before the
// gateway adds fields of its own, so that nobody can have those removed.
func stripHops(h http.Header) {
	for _, field := range h["Connection"] {
		for name := range strings.SplitSeq(field, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range hopByHop {
		delete(h, name)
	}
}

// isReserved reports whether a field is one that only the gateway may set: those by which the parts of a system talk to each
// other, what is known about the client, and others by which a service could be told of another request than the one that was
// judged. An underscore counts as a hyphen, as it does to programs that see fields as CGI variables.
func isReserved(name string) bool {
	if strings.IndexByte(name, '_') >= 0 {
		name = http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-"))
	}
	switch name {
	case "Forwarded", "X-Real-Ip", "X-Original-Url", "X-Rewrite-Url", "Proxy", "Traceparent", "Tracestate", "X-Request-Id":
		return true
	}
	return strings.HasPrefix(name, "Vade-") || strings.HasPrefix(name, "X-Forwarded-")
}

// forwardable returns the request that a service sees: the fields of this hop and those that only Vade may set removed, what
// the gateway knows added.
func (x *exchange) forwardable() *http.Request {
	out := x.r.WithContext(x.ctx)
	h := x.r.Header.Clone()
	stripHops(h)
	for name := range h {
		if isReserved(name) {
			delete(h, name)
		}
	}
	values := []string{x.id, x.from.proto, x.from.host, x.client}
	h["X-Request-Id"] = values[0:1:1]
	h["X-Forwarded-Proto"] = values[1:2:2]
	h["X-Forwarded-Host"] = values[2:3:3]
	if x.client != "" {
		h["X-Forwarded-For"] = values[3:4:4]
		out.RemoteAddr = x.from.remoteAddr(x.r)
	}
	telemetry.Inject(x.ctx, h)
	if x.upgrade {
		h["Connection"], h["Upgrade"] = []string{"Upgrade"}, []string{"websocket"}
	}
	out.Header, out.Trailer = h, nil
	if x.body != nil {
		out.Body = x.body
	} else {
		out.Body, out.ContentLength, out.TransferEncoding = http.NoBody, 0, nil
	}
	return out
}

// isWebSocket reports whether the request asks for the one protocol that a connection may be upgraded to. Others, such as
// h2c, would carry requests past the gateway.
func isWebSocket(r *http.Request) bool {
	if r.Method != http.MethodGet || r.ProtoMajor != 1 || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return false
	}
	for _, field := range r.Header["Connection"] {
		for item := range strings.SplitSeq(field, ",") {
			if strings.EqualFold(strings.TrimSpace(item), "upgrade") {
				return true
			}
		}
	}
	return false
}
