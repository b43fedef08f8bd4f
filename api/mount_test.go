package api_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
)

// told answers with what a mounted handler was told.
func told(w http.ResponseWriter, r *http.Request) {
	c, _ := operation.FromContext(r.Context())
	fmt.Fprintf(w, "%s %s %s %s?%s by %q in %s", r.Method, r.URL.Path, r.URL.EscapedPath(), r.RequestURI, r.URL.RawQuery,
		auth.PrincipalFromContext(r.Context()).Subject, c.Operation.ID)
}

func TestAMountedHandlerSeesTheRestOfThePathWhateverTheMethod(t *testing.T) {
	t.Parallel()
	s := newService()
	g := api.Group(s, "/old", auth.Public())
	api.Mount(g, "/legacy", http.HandlerFunc(told))
	api.Mount(g, "/whole/", http.HandlerFunc(told), api.KeepPrefix())
	h := s.open(t, io.Discard, nil)
	for target, want := range map[string]string{
		"GET /old/legacy":                  "GET / / /old/legacy?",
		"POST /old/legacy/":                "POST / / /old/legacy/?",
		"PROPFIND /old/legacy/a/b?x=1":     "PROPFIND /a/b /a/b /old/legacy/a/b?x=1?x=1",
		"DELETE /old/leg%61cy/a%2Fb/%c3a":  "DELETE /a/b/\xc3a /a%2Fb/%c3a /old/leg%61cy/a%2Fb/%c3a?",
		"OPTIONS /old/whole/a":             "OPTIONS /old/whole/a /old/whole/a /old/whole/a?",
		"GET /old/legacy/%7Bid%7D/legacy/": "GET /{id}/legacy/ /%7Bid%7D/legacy/ /old/legacy/%7Bid%7D/legacy/?",
	} {
		method, path, _ := strings.Cut(target, " ")
		if res, body := send(t, h, method, path, ""); res.StatusCode != 200 || !strings.HasPrefix(body, want) {
			t.Errorf("%s: %d %s", target, res.StatusCode, body)
		}
	}
	for _, path := range []string{"/old/legacy2", "/old", "/old/legacy/../x", "/old/legacy/%2e%2e/x", "/old/legacy//x", "/elsewhere"} {
		if res, body := send(t, h, "GET", path, ""); res.StatusCode != 404 || problemOf(t, res, body).Code != "not-found" {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
}

func TestAMountSaysWhoMayReachIt(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Mount(s, "/legacy", http.HandlerFunc(told))
	_, err := s.describe()
	if !errors.Is(err, api.ErrUndecided) || !strings.Contains(err.Error(), "mount_test.go:") || !strings.Contains(err.Error(), "mount /legacy") {
		t.Errorf("got %v", err)
	}
	s = newService()
	api.Mount(s, "/legacy", http.HandlerFunc(told), auth.Require(auth.OAuth2("shop"), "legacy:use"))
	h := s.open(t, io.Discard, nil)
	for token, want := range map[string]int{"": 401, "nobody": 401, "ada/other": 403, "ada/legacy~use": 200} {
		res, body := send(t, h, "PUT", "/legacy/x", "", "Authorization", "Bearer "+token)
		if res.StatusCode != want || (want == 200) != strings.Contains(body, `by "ada" in shop.mount-legacy`) || (want == 401) != (res.Header.Get("WWW-Authenticate") != "" && want != 403) {
			t.Errorf("%q: %d %s %v", token, res.StatusCode, body, res.Header)
		}
	}
}

func TestAMountIsInTheManifestWithItsPlan(t *testing.T) {
	t.Parallel()
	s := newService()
	g := api.Group(s, "/old", auth.Require(auth.OAuth2("shop")), api.Middleware(wrap), api.Tags("old"))
	api.Mount(g, "/legacy", http.HandlerFunc(told), api.MaxBody(5), api.Timeout(time.Second), api.Summary("What was here before."))
	api.Mount(g, "/free", http.HandlerFunc(told))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Operations) != 0 || len(m.Mounts) != 2 {
		t.Fatalf("got %+v", m)
	}
	got := m.Mounts[0]
	var plan []string
	for _, st := range got.Plan {
		plan = append(plan, st.Stage+" "+st.Detail)
	}
	if want := "middleware wrap, recover , trace , deadline 1s, authenticate shop, handler shop.mount-old-legacy"; strings.Join(plan, ", ") != want {
		t.Errorf("got %q", plan)
	}
	if got.ID != "shop.mount-old-legacy" || got.Path != "/old/legacy" || got.MaxBody != 5 || got.Timeout != "1s" || got.Tags[0] != "old" || !strings.Contains(got.Source, "mount_test.go:") {
		t.Errorf("got %+v", got)
	}
	if free := m.Mounts[1]; free.Timeout != "" || free.Plan[3].Detail != "the caller's" {
		t.Errorf("got %+v", free)
	}
	if r := got.Routes(); len(r) != 2 || r[0].Pattern() != "/old/legacy" || r[1].Pattern() != "/old/legacy/{rest...}" {
		t.Errorf("got %+v", r)
	}
}

func TestOperationsGoBeforeTheMountThatTheyStandIn(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Configure(s, auth.Public())
	api.Mount(s, "/", http.HandlerFunc(told))
	api.Get(s, "/legacy/{id}/new", get)
	api.Mount(s, "/legacy", http.NotFoundHandler())
	h := s.open(t, io.Discard, nil)
	if res, body := send(t, h, "GET", "/legacy/7/new", ""); res.StatusCode != 200 || strings.Contains(body, "shop.mount") {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
	for target, want := range map[string]int{"/legacy/7/new": 404, "/legacy/7": 404, "/": 200, "/anything/else": 200} {
		if res, body := send(t, h, "POST", target, ""); res.StatusCode != want {
			t.Errorf("%s: %d %s", target, res.StatusCode, body)
		}
	}
}

func TestAMountThatCouldMeanAnOperationIsAMistake(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(told)
	for says, declare := range map[string]func(s *service){
		"/legacy could mean this and GET /{id}":               func(s *service) { api.Get(s, "/{id}", get); api.Mount(s, "/legacy", handler) },
		"/legacy/{rest...} could mean this and GET /{id}/new": func(s *service) { api.Get(s, "/{id}/new", get); api.Mount(s, "/legacy", handler) },
		"declared twice: first at":                            func(s *service) { api.Mount(s, "/a", handler); api.Mount(s, "/a/", handler, api.Name("b")) },
		"declared twice: the id shop.mount-a belongs to":      func(s *service) { api.Mount(s, "/a", handler); api.Mount(s, "/b", handler, api.Name("mount-a")) },
		`"/a/{id}" is not a plain path`:                       func(s *service) { api.Mount(s, "/a/{id}", handler) },
		`"legacy" is not a plain path`:                        func(s *service) { api.Mount(s, "legacy", handler) },
		`"/a/../b" is not a plain path`:                       func(s *service) { api.Mount(s, "/a/../b", handler) },
		"the handler is nil":                                  func(s *service) { api.Mount(s, "/a", nil) },
		"api.MaxBody(-1)":                                     func(s *service) { api.Mount(s, "/a", handler, api.MaxBody(-1)) },
		`timeout "-1s" is not a positive duration`:            func(s *service) { api.Mount(s, "/a", handler, api.Timeout(-time.Second)) },
		"returned no handler": func(s *service) {
			api.Mount(s, "/a", handler, api.Middleware(func(http.Handler) http.Handler { return nil }))
		},
		"this one is from http.Request to api.None": func(s *service) { api.Mount(s, "/a", handler, api.Intercept(polite)) },
	} {
		s := newService()
		api.Configure(s, auth.Public())
		declare(s)
		if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "mount_test.go:") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

// misbehaving does what its path says.
func misbehaving(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/panic":
		panic("secret of the house")
	case "/half":
		_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
		panic("secret of the house")
	case "/abort":
		panic(http.ErrAbortHandler)
	case "/late":
		<-r.Context().Done()
	case "/body":
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		}
	case "/silent":
	}
}

func TestWhatGoesWrongInAMountIsHandledAsInAnOperation(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var heard incidents
	s := newService()
	api.Configure(s, auth.Public(), api.OnIncident(heard.hear))
	api.Mount(s, "/m", http.HandlerFunc(misbehaving), api.Timeout(30*time.Millisecond), api.MaxBody(4), api.DeprecatedSince(time.Unix(1, 0)))
	h := s.open(t, &log, nil)
	for path, want := range map[string]int{"/m/late": 504, "/m/silent": 200, "/m/body": 413} {
		if res, body := send(t, h, "POST", path, "12345"); res.StatusCode != want || res.Header.Get("Deprecation") != "@1" || res.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: %d %s %v", path, res.StatusCode, body, res.Header)
		}
	}
	res, body := send(t, h, "GET", "/m/panic", "")
	if p := problemOf(t, res, body); p.Status != 500 || p.ID == "" || strings.Contains(body, "secret") || len(heard.list) != 1 || heard.list[0].ID != p.ID || !strings.Contains(log.String(), p.ID) {
		t.Errorf("got %d %s, log %s", res.StatusCode, body, &log)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	for _, path := range []string{"/m/half", "/m/abort"} {
		res, err := server.Client().Get(server.URL + path)
		if err == nil {
			_, err = io.ReadAll(res.Body)
			_ = res.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: half an answer was taken for a whole one", path)
		}
	}
	if len(heard.list) != 2 { // not the one that was asked for
		t.Errorf("heard %d", len(heard.list))
	}
	server.Client().CloseIdleConnections()
}

func TestTheDeadlineOfTheCallerCountsForAMount(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Mount(s, "/m", http.HandlerFunc(misbehaving), auth.Public())
	res, body := send(t, s.open(t, io.Discard, nil), "GET", "/m/late", "", call.DeadlineHeader, "20")
	if p := problemOf(t, res, body); p.Status != 504 {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
}

func TestInterceptorsSeeTheRequestOfAMount(t *testing.T) {
	t.Parallel()
	s := newService()
	g := api.Group(s, "", auth.Public(), api.InterceptAll(func(ctx context.Context, in any, next func(context.Context) (any, error)) (any, error) {
		if r, ok := in.(*http.Request); ok && r.URL.Path == "/refused" {
			return nil, errSoldOut
		}
		return next(ctx)
	}))
	api.Mount(g, "/m", http.HandlerFunc(told), api.Fails(errSoldOut))
	h := s.open(t, io.Discard, nil)
	if res, body := send(t, h, "GET", "/m/refused", ""); res.StatusCode != 409 {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
	if res, body := send(t, h, "GET", "/m/x", ""); res.StatusCode != 200 {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
}

func TestAMountStreams(t *testing.T) {
	t.Parallel()
	step := make(chan struct{})
	s := newService()
	api.Mount(s, "/stream", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := range 3 {
			fmt.Fprintf(w, "line %d\n", i)
			if i == 1 {
				_ = http.NewResponseController(w).Flush()
			} else {
				w.(http.Flusher).Flush()
			}
			<-step
		}
	}), auth.Public())
	server := httptest.NewServer(s.open(t, io.Discard, nil))
	defer server.Close()
	res, err := server.Client().Get(server.URL + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for i := range 3 {
		if !lines.Scan() || lines.Text() != fmt.Sprint("line ", i) {
			t.Fatalf("got %q, %v", lines.Text(), lines.Err())
		}
		step <- struct{}{}
	}
	server.Client().CloseIdleConnections()
}

func TestAMountTakesAConnectionOver(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Mount(s, "/socket", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		fmt.Fprint(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_ = rw.Flush()
		line, _ := rw.ReadString('\n')
		fmt.Fprint(rw, "you said ", line)
		_ = rw.Flush()
	}), auth.Public())
	server := httptest.NewServer(s.open(t, io.Discard, nil))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprint(conn, "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	r := bufio.NewReader(conn)
	res, err := http.ReadResponse(r, nil)
	if err != nil || res.StatusCode != 101 {
		t.Fatalf("%v, %v", res, err)
	}
	fmt.Fprint(conn, "hello\n")
	if line, err := r.ReadString('\n'); line != "you said hello\n" {
		t.Errorf("got %q, %v", line, err)
	}
}

func FuzzMountedPath(f *testing.F) {
	for _, seed := range []string{"", "/", "/a", "/a%2Fb/c", "/%", "//", "/../x", "/%2e%2e/x", "/a%00", "/{}", "/%7b%7d?x#y", "\\"} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	s := newService()
	api.Mount(s, "/a/b", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if raw, err := url.PathUnescape(r.URL.EscapedPath()); err != nil || raw != r.URL.Path || !strings.HasPrefix(r.URL.Path, "/") {
			w.WriteHeader(http.StatusTeapot)
		}
		fmt.Fprint(w, r.URL.Path)
	}), auth.Public())
	h := s.open(f, io.Discard, nil)
	f.Fuzz(func(t *testing.T, rest string, escaped bool) {
		prefix := "/a/b"
		if escaped {
			prefix = "/%61/%62"
		}
		u, err := url.ParseRequestURI(prefix + rest)
		if err != nil {
			return
		}
		res := serve(h, &http.Request{Method: "GET", URL: u, Header: make(http.Header), RequestURI: prefix + rest})
		switch body := res.Body.String(); {
		case res.Code == 404:
		case res.Code != 200, "/a/b"+strings.TrimPrefix(body, "/") != strings.Replace(u.Path, "/a/b/", "/a/b", 1):
			t.Errorf("%q: %d %q", u.Path, res.Code, body)
		}
	})
}

func BenchmarkMount(b *testing.B) {
	s := newService()
	api.Mount(s, "/legacy", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), auth.Public())
	h := s.open(b, io.Discard, nil)
	req := httptest.NewRequest("GET", "/legacy/a/b", nil)
	for b.Loop() {
		serve(h, req)
	}
}
