package apitest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/internal/memhttp"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/telemetry"
)

// patience is how long a test waits for an answer, for a stop, or for something to become true.
const patience = time.Minute

// System is some services that run inside a test. It is safe for concurrent use.
type System struct {
	t        testing.TB
	about    string // the service that the OpenAPI document is of; empty: all
	dataDir  string
	caller   string // token of the caller that a call is made by, unless it says another; empty: nobody
	tokens   *tokens
	manifest *manifest.System
	instance *vade.Instance
	handler  http.Handler
	client   *http.Client
}

// New runs a service in the test, beside those of [Beside]: describes, opens and starts it, and stops it when the test ends.
// Whatever goes wrong fails the test.
func New(t testing.TB, svc *vade.Service, options ...Option) *System {
	t.Helper()
	if svc == nil {
		t.Fatal("apitest: the service is nil")
	}
	cfg := configure(options)
	s := &System{t: t, about: svc.Name()}
	s.run(vade.NewSystem(svc.Name(), append([]*vade.Service{svc}, cfg.beside...)...), cfg)
	return s
}

// NewSystem is [New] for a whole system. Instead of [Beside], further services belong to the system.
func NewSystem(t testing.TB, system *vade.System, options ...Option) *System {
	t.Helper()
	cfg := configure(options)
	if len(cfg.beside) > 0 {
		t.Fatal("apitest: Beside is for New; give the services to vade.NewSystem")
	}
	s := &System{t: t}
	s.run(system, cfg)
	return s
}

// run starts everything, and has it stopped when the test ends.
func (s *System) run(system *vade.System, cfg *settings) {
	s.t.Helper()
	var err error
	if s.manifest, err = system.Manifest(); err != nil {
		s.t.Fatal(err)
	}
	if err := cfg.load(system); err != nil {
		s.t.Fatal(err)
	}
	engines, err := cfg.engines(s.manifest)
	if err != nil {
		s.t.Fatal(err)
	}
	s.tokens = newTokens()
	if cfg.caller != nil {
		s.caller = s.Token(*cfg.caller)
	}
	s.dataDir = s.t.TempDir()
	log := &output{w: s.t.Output()}
	tel, err := telemetry.New(telemetry.Config{Service: system.Name(), Output: log.or(cfg.log), Level: cfg.level(), Format: telemetry.FormatText})
	if err != nil {
		s.t.Fatal(err)
	}
	s.instance, err = system.Open(s.t.Context(), vade.Config{
		Engines: engines, DataDir: s.dataDir, Verifier: s.tokens, Telemetry: tel, Overrides: cfg.overrides, Isolated: cfg.isolated,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.handler = s.route()
	front := memhttp.Serve(s.handler, slog.New(slog.NewTextHandler(log, nil)))
	s.client = &http.Client{
		Transport: front.Transport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.t.Cleanup(func() { s.stop(front, tel, log) })
	if err := s.instance.Start(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// stop ends everything and fails the test when that does not go well, or when something in the background had broken.
func (s *System) stop(front *memhttp.Server, tel *telemetry.Telemetry, log *output) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case err := <-s.instance.Failed():
		if err != nil {
			s.t.Errorf("apitest: the system has failed: %v", err)
		}
	default:
	}
	for _, err := range []error{front.Close(), s.instance.Stop(ctx), tel.Stop(ctx)} {
		if err != nil {
			s.t.Errorf("apitest: stop: %v", err)
		}
	}
	log.end()
}

// route returns the operations and the mounts of all services on one handler, as a gateway has them.
func (s *System) route() http.Handler {
	mux, everything := http.NewServeMux(), false
	for _, svc := range s.manifest.Services {
		if h, ok := s.instance.Handler(svc.Name); ok {
			for _, op := range svc.Routes() {
				mux.Handle(op.Pattern(), h)
			}
			everything = everything || slices.ContainsFunc(svc.Mounts, func(m manifest.Mount) bool { return m.Everything() })
		}
	}
	if !everything {
		mux.Handle("/", api.Unmatched(mux))
	}
	return api.CleanPaths(mux)
}

// With returns the same running system for a subtest: calls have the context of t, and what goes wrong with them fails t.
func (s *System) With(t testing.TB) *System {
	sub := *s
	sub.t = t
	return &sub
}

// Handler returns the operations and the mounts of every service as one handler.
func (s *System) Handler() http.Handler { return s.handler }

// Client returns a client that reaches the operations of every service, whatever host a request names: "http://test/bookings". It
// follows no redirects, and it is nobody: [System.Token] is what its requests carry to be somebody.
func (s *System) Client() *http.Client { return s.client }

// Token returns a bearer token by which the system knows the principal. Its Scopes are what it was granted, and it is refused
// after Expires, if that is set.
func (s *System) Token(p Principal) string {
	s.t.Helper()
	token, err := s.tokens.issue(p)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// DataDir returns the folder in which the system keeps what it keeps on this machine.
func (s *System) DataDir() string { return s.dataDir }

// Until waits until ok reports true, for what becomes true in the background, and fails the test when it does not within a minute.
func (s *System) Until(what string, ok func() bool) {
	s.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			s.t.Fatalf("apitest: still not true that %s", what)
		}
	}
}

// connect returns the way to the service that has an operation, named "GET /bookings/{id}".
func (s *System) connect(operation string) (*call.Conn, error) {
	for _, svc := range s.manifest.Services {
		for _, op := range svc.Operations {
			if op.Method+" "+op.Path != operation {
				continue
			}
			t, err := s.instance.Transport(svc.Name)
			if err != nil {
				return nil, err
			}
			conn := call.NewConn(svc.Name)
			conn.Bind(t)
			return conn, nil
		}
	}
	return nil, fmt.Errorf("apitest: %s is not an operation of %s", operation, s.manifest.Name)
}
