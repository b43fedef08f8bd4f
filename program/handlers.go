package program

import (
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/docs"
	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
)

// documentation is the OpenAPI document of the whole system, the page that shows it, and a page for every kind of problem. All is
// made when somebody asks; what could go wrong then is found now.
func (h *host) documentation() (map[string]http.Handler, error) {
	if err := openapi.Check(h.manifest); err != nil {
		return nil, err
	}
	login, options, mounts := h.login()
	opts := documentOptions(h.manifest)
	opts.Login, opts.Issuer = login, h.settings.Auth.Issuer
	if h.settings.dev() { // what is tried out is meant for this program, wherever the API is to be reached one day
		opts.Servers = []string{"/"}
	}
	page := docs.Handler("/openapi.json", options...)
	return merge(merge(openapi.Handlers(h.manifest, opts), mounts), map[string]http.Handler{
		"GET /problems/{code}": docs.Problems(h.manifest),
		"GET /docs":            http.RedirectHandler("/docs/", http.StatusPermanentRedirect),
		"GET /docs/":           http.StripPrefix("/docs", page),
	}), nil
}

func documentOptions(m *manifest.System) openapi.Options {
	return openapi.Options{Version: version().version}
}

// probes answer an orchestrator: is the process alive, has it started, may it get requests.
func (h *host) probes() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /livez":    h.health.Livez(),
		"GET /readyz":   h.health.Readyz(),
		"GET /startupz": h.health.Startupz(),
	}
}

// operators is the handler for those who run the program. It is not for the public.
func (h *host) operators() http.Handler {
	mux := http.NewServeMux()
	mount(mux, h.probes())
	mux.Handle("GET /metrics", h.telemetry.Metrics())
	encoded := sync.OnceValues(h.manifest.Encode) // by the first request: it is a large document
	mux.HandleFunc("GET /manifest.json", func(w http.ResponseWriter, r *http.Request) {
		data, err := encoded()
		if err != nil {
			h.log.ErrorContext(r.Context(), "the manifest cannot be shown", "error", err.Error())
			problem.Write(w, problem.Internal())
			return
		}
		static("application/json", data).ServeHTTP(w, r)
	})
	mux.Handle("/", api.Unmatched(mux))
	return api.CleanPaths(mux)
}

// whenStarted answers that the service is not available until everything has started. The probes beside it answer before;
// it goes by what they say, since a client that was told that the program is ready comes at once.
func (h *host) whenStarted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.health.Started() {
			problem.Write(w, problem.Unavailable())
			return
		}
		next.ServeHTTP(w, r)
	})
}

// services is the handler of the role serve: the operations of some services, and what operators need, on one address that
// only the gateway and the orchestrator reach.
func (h *host) services(instance *vade.Instance, names []string) http.Handler {
	mux := http.NewServeMux()
	own := h.probes()
	own["GET /metrics"] = h.telemetry.Metrics()
	mount(mux, own)
	if handler, serves := instance.Handler(names[0]); serves && len(names) == 1 {
		handler = h.whenStarted(handler)
		if !h.everythingMounted(names) {
			handler = besides(own, api.Unmatched(mux), handler)
		}
		mux.Handle("/", handler)
		return api.CleanPaths(mux)
	}
	for _, name := range names {
		svc, _ := h.manifest.Service(name)
		handler, serves := instance.Handler(name)
		if !serves {
			continue
		}
		handler = h.whenStarted(handler)
		for _, op := range svc.Routes() {
			mux.Handle(op.Pattern(), handler)
		}
	}
	if !h.everythingMounted(names) {
		mux.Handle("/", api.Unmatched(mux))
	}
	return api.CleanPaths(mux)
}

// besides answers what the program's own handlers do not: on their paths with unmatched, everywhere else with the one service there is,
// which finds its routes, and says what it does not have, by itself.
func besides(own map[string]http.Handler, unmatched, service http.Handler) http.Handler {
	paths := make(map[string]bool, len(own))
	for pattern := range own {
		_, path, _ := strings.Cut(pattern, " ")
		paths[path] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if paths[r.URL.Path] {
			unmatched.ServeHTTP(w, r)
			return
		}
		service.ServeHTTP(w, r)
	})
}

// everythingMounted reports whether one of the services answers all that no operation does.
func (h *host) everythingMounted(names []string) bool {
	for _, name := range names {
		svc, _ := h.manifest.Service(name)
		for i := range svc.Mounts {
			if svc.Mounts[i].Everything() {
				return true
			}
		}
	}
	return false
}

// asksForTokens reports whether some operation wants to know its caller.
func asksForTokens(m *manifest.System) bool {
	for _, svc := range m.Services {
		for _, op := range svc.Operations {
			if len(op.Security.Schemes) > 0 {
				return true
			}
		}
	}
	return false
}

func mount(mux *http.ServeMux, handlers map[string]http.Handler) {
	for pattern, h := range handlers {
		mux.Handle(pattern, h)
	}
}

func merge(a, b map[string]http.Handler) map[string]http.Handler {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func static(contentType string, data []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(data)
	})
}
