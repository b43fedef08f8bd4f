package vade

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
)

// System is the set of services that make a product. It is declared once; programs run all of it or parts of it.
type System struct {
	name        string
	services    []*Service
	tour        func(Tour) []string
	compiler    *schema.Compiler
	describeAll func() (*manifest.System, error)
}

// NewSystem returns the system of the services. Mistakes are reported by [System.Manifest].
func NewSystem(name string, services ...*Service) *System {
	s := &System{name: name, services: services, compiler: schema.NewCompiler()}
	s.describeAll = sync.OnceValues(s.describe)
	return s
}

// Name returns the system's name.
func (s *System) Name() string { return s.name }

// Services returns the names of the services, in the order of their declaration.
func (s *System) Services() []string {
	names := make([]string, len(s.services))
	for i, svc := range s.services {
		names[i] = svc.name
	}
	return names
}

// Tour is what the lines of a [System.Tour] are made of.
type Tour struct {
	URL   string // of the gateway: "http://127.0.0.1:8080"
	Token string // a bearer token with every scope that the system declares
}

// Tour gives the system a few command lines that show it at work, printed when it starts on a developer's machine. It returns
// the system.
func (s *System) Tour(lines func(Tour) []string) *System {
	s.tour = lines
	return s
}

// TourLines returns the lines of the tour, or nil when the system has none.
func (s *System) TourLines(t Tour) []string {
	if s.tour == nil {
		return nil
	}
	return s.tour(t)
}

// Manifest describes the whole system, without any I/O. Every mistake of every declaration comes back, joined, each naming its
// place. The result is shared and must not be changed.
func (s *System) Manifest() (*manifest.System, error) { return s.describeAll() }

var (
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	errName     = errors.New(`a name is a word in lower case, perhaps with hyphens, such as "seat-maps"`)
)

func (s *System) describe() (*manifest.System, error) {
	m := &manifest.System{Format: manifest.FormatVersion, Name: s.name}
	definitions := new(schema.Definitions)
	var errs []error
	if !namePattern.MatchString(s.name) {
		errs = append(errs, fmt.Errorf("vade: system %q: %w", s.name, errName))
	}
	seen := make(map[string]*Service)
	for _, svc := range s.services {
		if !namePattern.MatchString(svc.name) {
			errs = append(errs, fmt.Errorf("vade: %s: service %q: %w", svc.source, svc.name, errName))
		}
		if other, ok := seen[svc.name]; ok {
			errs = append(errs, fmt.Errorf("vade: %s: service %s: declared twice, first at %s", svc.source, svc.name, other.source))
		}
		seen[svc.name] = svc
		ms, more := svc.describe(operation.Description{Compiler: s.compiler, Definitions: definitions})
		ms.Settings = svc.describeSettings()
		m.Services = append(m.Services, ms)
		errs = append(errs, more...)
	}
	errs = append(errs, checkCalls(m), checkRoutes(m))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	m.Schemas = make(map[string]json.RawMessage)
	for name, s := range definitions.All() {
		m.Schemas[name] = json.RawMessage(s)
	}
	m.Normalize()
	return m, nil
}

// checkCalls reports connections to services that the system does not have.
func checkCalls(m *manifest.System) error {
	var errs []error
	for _, svc := range m.Services {
		for _, name := range svc.Calls {
			if _, ok := m.Service(name); !ok {
				errs = append(errs, fmt.Errorf("vade: service %s calls %q, which is not a service of %s", svc.Name, name, m.Name))
			}
		}
	}
	return errors.Join(errs...)
}

// checkRoutes reports two services that want the same route, which a gateway could not tell apart.
func checkRoutes(m *manifest.System) error {
	var errs []error
	first := make(map[string]*manifest.Operation)
	for i := range m.Services {
		for j := range m.Services[i].Operations {
			op := &m.Services[i].Operations[j]
			route := op.Method + " " + anonymous(op.Path)
			if other, ok := first[route]; ok {
				errs = append(errs, fmt.Errorf("vade: %s: %s %s: the route belongs to %s at %s", op.Source, op.Method, op.Path, other.ID, other.Source))
			}
			first[route] = op
		}
	}
	return errors.Join(errs...)
}

// anonymous replaces the names of path parameters, which do not tell routes apart.
func anonymous(path string) string {
	segments := strings.Split(path, "/")
	for i, seg := range segments {
		if strings.HasPrefix(seg, "{") {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

func (s *Service) describeSettings() []manifest.Setting {
	set := config.New(config.Source{Prefix: "VADE_", Environ: []string{}})
	for _, st := range s.settings {
		set.Bind(s.name, copyOf(st.target))
	}
	var out []manifest.Setting
	for _, v := range set.Values() {
		out = append(out, manifest.Setting{Key: v.Key, Env: v.Env, Doc: v.Doc, Secret: v.Secret})
	}
	return out
}
