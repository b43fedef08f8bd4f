package vade

import (
	"sync/atomic"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/operation/results"
)

// Service is one bounded context: its operations, topics, subscriptions and collections, and a database of its own. It is
// declared by one goroutine before the program starts, and is not changed after.
type Service struct {
	name, version, summary, source string
	parts                          []operation.Part
	byKey                          map[any]operation.Part
	settings                       []setting
	open                           atomic.Bool   // in some instance
	results                        results.Store // of idempotent operations; nil: nothing keeps them beyond the process
}

// ServiceOption describes a service.
type ServiceOption func(*Service)

// Version sets the version of the service's contract, by custom a semantic version.
func Version(v string) ServiceOption { return func(s *Service) { s.version = v } }

// Summary says in a few words what the service does.
func Summary(text string) ServiceOption { return func(s *Service) { s.summary = text } }

// NewService returns a service that declares nothing yet. Its name is a word in lower case, with hyphens: it is part of
// operation ids, settings, file names and metrics. A bad name is reported when the system is described.
func NewService(name string, options ...ServiceOption) *Service {
	s := &Service{name: name, source: operation.Source(1), byKey: make(map[any]operation.Part)}
	for _, o := range options {
		o(s)
	}
	return s
}

// Name returns the service's name.
func (s *Service) Name() string { return s.name }

// Declare returns the part under key, made at the first call. It makes a service an operation.Scope, on which the
// capabilities declare; services have no need to call it.
func (s *Service) Declare(key any, build func() operation.Part) operation.Part {
	if p, ok := s.byKey[key]; ok {
		return p
	}
	p := build()
	// A part may declare others while it is built; those it leans on come first.
	s.byKey[key] = p
	s.parts = append(s.parts, p)
	return p
}

// describe runs the Describe of every part.
func (s *Service) describe(d operation.Description) (manifest.Service, []error) {
	s.keepResults()
	m := manifest.Service{Name: s.name, Version: s.version, Summary: s.summary}
	d.Service = &m
	var errs []error
	for _, p := range s.parts {
		if err := p.Describe(&d); err != nil {
			errs = append(errs, err)
		}
	}
	return m, errs
}

// keepResults finds what keeps the results of idempotent operations, if the service has both.
func (s *Service) keepResults() {
	var needed bool
	var keeper operation.ResultKeeper
	for _, p := range s.parts {
		if app, ok := p.(*api.App); ok {
			needed = app.NeedsResults()
		}
		if k, ok := p.(operation.ResultKeeper); ok {
			keeper = k
		}
	}
	if needed && keeper != nil {
		s.results = keeper.KeepResults(s)
	}
}
