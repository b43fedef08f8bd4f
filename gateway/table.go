package gateway

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vade-go/vade/internal/muxroute"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
)

// The limits of handlers that are mounted.
const (
	mountTimeout = 30 * time.Second
	mountBody    = 1 << 20
)

// route is where requests of one pattern go, with everything about it worked out beforehand.
type route struct {
	handler http.Handler
	pattern string        // "GET /bookings/{id}"
	origin  string        // for people: "bookings.get, declared at a.go:12"
	timeout time.Duration // 0: as long as it takes
	streams manifest.Streams
	maxBody int64
	expose  string // the headers that a page of another site may read
	reads   bool   // of a frontend: it answers GET and HEAD with what it has, and leaves the rest to others
	works   works
}

// ServeHTTP makes route what the table keeps.
func (rt *route) ServeHTTP(w http.ResponseWriter, r *http.Request) { rt.handler.ServeHTTP(w, r) }

// table finds routes by the rules of [http.ServeMux]. It does not change once it is built.
type table struct {
	mux     *http.ServeMux
	routes  []*route
	methods []string // of all routes, sorted
}

// build makes the table from the manifest and the mounts. Every mistake is reported.
func build(m *manifest.System, cfg *Config, handlers map[string]http.Handler, tel *telemetry.Telemetry, wrong *mistakes) *table {
	t := &table{mux: http.NewServeMux()}
	for i := range m.Services {
		svc := &m.Services[i]
		handler, ok := handlers[svc.Name]
		if !ok {
			continue
		}
		for j := range svc.Operations {
			op := &svc.Operations[j]
			if op.Method == "" || op.Timeout == "" {
				wrong.add("manifest", "%s: an operation has a method and a timeout", op.ID)
				continue
			}
			t.addService(svc, op, false, handler, tel, wrong)
		}
		for j := range svc.Mounts {
			routes := svc.Mounts[j].Routes()
			for k := range routes {
				t.addService(svc, &routes[k], readsOnly(svc.Mounts[j].Methods), handler, tel, wrong)
			}
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(cfg.Mounts)) {
		rt, err := newMount(pattern, cfg.Mounts[pattern], tel)
		if err == nil {
			err = t.add(rt)
		}
		if err != nil {
			wrong.add("Mounts", "%w", err)
		}
	}
	slices.Sort(t.methods)
	t.methods = slices.Compact(t.methods)
	return t
}

// readsOnly reports whether the methods of a mount are those of a frontend.
func readsOnly(methods []string) bool {
	return len(methods) > 0 && !slices.ContainsFunc(methods, func(m string) bool { return m != http.MethodGet && m != http.MethodHead })
}

func (t *table) addService(svc *manifest.Service, op *manifest.Operation, reads bool, handler http.Handler, tel *telemetry.Telemetry, wrong *mistakes) {
	rt, err := newRoute(svc, op, handler, tel)
	if err == nil {
		rt.reads = reads
		err = t.add(rt)
	}
	if err != nil {
		wrong.add("manifest", "%w", err)
	}
}

// newRoute makes the route of an operation, or one of those of a mount, which may have no method and no timeout.
func newRoute(svc *manifest.Service, op *manifest.Operation, handler http.Handler, tel *telemetry.Telemetry) (*route, error) {
	origin := op.ID
	if op.Source != "" {
		origin += ", declared at " + op.Source
	}
	var timeout time.Duration
	if op.Timeout != "" {
		var err error
		if timeout, err = time.ParseDuration(op.Timeout); err != nil || timeout <= 0 {
			return nil, fmt.Errorf("%s: timeout %q is not a positive duration", origin, op.Timeout)
		}
	}
	if !strings.HasPrefix(op.Path, "/") {
		return nil, fmt.Errorf("%s: %q is not a method and a path", origin, op.Method+" "+op.Path)
	}
	rt := &route{
		handler: handler, pattern: strings.TrimSpace(op.Method + " " + op.Path), origin: origin,
		timeout: timeout, streams: op.Streams, maxBody: op.MaxBody, expose: exposed(op),
	}
	var err error
	rt.works, err = newWorks(tel, rt.pattern, true, op.Method, attribute.String("http.route", op.Path),
		attribute.String("vade.operation", op.ID), attribute.String("vade.service", svc.Name))
	return rt, err
}

func newMount(pattern string, handler http.Handler, tel *telemetry.Telemetry) (*route, error) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = "", pattern
	}
	rt := &route{
		handler: handler, pattern: pattern, origin: "the mount", timeout: mountTimeout, maxBody: mountBody, expose: exposed(nil),
	}
	own := http.NewServeMux() // sets the path values that the handler asks for
	if err := muxroute.Register(own, pattern, handler); err != nil {
		return nil, fmt.Errorf("%s (%s): %w", pattern, rt.origin, err)
	}
	rt.handler = own
	var err error
	rt.works, err = newWorks(tel, pattern, false, method, attribute.String("http.route", path))
	return rt, err
}

// newWork prepares the span, the measurement and, for what the system declares, the access record of a route.
func newWork(tel *telemetry.Telemetry, name string, log bool, attrs ...attribute.KeyValue) (*telemetry.Work, error) {
	return tel.Work(telemetry.WorkConfig{
		Name: name, Kind: telemetry.Server, Metric: "http.server.request.duration",
		Attributes: attrs, Labels: []string{"http.request.method", "http.route"}, Log: log, Message: "request",
	})
}

// exposed lists the headers that the operation declares for its answers, and those that any answer may have.
func exposed(op *manifest.Operation) string {
	names := []string{"Location", "Retry-After", "WWW-Authenticate", "X-Request-Id"}
	if op != nil {
		for _, res := range op.Responses {
			for _, h := range res.Headers {
				names = append(names, http.CanonicalHeaderKey(h.Name))
			}
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

func (t *table) add(rt *route) error {
	if err := muxroute.Register(http.NewServeMux(), rt.pattern, rt); err != nil {
		return fmt.Errorf("%s (%s): %w", rt.pattern, rt.origin, err)
	}
	if err := muxroute.Register(t.mux, rt.pattern, rt); err != nil {
		for _, other := range t.routes {
			if mux := http.NewServeMux(); muxroute.Register(mux, other.pattern, other) == nil && muxroute.Register(mux, rt.pattern, rt) != nil {
				return fmt.Errorf("%s (%s) and %s (%s): %w", other.pattern, other.origin, rt.pattern, rt.origin, ErrDuplicate)
			}
		}
		return fmt.Errorf("%s (%s): %w", rt.pattern, rt.origin, err)
	}
	t.routes = append(t.routes, rt)
	method, _, ok := strings.Cut(rt.pattern, " ")
	switch {
	case ok:
		t.methods = append(t.methods, method)
	case rt.reads:
		t.methods = append(t.methods, http.MethodGet)
	default:
		t.methods = append(t.methods, "DELETE", "GET", "PATCH", "POST", "PUT") // of those that it takes, what a preflight may ask for
	}
	return nil
}

// find returns the route of a request, or nil. The path is known not to be ambiguous.
func (t *table) find(r *http.Request) *route {
	h, _ := t.mux.Handler(r)
	rt, _ := h.(*route)
	return rt
}

// allow lists the methods that the path of a request has; none means that there is no such path.
func (t *table) allow(r *http.Request) []string {
	return t.have(r, func(rt *route, method string) bool { return !rt.reads || method == http.MethodGet })
}

// beside lists the methods that the path of a request has without the frontend behind it.
func (t *table) beside(r *http.Request) []string {
	return t.have(r, func(rt *route, _ string) bool { return !rt.reads })
}

// have lists the methods for which the path of a request has a route that counts.
func (t *table) have(r *http.Request, counts func(rt *route, method string) bool) []string {
	var methods []string
	other := *r
	for _, m := range t.methods {
		other.Method = m
		if rt := t.find(&other); rt == nil || !counts(rt, m) {
			continue
		}
		methods = append(methods, m)
		if m == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	if len(methods) == 0 {
		return nil
	}
	methods = append(methods, http.MethodOptions)
	slices.Sort(methods)
	return slices.Compact(methods)
}
