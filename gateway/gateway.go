package gateway

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
	"go.opentelemetry.io/otel/attribute"
)

// Gateway is the one entrance to a system. It is an [http.Handler] and safe for concurrent use.
type Gateway struct {
	cfg       Config
	table     *table
	unmatched *route // measures what nothing answers
	proxies   proxies
	transport *http.Transport // nil: the program's
	log       *slog.Logger
}

// New builds the gateway of a system. Everything that is wrong comes back joined, each mistake a [ConfigError].
// Nothing is connected to before the first request.
func New(m *manifest.System, cfg Config) (*Gateway, error) {
	var wrong mistakes
	cfg.check(m, &wrong)
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	tel := cfg.Telemetry.For("gateway")
	g := &Gateway{cfg: cfg, proxies: cfg.TrustedProxies, log: tel.Logger()}
	g.unmatched = &route{pattern: "unmatched", expose: exposed(nil)}
	var err error
	g.unmatched.works, err = newWorks(tel, "unmatched", true, "", attribute.String("http.route", ""))
	if err != nil {
		wrong.add("Telemetry", "%w", err)
	}
	g.table = build(m, &cfg, g.handlers(), tel, &wrong)
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return g, nil
}

// handlers returns what answers for each service.
func (g *Gateway) handlers() map[string]http.Handler {
	transport := g.cfg.Transport
	if transport == nil {
		g.transport = newTransport()
		transport = g.transport
	}
	handlers := make(map[string]http.Handler)
	for name, u := range g.cfg.Upstreams {
		if handlers[name] = u.handler; u.handler == nil {
			handlers[name] = newProxy(u.urls, transport, g.log)
		}
	}
	return handlers
}

// Close closes the idle connections to remote upstreams. Requests in flight go on.
func (g *Gateway) Close() error {
	if g.transport != nil {
		g.transport.CloseIdleConnections()
	}
	return nil
}

// ServeHTTP takes a request to the service that answers it.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// What was sent counts: EscapedPath escapes anew what is not well escaped, and an encoded slash is none any more.
	reason := ambiguity(cmp.Or(r.URL.RawPath, r.URL.EscapedPath()))
	rt := g.unmatched
	if reason == "" {
		if found := g.table.find(r); found != nil {
			rt = found
		}
	}
	x := g.begin(w, r, rt)
	defer x.end()
	switch {
	case reason != "":
		x.note()
		x.fail(problem.Malformed().WithDetail("%s", reason))
	case rt == g.unmatched || isPreflight(r):
		x.unmatched(g.table.allow(r))
	default:
		x.serve()
	}
}

// unmatched answers what no operation does, given the methods that the path has.
func (x *exchange) unmatched(methods []string) {
	switch {
	case len(methods) == 0:
		x.note()
		x.fail(problem.NotFound())
	case isPreflight(x.r):
		x.gateway.cfg.CORS.preflight(&x.w, x.r, methods)
	case x.r.Method == http.MethodOptions:
		x.w.Header().Set("Allow", strings.Join(methods, ", "))
		x.w.WriteHeader(http.StatusNoContent)
	default:
		x.note()
		x.w.Header().Set("Allow", strings.Join(methods, ", "))
		x.fail(problem.MethodNotAllowed())
	}
}

// answeredBeside answers in the place of a frontend that has nothing at the path of the request, and reports whether there was reason
// to: an operation has the path, with another method. The frontend cannot know those of other services.
func (x *exchange) answeredBeside() bool {
	if !x.route.reads {
		return false
	}
	methods := x.gateway.table.beside(x.r)
	if len(methods) > 0 {
		x.unmatched(methods)
	}
	return len(methods) > 0
}

// maxNote is how much of a path or a method that nobody declared is worth logging, in bytes.
const maxNote = 256

// note records what was asked for, which a route would say otherwise.
func (x *exchange) note() {
	path, method := x.r.URL.EscapedPath(), x.r.Method
	if x.route.works.unknown(method) {
		x.run.Set(attribute.String("http.request.method_original", method[:min(len(method), maxNote)]))
	}
	x.run.Set(attribute.String("url.path", path[:min(len(path), maxNote)]))
}

// dress makes the headers of an answer the gateway's own.
func (x *exchange) dress(h http.Header, status int) {
	protect(h, x.from.proto)
	x.gateway.cfg.CORS.dress(h, x.r, x.route.expose)
	h["X-Request-Id"] = []string{x.id}
	if x.r.ProtoMajor == 1 && (x.unsure() || status == http.StatusRequestEntityTooLarge || status == http.StatusRequestTimeout) {
		h["Connection"] = []string{"close"}
	}
}

// unsure reports whether a proxy in front may see the end of this request elsewhere. Net/http hides whether a chunked
// request had a Content-Length too, and a Transfer-Encoding in HTTP/1.0; a connection with such a request must not carry
// another (RFC 9112, section 6.1).
func (x *exchange) unsure() bool { return len(x.r.TransferEncoding) > 0 || x.r.ProtoMinor == 0 }
