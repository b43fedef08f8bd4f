package vade

import (
	"context"
	"fmt"
	"reflect"

	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/operation"
)

// setting is one struct of settings of a service.
type setting struct{ target any }

// Settings declares settings of a service with their defaults and returns where they will be: the program fills them from the
// environment and its file before anything starts. In the service payments, a field FailureRate is the key
// payments.failure_rate and the variable VADE_PAYMENTS_FAILURE_RATE. See package config for tags and types.
func Settings[T any](s *Service, defaults T) *T {
	target := &defaults
	s.settings = append(s.settings, setting{target: target})
	return target
}

// OnStart declares work that is done each time the service starts, after its stores are open and before it is ready: filling a
// table, building a read model. An error keeps the program from starting. Functions run in the order of their declaration.
func OnStart(s *Service, name string, f func(context.Context) error) {
	s.Declare(new(startKey), func() operation.Part { return &startHook{name: name, f: f} })
}

type startKey struct{ _ byte }

type startHook struct {
	name string
	f    func(context.Context) error
}

func (*startHook) Describe(*operation.Description) error      { return nil }
func (*startHook) Open(context.Context, *operation.Env) error { return nil }
func (*startHook) Stop(context.Context) error                 { return nil }
func (h *startHook) Start(ctx context.Context) error {
	if err := h.f(ctx); err != nil {
		return fmt.Errorf("%s: %w", h.name, err)
	}
	return nil
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
