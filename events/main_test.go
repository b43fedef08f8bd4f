package events_test

import (
	"context"
	"log/slog"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/internal/natstest"
	"github.com/vade-go/vade/lifecycle"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
	"github.com/vade-go/vade/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is the longest that a test waits for what must happen.
const patience = 30 * time.Second

type Order struct {
	ID    string `json:"id" minLength:"1"`
	Seats int    `json:"seats" minimum:"1"`
}

// service is what declarations are made on.
type service struct {
	name  string
	parts []operation.Part
	byKey map[any]operation.Part
}

func newService(name string) *service {
	return &service{name: name, byKey: make(map[any]operation.Part)}
}

func (s *service) Name() string { return s.name }

func (s *service) Declare(key any, build func() operation.Part) operation.Part {
	if p, ok := s.byKey[key]; ok {
		return p
	}
	p := build()
	s.byKey[key] = p
	s.parts = append(s.parts, p)
	return p
}

// world is one process of a system: services on an embedded broker.
type world struct {
	t        testing.TB
	env      *operation.Env
	shared   *operation.Shared
	log      *syncBuffer
	registry *prometheus.Registry
	started  []lifecycle.Component
	once     sync.Once
}

type syncBuffer struct {
	mu   sync.Mutex
	text []byte
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	return len(p), nil
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}

// launch describes, opens and starts services on an embedded broker, and stops them when the test ends.
func launch(t testing.TB, dir string, d driver.Driver, services ...*service) *world {
	t.Helper()
	return launchOn(t, &url.URL{Scheme: "embedded"}, dir, d, services...)
}

func launchOn(t testing.TB, u *url.URL, dir string, d driver.Driver, services ...*service) *world {
	t.Helper()
	w := &world{t: t, shared: new(operation.Shared), log: new(syncBuffer), registry: prometheus.NewRegistry()}
	tel, err := telemetry.New(telemetry.Config{Service: "test", Output: w.log, Level: slog.LevelDebug, Registry: w.registry})
	if err != nil {
		t.Fatal(err)
	}
	compiler := schema.NewCompiler()
	w.env = &operation.Env{
		System: "airline", DataDir: dir, Compiler: compiler, Shared: w.shared, Telemetry: tel, Log: tel.Logger(),
		Engines: operation.Engines{"events": {Driver: d, URL: u}},
	}
	t.Cleanup(w.stop)
	for _, s := range services {
		if _, err := describe(compiler, s); err != nil {
			t.Fatal(err)
		}
		env := *w.env
		env.Service, env.Telemetry = s.name, tel.For(s.name)
		env.Log = env.Telemetry.Logger()
		for _, p := range s.parts {
			if err := p.Open(t.Context(), &env); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, s := range services {
		for _, p := range s.parts {
			c, ok := p.(lifecycle.Component)
			if !ok {
				continue
			}
			if err := c.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.started = append(w.started, c)
		}
	}
	return w
}

// embedded launches services on the embedded broker.
func embedded(t testing.TB, services ...*service) *world {
	t.Helper()
	return launch(t, t.TempDir(), natsevents.Driver(), services...)
}

func describe(c *schema.Compiler, s *service) (*manifest.Service, error) {
	m := &manifest.Service{Name: s.name}
	for _, p := range s.parts {
		if err := p.Describe(&operation.Description{Service: m, Compiler: c, Definitions: new(schema.Definitions)}); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// stop stops what was started and closes the broker, once.
func (w *world) stop() {
	w.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := w.drain(ctx); err != nil {
			w.t.Errorf("stop: %v", err)
		}
		if err := w.shared.Close(); err != nil {
			w.t.Errorf("close: %v", err)
		}
	})
}

func (w *world) drain(ctx context.Context) error {
	for len(w.started) > 0 {
		c := w.started[0]
		w.started = w.started[1:]
		if err := c.Stop(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) hub() *events.Hub {
	w.t.Helper()
	h, err := events.Open(w.t.Context(), w.env)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// receive takes the next value from a channel that handlers write to.
func receive[T any](t testing.TB, ch <-chan T) T {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case v := <-ch:
		return v
	case <-timer.C:
		t.Fatal("nothing arrived")
		panic("unreachable")
	}
}

func publish[T any](t testing.TB, p *events.Producer[T], values ...T) {
	t.Helper()
	for _, v := range values {
		if err := p.Publish(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
}

// external launches services on a NATS server of its own.
func external(t testing.TB, server *natstest.Server, services ...*service) *world {
	t.Helper()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return launchOn(t, u, "", natsevents.Driver(), services...)
}
