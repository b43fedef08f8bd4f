package vade

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
)

// System is the set of services that make a product. It is declared once; programs run all of it or parts of it.
type System struct {
	name        string
	services    []*Service
	tour        func(Tour) []string
	about       *About
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
	names := make([]string, 0, len(s.services))
	for _, svc := range s.services {
		if svc != nil {
			names = append(names, svc.name)
		}
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

// About says what people want to know of an API beside its operations; it goes into the OpenAPI document. Mistakes are reported by
// [System.Manifest]. It returns the system.
func (s *System) About(about About) *System {
	s.about = &about
	return s
}

// About is what people want to know of an API. See manifest.About.
type About = manifest.About

// Manifest describes the whole system, without any I/O. Every mistake of every declaration comes back, joined, each naming its
// place. The result is shared and must not be changed.
func (s *System) Manifest() (*manifest.System, error) { return s.describeAll() }

var (
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	errName     = errors.New(`a name is a word in lower case, perhaps with hyphens, such as "seat-maps"`)
)

func (s *System) describe() (*manifest.System, error) {
	m := &manifest.System{Format: manifest.FormatVersion, Name: s.name, About: s.about}
	definitions := new(schema.Definitions)
	var errs []error
	if s.about != nil {
		if err := s.about.Check(); err != nil {
			errs = append(errs, fmt.Errorf("vade: system %s: about: %w", s.name, err))
		}
	}
	if !namePattern.MatchString(s.name) {
		errs = append(errs, fmt.Errorf("vade: system %q: %w", s.name, errName))
	}
	seen := make(map[string]*Service)
	for i, svc := range s.services {
		if svc == nil {
			errs = append(errs, fmt.Errorf("vade: system %s: service %d is nil", s.name, i+1))
			continue
		}
		if slices.Contains(reservedNames(), svc.name) {
			errs = append(errs, fmt.Errorf("vade: %s: service %q: the name is taken in the data folder, by a part of Vade", svc.source, svc.name))
		}
		if !namePattern.MatchString(svc.name) {
			errs = append(errs, fmt.Errorf("vade: %s: service %q: %w", svc.source, svc.name, errName))
		}
		if other, ok := seen[svc.name]; ok {
			errs = append(errs, fmt.Errorf("vade: %s: service %s: declared twice, first at %s", svc.source, svc.name, other.source))
		}
		seen[svc.name] = svc
		ms, more := svc.describe(operation.Description{Compiler: s.compiler, Definitions: definitions})
		m.Services = append(m.Services, ms)
		errs = append(errs, more...)
	}
	errs = append(errs, s.describeSettings(m), checkCalls(m), checkRoutes(m))
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

// reservedNames are folders that Vade keeps beside those of the services: of the embedded broker and of the development issuer.
func reservedNames() []string { return []string{"nats", "issuer"} }

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
