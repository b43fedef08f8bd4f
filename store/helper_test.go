package store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"sync"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/goleak"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/sqlitestore"
	"github.com/vade-go/vade/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is as much of a service as a store needs.
type service struct {
	name  string
	keys  map[any]operation.Part
	parts []operation.Part
}

func newService(name string) *service {
	return &service{name: name, keys: make(map[any]operation.Part)}
}

func (s *service) Name() string { return s.name }

func (s *service) Declare(key any, build func() operation.Part) operation.Part {
	if _, ok := s.keys[key]; !ok {
		s.keys[key] = build()
		s.parts = append(s.parts, s.keys[key])
	}
	return s.keys[key]
}

func (s *service) describe() (manifest.Service, error) {
	described := manifest.Service{Name: s.name}
	d := &operation.Description{Service: &described, Compiler: schema.NewCompiler(), Definitions: new(schema.Definitions)}
	var errs []error
	for _, p := range s.parts {
		errs = append(errs, p.Describe(d))
	}
	return described, errors.Join(errs...)
}

// environment is where a service is opened.
type environment struct {
	url string // default: "sqlite::memory:"
	dir string
	log *buffer // default: discarded

	driver driver.Driver // default: sqlitestore
	spans  []sdktrace.SpanProcessor
}

// open describes and opens the service. The function it returns closes it.
func (s *service) open(ctx context.Context, e environment) (func() error, error) {
	closing := func() error {
		var errs []error
		for _, p := range s.parts {
			if c, ok := p.(io.Closer); ok {
				errs = append(errs, c.Close())
			}
		}
		return errors.Join(errs...)
	}
	if _, err := s.describe(); err != nil {
		return closing, err
	}
	if e.url == "" {
		e.url = "sqlite::memory:"
	}
	if e.driver == nil {
		e.driver = sqlitestore.Driver()
	}
	u, err := url.Parse(e.url)
	if err != nil {
		return closing, err
	}
	output := io.Discard
	if e.log != nil {
		output = e.log
	}
	tel, err := telemetry.New(telemetry.Config{Service: "test", Output: output, SpanProcessors: e.spans})
	if err != nil {
		return closing, err
	}
	env := &operation.Env{
		System: "test", Service: s.name, DataDir: e.dir, Compiler: schema.NewCompiler(),
		Telemetry: tel.For(s.name), Log: tel.For(s.name).Logger(),
		Engines: operation.Engines{"store": {Driver: e.driver, URL: u}},
	}
	for _, p := range s.parts {
		if err := p.Open(ctx, env); err != nil {
			return closing, errors.Join(err, closing())
		}
	}
	return closing, nil
}

// mustOpen opens the service for the time of a test.
func (s *service) mustOpen(t testing.TB, e environment) (closing func() error) {
	t.Helper()
	closing, err := s.open(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := closing(); err != nil {
			t.Error(err)
		}
	})
	return closing
}

// buffer is a bytes.Buffer for many goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
