package apitest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"sync"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// Option says how a system runs in a test.
type Option interface{ configure(*settings) }

// settings are what options say.
type settings struct {
	beside    []*vade.Service
	chosen    operation.Engines
	overrides []operation.Override
	values    map[string]string
	caller    *Principal
	isolated  bool
	log       io.Writer
	errs      []error
}

type option func(*settings)

func (o option) configure(c *settings) { o(c) }

func configure(options []Option) *settings {
	c := &settings{chosen: make(operation.Engines), values: make(map[string]string)}
	for _, o := range options {
		o.configure(c)
	}
	return c
}

// Beside runs further services: those that the service under test calls, real ones or ones that answer the same contracts in
// their own way, and those that publish or hear events for the test.
func Beside(services ...*vade.Service) Option {
	return option(func(c *settings) { c.beside = append(c.beside, services...) })
}

// Drivers are the engines for what the services declare: embedded.Drivers() for everything. Each works on its first scheme,
// "sqlite:" or "embedded:", in a folder of the test.
func Drivers(list ...operation.Driver) Option {
	return option(func(c *settings) {
		for _, d := range list {
			if schemes := d.Schemes(); len(schemes) > 0 {
				c.chosen[d.Capability()] = operation.Engine{Driver: d, URL: &url.URL{Scheme: schemes[0]}}
			}
		}
	})
}

// Engine is a driver on an engine of its own: a broker that the test has started, say.
func Engine(d operation.Driver, address string) Option {
	return option(func(c *settings) {
		u, err := url.Parse(address)
		if err != nil || !slices.Contains(d.Schemes(), u.Scheme) {
			c.errs = append(c.errs, fmt.Errorf("apitest: the driver for %s does not answer to %q; it does to %v", d.Capability(), address, d.Schemes()))
			return
		}
		c.chosen[d.Capability()] = operation.Engine{Driver: d, URL: u}
	})
}

// Override resolves the request dependency T by f, in requests, calls and events alike. What T itself depends on is not resolved.
// A type that nothing depends on fails the test. See operation.Replace.
func Override[T any](f func(ctx context.Context, c *operation.Call) (T, error)) Option {
	o := operation.Replace(f).At(operation.Source(1))
	return option(func(c *settings) { c.overrides = append(c.overrides, o) })
}

// Isolated has every call between services, and every [Call], encoded and decoded as between processes: neither side sees the other's
// slices, maps and pointers, and what has no form on the wire shows.
func Isolated() Option { return option(func(c *settings) { c.isolated = true }) }

// Set gives a setting of a service a value, under its key: Set("payments.latency", "0s"). Settings that nobody sets have their
// defaults, whatever the environment says.
func Set(key, value string) Option {
	return option(func(c *settings) { c.values[key] = value })
}

// Log sends every log record to w. Without it, warnings and errors are in the output of the test.
func Log(w io.Writer) Option { return option(func(c *settings) { c.log = w }) }

func (c *settings) level() slog.Level {
	if c.log != nil {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// load fills the settings of the services.
func (c *settings) load(system *vade.System) error {
	set := config.New(config.Source{Prefix: "VADE_", Environ: []string{}, Overrides: c.values})
	system.Bind(set)
	return errors.Join(append(c.errs, set.Load())...)
}

// engines returns what was chosen, if that is all that the services need.
func (c *settings) engines(m *manifest.System) (operation.Engines, error) {
	var errs []error
	for _, svc := range m.Services {
		for capability, needed := range map[string]bool{
			"store": len(svc.Collections) > 0, "events": len(svc.Publishes)+len(svc.Subscriptions) > 0,
		} {
			if _, ok := c.chosen[capability]; needed && !ok {
				errs = append(errs, fmt.Errorf("apitest: %s needs an engine for its %s: add apitest.Drivers(embedded.Drivers()...)", svc.Name, capability))
			}
		}
	}
	return c.chosen, errors.Join(errs...)
}

// output is where the log goes while the test runs; afterwards nobody may write there.
type output struct {
	mu    sync.Mutex
	w     io.Writer
	ended bool
}

// or returns w, or the output itself when w is nil.
func (o *output) or(w io.Writer) io.Writer {
	if w != nil {
		return w
	}
	return o
}

// Write writes p unless the test has ended.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return len(p), nil
	}
	return o.w.Write(p)
}

func (o *output) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
}
