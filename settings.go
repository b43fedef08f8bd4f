package vade

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// setting is one struct of settings of a service.
type setting struct {
	target any
	source string
}

// Settings declares settings of a service with their defaults and returns where they will be: the program fills them from the
// environment and its file before anything starts. In the service payments, a field FailureRate is the key
// payments.failure_rate and the variable VADE_PAYMENTS_FAILURE_RATE. See package config for tags and types.
func Settings[T any](s *Service, defaults T) *T {
	target := &defaults
	s.settings = append(s.settings, setting{target: target, source: operation.Source(1)})
	return target
}

// OnStart declares work that is done each time the service starts, after its stores are open and before it is ready: filling a
// table, building a read model. An error keeps the program from starting. Functions run in the order of their declaration.
func OnStart(s *Service, name string, f func(context.Context) error) {
	hook := &startHook{name: name, source: operation.Source(1), f: f}
	s.Declare(new(startKey), func() operation.Part { return hook })
}

type startKey struct{ _ byte }

type startHook struct {
	name, source string
	f            func(context.Context) error
}

func (h *startHook) Describe(*operation.Description) error {
	if h.f == nil {
		return fmt.Errorf("vade: %s: OnStart %q: the function is nil", h.source, h.name)
	}
	return nil
}

func (*startHook) Open(context.Context, *operation.Env) error { return nil }
func (*startHook) Stop(context.Context) error                 { return nil }
func (h *startHook) Start(ctx context.Context) error {
	if err := h.f(ctx); err != nil {
		return fmt.Errorf("%s: %w", h.name, err)
	}
	return nil
}

// describeSettings writes the settings of every service into its part of the manifest and reports what is wrong with them: a type
// that no setting can have, a key that is there twice.
func (s *System) describeSettings(m *manifest.System) error {
	var errs []error
	for i := range m.Services {
		at := slices.IndexFunc(s.services, func(svc *Service) bool { return svc != nil && svc.name == m.Services[i].Name })
		set := config.New(config.Source{Prefix: "VADE_", Environ: []string{}})
		for _, st := range s.services[at].settings {
			set.Bind(m.Services[i].Name, copyOf(st.target))
			if err := set.Err(); err != nil {
				errs = append(errs, fmt.Errorf("vade: %s: settings: %w", st.source, err))
				break
			}
		}
		for _, v := range set.Values() {
			m.Services[i].Settings = append(m.Services[i].Settings, manifest.Setting{Key: v.Key, Env: v.Env, Doc: v.Doc, Secret: v.Secret})
		}
	}
	return errors.Join(errs...)
}

// Bind adds the settings of every service to a configuration, each under the service's name.
func (s *System) Bind(set *config.Set) {
	for _, svc := range s.services {
		for _, st := range svc.settings {
			set.Bind(svc.name, st.target)
		}
	}
}

// copyOf returns a new struct with the values of the one at p, so that describing settings changes none.
func copyOf(p any) any {
	v := reflect.ValueOf(p).Elem()
	c := reflect.New(v.Type())
	c.Elem().Set(v)
	return c.Interface()
}
