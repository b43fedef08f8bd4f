package vade

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/vade-go/vade/internal/muxroute"
	"github.com/vade-go/vade/manifest"
)

// reservedPaths are those that every program answers itself, beside its services.
func reservedPaths() []string {
	return []string{"/docs", "/dev/authorize", "/dev/token", "/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml", "/livez", "/readyz", "/startupz", "/metrics", "/manifest.json"}
}

// checkRoutes reports operations that nobody could tell apart by their requests, by the rules of [http.ServeMux], and those
// on paths of the program itself. Those of one service have been held to the rules by package api already, so only paths that begin as
// those of another service do are tried.
func checkRoutes(m *manifest.System) error {
	var errs []error
	var known []*manifest.Operation
	all, shared, reserved := http.NewServeMux(), sharedRoots(m), reservedPaths()
	for i := range m.Services {
		routes := m.Services[i].Routes()
		for j := range routes {
			op := &routes[j]
			for _, path := range reserved {
				if rest, ok := strings.CutPrefix(op.Path, path); ok && (rest == "" || rest[0] == '/') {
					errs = append(errs, fmt.Errorf("vade: %s: %s %s: the program itself answers %s", op.Source, op.Method, op.Path, path))
				}
			}
			if !shared(op.Path) {
				continue
			}
			if err := route(all, op); err != nil {
				errs = append(errs, clash(known, op, err))
				continue
			}
			known = append(known, op)
		}
	}
	return errors.Join(errs...)
}

// sharedRoots returns what tells the paths that another service could answer too, by their first segments. Once any service has a path
// whose first segment may be anything, that is all of them.
func sharedRoots(m *manifest.System) func(path string) bool {
	owners, several := make(map[string]int), make(map[string]bool)
	everything := false
	for i := range m.Services {
		routes := m.Services[i].Routes()
		for j := range routes {
			root := rootOf(routes[j].Path)
			everything = everything || root == "" || strings.ContainsAny(root, "{%")
			if owner, known := owners[root]; known && owner != i {
				several[root] = true
			}
			owners[root] = i
		}
	}
	return func(path string) bool {
		if everything {
			return len(m.Services) > 1
		}
		return several[rootOf(path)]
	}
}

// rootOf returns the first segment of a path.
func rootOf(path string) string {
	root, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return root
}

// clash finds the operation that has the route already.
func clash(known []*manifest.Operation, op *manifest.Operation, reason error) error {
	for _, other := range known {
		if mux := http.NewServeMux(); route(mux, other) == nil && route(mux, op) != nil {
			return fmt.Errorf("vade: %s: %s %s: the route belongs to %s (%s %s) at %s",
				op.Source, op.Method, op.Path, other.ID, other.Method, other.Path, other.Source)
		}
	}
	return fmt.Errorf("vade: %s: %s %s: %w", op.Source, op.Method, op.Path, reason)
}

// route registers an operation.
func route(mux *http.ServeMux, op *manifest.Operation) error {
	return muxroute.Register(mux, op.Pattern(), http.NotFoundHandler())
}
