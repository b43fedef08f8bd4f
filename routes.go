package vade

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/vade-go/vade/manifest"
)

// reservedPaths are those that every program answers itself, beside its services.
func reservedPaths() []string {
	return []string{"/docs", "/dev/authorize", "/dev/token", "/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml", "/livez", "/readyz", "/startupz", "/metrics", "/manifest.json"}
}

// checkRoutes reports operations that nobody could tell apart by their requests, by the rules of [http.ServeMux], and those
// on paths of the program itself.
func checkRoutes(m *manifest.System) error {
	var errs []error
	var known []*manifest.Operation
	all := http.NewServeMux()
	for i := range m.Services {
		routes := m.Services[i].Routes()
		for j := range routes {
			op := &routes[j]
			for _, path := range reservedPaths() {
				if op.Path == path || strings.HasPrefix(op.Path, path+"/") {
					errs = append(errs, fmt.Errorf("vade: %s: %s %s: the program itself answers %s", op.Source, op.Method, op.Path, path))
				}
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

// route registers an operation. The mux panics on what conflicts; here that is a mistake like any other.
func route(mux *http.ServeMux, op *manifest.Operation) (err error) {
	defer func() {
		if v := recover(); v != nil {
			reason, _, _ := strings.Cut(fmt.Sprint(v), "\n")
			err = errors.New(reason)
		}
	}()
	mux.Handle(op.Pattern(), http.NotFoundHandler())
	return nil
}
