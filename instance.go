package vade

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/internal/memhttp"
	"github.com/vade-go/vade/lifecycle"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/telemetry"
)

// Config says how much of a system runs in this process and on what.
type Config struct {
	// Services are the names of those that run here. Default: all.
	Services []string
	// Peers are the addresses of services that run elsewhere.
	Peers map[string]*url.URL
	// Engines are the drivers in force for each capability.
	Engines operation.Engines
	// DataDir is the folder of everything that is kept on this machine.
	DataDir string
	// Verifier checks bearer tokens. It may be nil when every operation is public.
	Verifier auth.Verifier
	// Telemetry is required.
	Telemetry *telemetry.Telemetry
	// Overrides are dependencies that a test replaces. One that no service here depends on is an error.
	Overrides []operation.Override
	// Isolated lets calls between services of this process travel as HTTP over a pipe in memory. What goes in and what comes out is
	// written and read again, as between processes, so neither side sees the other's slices, maps and pointers. It is for tests.
	Isolated bool
}

// Instance is a system, or a part of one, opened in this process. It is a lifecycle.Component: Start starts what runs in the
// background, Stop drains it and closes what was opened. It is safe for concurrent use.
type Instance struct {
	system   *System
	services []*Service
	cfg      Config
	shared   operation.Shared
	replaced *operation.Overrides // nil: nothing
	claimed  []*Service
	group    lifecycle.Group
	closers  []io.Closer
	closing  func() error
	outside  *http.Transport // to services that run elsewhere
	remote   sync.Mutex
	remotes  map[string]call.Transport
	pipes    []io.Closer // to services that run here, when they are isolated
}

// Open opens services on their engines: it connects, creates what is missing and compiles the running plans. Nothing
// works in the background until Start. What was opened is closed again when an error comes back.
func (s *System) Open(ctx context.Context, cfg Config) (*Instance, error) {
	if _, err := s.Manifest(); err != nil {
		return nil, err
	}
	in := &Instance{system: s, cfg: cfg, outside: call.NewTransport(), remotes: make(map[string]call.Transport)}
	in.closing = sync.OnceValue(in.closeAll)
	if err := errors.Join(in.choose(), in.replace()); err != nil {
		return nil, err
	}
	for _, svc := range in.services {
		if err := errors.Join(in.claim(svc), ctx.Err()); err != nil {
			return nil, errors.Join(err, in.Close())
		}
	}
	for _, svc := range in.services {
		if err := in.open(ctx, svc); err != nil {
			return nil, errors.Join(err, in.Close())
		}
	}
	if in.replaced != nil {
		if err := in.replaced.Check(); err != nil {
			return nil, errors.Join(err, in.Close())
		}
	}
	return in, nil
}

// replace takes the dependencies that a test replaces.
func (in *Instance) replace() (err error) {
	if len(in.cfg.Overrides) > 0 {
		in.replaced, err = operation.NewOverrides(in.cfg.Overrides...)
	}
	return err
}

// choose finds the services that run here.
func (in *Instance) choose() error {
	if len(in.cfg.Services) == 0 {
		in.services = in.system.services
		return nil
	}
	for _, name := range in.cfg.Services {
		i := slices.IndexFunc(in.system.services, func(s *Service) bool { return s.name == name })
		if i < 0 {
			return fmt.Errorf("vade: %q is not a service of %s; its services are %v", name, in.system.name, in.system.Services())
		}
		if slices.Contains(in.services, in.system.services[i]) {
			return fmt.Errorf("vade: the service %s is named twice", name)
		}
		in.services = append(in.services, in.system.services[i])
	}
	return nil
}

// claim takes a service for this instance: its parts are bound to one set of engines at a time.
func (in *Instance) claim(svc *Service) error {
	if !svc.open.CompareAndSwap(false, true) {
		return fmt.Errorf("vade: %s: the service is open in another instance", svc.name)
	}
	in.claimed = append(in.claimed, svc)
	return nil
}

func (in *Instance) open(ctx context.Context, svc *Service) error {
	tel := in.cfg.Telemetry.For(svc.name)
	env := &operation.Env{
		System: in.system.name, Service: svc.name, DataDir: in.cfg.DataDir, Compiler: in.system.compiler,
		Telemetry: tel, Log: tel.Logger(), Verifier: in.cfg.Verifier,
		Peers: in, Engines: in.cfg.Engines, Shared: &in.shared, Results: svc.results, Overrides: in.replaced,
	}
	for _, part := range svc.parts {
		if c, ok := part.(io.Closer); ok {
			in.closers = append(in.closers, c)
		}
		if err := part.Open(ctx, env); err != nil {
			return fmt.Errorf("%s: %w", svc.name, err)
		}
		if c, ok := part.(lifecycle.Component); ok {
			in.group.Add(svc.name, c)
		}
	}
	return nil
}

// Start starts the background work of the services: relays, consumers, what [OnStart] declared. When something does not start,
// everything is stopped and closed again.
func (in *Instance) Start(ctx context.Context) error {
	if err := in.group.Start(ctx); err != nil {
		return errors.Join(err, in.Close())
	}
	return nil
}

// Failed delivers the reason when something in the background has broken for good. It makes the instance a lifecycle.Failer.
func (in *Instance) Failed() <-chan error { return in.group.Failed() }

// Stop drains the background work and then closes what was opened, even when ctx ends before the work is drained.
func (in *Instance) Stop(ctx context.Context) error {
	return errors.Join(in.group.Stop(ctx), in.Close())
}

// Close closes what was opened without draining, last first. Later calls return the first result.
func (in *Instance) Close() error { return in.closing() }

func (in *Instance) closeAll() error {
	errs := []error{in.closePipes()}
	for _, c := range slices.Backward(in.closers) {
		errs = append(errs, c.Close())
	}
	in.outside.CloseIdleConnections()
	errs = append(errs, in.shared.Close())
	for _, svc := range in.claimed {
		svc.open.Store(false)
	}
	return errors.Join(errs...)
}

// Checks returns what can tell, by service, whether it can do its work right now.
func (in *Instance) Checks() map[string]func(context.Context) error {
	checks := make(map[string]func(context.Context) error)
	for _, svc := range in.services {
		for _, p := range svc.parts {
			c, ok := p.(operation.Checker)
			if !ok {
				continue
			}
			before, many := checks[svc.name]
			checks[svc.name] = func(ctx context.Context) error {
				if many {
					if err := before(ctx); err != nil {
						return err
					}
				}
				return c.Check(ctx)
			}
		}
	}
	return checks
}

// Handler returns the operations of a service that runs here, as a plain handler.
func (in *Instance) Handler(service string) (http.Handler, bool) {
	app, ok := in.app(service)
	return app, ok
}

func (in *Instance) app(service string) (*api.App, bool) {
	for _, svc := range in.services {
		if svc.name != service {
			continue
		}
		for _, p := range svc.parts {
			if app, ok := p.(*api.App); ok {
				return app, true
			}
		}
	}
	return nil, false
}

// Transport finds the way to a service: a function call when it runs here, HTTP when its address is known or everything is
// isolated. It makes the instance the operation.Peers of its services.
func (in *Instance) Transport(service string) (call.Transport, error) {
	app, here := in.app(service)
	if here && !in.cfg.Isolated {
		return call.Local(app), nil
	}
	in.remote.Lock()
	defer in.remote.Unlock()
	if t, ok := in.remotes[service]; ok {
		return t, nil
	}
	base, via := in.cfg.Peers[service], http.RoundTripper(in.outside)
	switch {
	case here:
		pipe := memhttp.Serve(app, in.cfg.Telemetry.For(service).Logger())
		in.pipes = append(in.pipes, pipe)
		base, via = &url.URL{Scheme: "http", Host: service}, pipe.Transport()
	case base == nil:
		return nil, fmt.Errorf("the service %s does not run here and has no address; set VADE_UPSTREAMS=%s=http://…", service, service)
	}
	t, err := call.HTTP(base, call.HTTPConfig{RoundTripper: via, Telemetry: in.cfg.Telemetry})
	if err != nil {
		return nil, err
	}
	in.remotes[service] = t
	return t, nil
}

// closePipes ends what the isolated services of this process say to each other.
func (in *Instance) closePipes() (err error) {
	in.remote.Lock()
	defer in.remote.Unlock()
	for _, p := range in.pipes {
		err = errors.Join(err, p.Close())
	}
	return err
}
