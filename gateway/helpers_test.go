package gateway_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/internal/httpserver"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// net/http lingers for half a second on a connection that it cuts off.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// system is a manifest of one service, "things".
func system() *manifest.System {
	op := func(id, method, path string, maxBody int64, timeout time.Duration) manifest.Operation {
		return manifest.Operation{
			ID: "things." + id, Method: method, Path: path, MaxBody: maxBody, Timeout: timeout.String(),
			Security: manifest.Security{Public: true}, Source: "example.com/things/things.go:1",
		}
	}
	total := manifest.Response{Status: 200, Headers: []manifest.Header{{Name: "x-total"}}}
	list := op("list", "GET", "/things", 0, time.Minute)
	list.Responses = []manifest.Response{total}
	feed, trickle := op("feed", "GET", "/feed", 0, 100*time.Millisecond), op("trickle", "POST", "/trickle", 1000, 300*time.Millisecond)
	feed.Streams, trickle.Streams = manifest.Streams{Response: true}, manifest.Streams{Request: true}
	return &manifest.System{Name: "test", Services: []manifest.Service{
		{Name: "things", Operations: []manifest.Operation{
			list, feed, trickle,
			op("make", "POST", "/things", 1000, time.Minute),
			op("get", "GET", "/things/{id}", 0, time.Minute),
			op("delete", "DELETE", "/things/{id}", 0, time.Minute),
			op("find", "POST", "/things/search", 1000, time.Minute),
			op("slow", "GET", "/slow", 0, 10*time.Millisecond),
			op("upload", "POST", "/upload", 1000, 200*time.Millisecond),
		}, Mounts: []manifest.Mount{
			{ID: "things.mount-legacy", Path: "/legacy", MaxBody: 10, Security: manifest.Security{Public: true}},
			{ID: "things.frontend-app", Path: "/app", Timeout: "1m0s", Security: manifest.Security{Public: true}},
		}},
		{Name: "silent"},
	}}
}

// placements runs a test for a service in this process and for one behind a socket.
func placements(t *testing.T, test func(t *testing.T, place func(http.Handler) gateway.Upstream)) {
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		test(t, gateway.Local)
	})
	t.Run("remote", func(t *testing.T) {
		t.Parallel()
		test(t, func(h http.Handler) gateway.Upstream {
			return gateway.Remote(parseURL(t, remote(t, h)))
		})
	})
}

func parseURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// front is a gateway that listens.
type front struct {
	t      testing.TB
	addr   string
	log    *lockedBuffer
	client *http.Client
}

// open starts a gateway in front of the service "things".
func open(t testing.TB, things gateway.Upstream, cfg gateway.Config) *front {
	t.Helper()
	f := &front{t: t, log: new(lockedBuffer)}
	tel, err := telemetry.New(telemetry.Config{Service: "test", Output: f.log})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Telemetry = tel
	cfg.Upstreams = map[string]gateway.Upstream{"things": things}
	gw, err := gateway.New(system(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := httpserver.New(httpserver.Config{Address: "127.0.0.1:0"})
	s.Handle(gw)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.addr = s.Addr().String()
	transport := &http.Transport{MaxIdleConnsPerHost: 128, DisableCompression: true}
	f.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = s.Close()
		_ = gw.Close()
	})
	return f
}

// request sends a request; headers are pairs.
func (f *front) request(method, target string, body io.Reader, headers ...string) *http.Response {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, "http://"+f.addr+target, body)
	if err != nil {
		f.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := f.client.Do(req)
	if err != nil {
		f.t.Fatalf("%s %s: %v", method, target, err)
	}
	f.t.Cleanup(func() { res.Body.Close() })
	return res
}

// dial opens a connection on which anything can be written.
func (f *front) dial() net.Conn {
	f.t.Helper()
	conn, err := net.Dial("tcp", f.addr)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		f.t.Fatal(err)
	}
	return conn
}

// seen is a request as the service got it.
type seen struct {
	Method, Path, RawPath, Query, Host, RemoteAddr, Body string
	Length                                               int64
	Header                                               http.Header
}

// echo answers with the request that it got.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		problem.Write(w, problem.Malformed())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.MarshalWrite(w, seen{
		Method: r.Method, Path: r.URL.Path, RawPath: r.URL.RawPath, Query: r.URL.RawQuery, Host: r.Host, RemoteAddr: r.RemoteAddr,
		Body: string(body), Length: r.ContentLength, Header: r.Header,
	})
}

func parse[T any](t testing.TB, res *http.Response) T {
	t.Helper()
	var v T
	if err := json.UnmarshalRead(res.Body, &v); err != nil {
		t.Fatalf("status %d: %v", res.StatusCode, err)
	}
	return v
}

func text(t testing.TB, res *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// wantProblem checks that the answer is a problem document with the status and the code.
func wantProblem(t testing.TB, res *http.Response, status int, code string) *problem.Problem {
	t.Helper()
	p, err := problem.Read(res)
	if err != nil || res.StatusCode != status || p.Code != code || !strings.HasPrefix(res.Header.Get("Content-Type"), problem.MediaType) {
		t.Errorf("status %d, %s, %+v (%v); want %d %s", res.StatusCode, res.Header.Get("Content-Type"), p, err, status, code)
		return new(problem.Problem)
	}
	return p
}

// lockedBuffer is a log that a test may read while others write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// remote serves h on a socket and returns its base address.
func remote(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func mustRequest(f *front, method, target, body, id string) *http.Request {
	req, err := http.NewRequestWithContext(f.t.Context(), method, "http://"+f.addr+target, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("X-Request-Id", id)
	return req
}
