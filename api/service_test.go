package api_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
	"github.com/vade-go/vade/telemetry"
	"go.uber.org/goleak"
)

// TestMain looks for leaks. Net/http lingers for half a second behind a request that it refused, whoever closes the server.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// service is the least that operations can be declared on.
type service struct {
	parts []operation.Part
	byKey map[any]operation.Part
	app   operation.Part

	results results.Store // of idempotent operations; nil: in memory
}

func newService() *service { return &service{byKey: make(map[any]operation.Part)} }

func (s *service) Name() string { return "shop" }

func (s *service) Declare(key any, build func() operation.Part) operation.Part {
	if p, ok := s.byKey[key]; ok {
		return p
	}
	p := build()
	s.byKey[key] = p
	s.parts = append(s.parts, p)
	return p
}

// describe returns the manifest of what was declared.
func (s *service) describe() (*manifest.Service, error) {
	m := &manifest.Service{Name: "shop"}
	d := &operation.Description{Service: m, Compiler: schema.NewCompiler(), Definitions: new(schema.Definitions)}
	for _, p := range s.parts {
		if err := p.Describe(d); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// tokens is a verifier that knows a few tokens by heart: "ada/orders~write" is ada with the scope
// orders:write.
type tokens struct{}

func (tokens) Verify(_ context.Context, token string) (auth.Principal, error) {
	subject, scopes, ok := strings.Cut(token, "/")
	if !ok {
		return auth.Principal{}, &auth.TokenError{Reason: "malformed"}
	}
	return auth.Principal{Subject: subject, Scopes: strings.Split(strings.ReplaceAll(scopes, "~", ":"), "+")}, nil
}

// peers is where the service's connections lead.
type peers map[string]call.Transport

func (p peers) Transport(service string) (call.Transport, error) { return p[service], nil }

// open describes and opens the service and returns its handler.
func (s *service) open(t testing.TB, log io.Writer, to peers) http.Handler {
	t.Helper()
	if _, err := s.describe(); err != nil {
		t.Fatal(err)
	}
	log = &oneAtATime{to: log} // the records of calls and those about them come by two ways
	tel, err := telemetry.New(telemetry.Config{Service: "shop", Output: log})
	if err != nil {
		t.Fatal(err)
	}
	env := &operation.Env{
		System: "test", Service: "shop", Telemetry: tel, Log: slog.New(slog.NewJSONHandler(log, nil)),
		Verifier: tokens{}, Peers: to, Compiler: schema.NewCompiler(), Results: s.results,
	}
	for _, p := range s.parts {
		if err := p.Open(t.Context(), env); err != nil {
			t.Fatal(err)
		}
		if h, ok := p.(http.Handler); ok {
			s.app = p
			return h
		}
	}
	return nil
}

// tryOpen opens the service and returns what is wrong.
func (s *service) tryOpen(t testing.TB) error {
	t.Helper()
	if _, err := s.describe(); err != nil {
		return err
	}
	tel, err := telemetry.New(telemetry.Config{Service: "shop", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	env := &operation.Env{System: "test", Service: "shop", Telemetry: tel, Log: slog.New(slog.DiscardHandler), Verifier: tokens{}, Compiler: schema.NewCompiler()}
	var errs []error
	for _, p := range s.parts {
		errs = append(errs, p.Open(t.Context(), env))
	}
	return errors.Join(errs...)
}

// serve sends a request as it is.
func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

// oneAtATime is a log that several write.
type oneAtATime struct {
	mu sync.Mutex
	to io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(p)
}

// buffer is a log that a test reads while others write.
type buffer struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{} // closed when there is more; nil: nobody waits
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.more != nil {
		close(b.more)
		b.more = nil
	}
	return b.text.Write(p)
}

// await waits for a text that somebody is about to write.
func (b *buffer) await(t *testing.T, text string) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		b.mu.Lock()
		if strings.Contains(b.text.String(), text) {
			b.mu.Unlock()
			return
		}
		if b.more == nil {
			b.more = make(chan struct{})
		}
		more := b.more
		b.mu.Unlock()
		select {
		case <-more:
		case <-late:
			t.Fatalf("%q is not in the log: %s", text, b)
		}
	}
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// overHTTP is the way to a service at an address, as other services have it.
func overHTTP(t testing.TB, address string) call.Transport {
	t.Helper()
	tel, err := telemetry.New(telemetry.Config{Service: "caller", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	transport := call.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	way, err := call.HTTP(base, call.HTTPConfig{Telemetry: tel, RoundTripper: transport})
	if err != nil {
		t.Fatal(err)
	}
	return way
}

// connect returns a connection to the service on a real socket.
func connect(t testing.TB, server *httptest.Server) *call.Conn {
	t.Helper()
	conn := call.NewConn("shop")
	conn.Bind(overHTTP(t, server.URL))
	return conn
}

// near returns a connection to the service in the same process.
func near(s *service) *call.Conn {
	conn := call.NewConn("shop")
	conn.Bind(call.Local(s.app.(call.Target)))
	return conn
}

// send sends one request and returns the answer with its body read.
func send(t testing.TB, h http.Handler, method, target, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec.Result(), rec.Body.String()
}

// problemOf reads a problem document.
func problemOf(t testing.TB, res *http.Response, body string) *problem.Problem {
	t.Helper()
	if ct := res.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Fatalf("status %d, Content-Type %q, body %s: not a problem", res.StatusCode, ct, body)
	}
	p, err := problem.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func decode[T any](t testing.TB, body string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}
