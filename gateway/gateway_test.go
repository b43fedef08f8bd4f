package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/problem"
)

// chunked hides the length of a body from net/http.
func chunked(s string) io.Reader { return struct{ io.Reader }{strings.NewReader(s)} }

func plain(s string) io.Reader {
	if s == "" {
		return nil
	}
	return strings.NewReader(s)
}

func TestBothKindsOfUpstreamBehaveTheSame(t *testing.T) {
	t.Parallel()
	thousand := strings.Repeat("x", 1000)
	for _, tt := range []struct {
		name, method, target string
		framing              func(string) io.Reader
		body                 string
		status               int
		code                 string // of a problem; empty: the service answers
	}{
		{"a route", "GET", "/things", plain, "", 200, ""},
		{"a parameter", "GET", "/things/42", plain, "", 200, ""},
		{"an escaped parameter", "GET", "/things/a%20b%3Fc", plain, "", 200, ""},
		{"a percent sign", "GET", "/things/100%25", plain, "", 200, ""},
		{"no parameter", "GET", "/things/", plain, "", 404, "not-found"},
		{"a query that only the service reads", "GET", "/things?a=1;b=2&c=%zz", plain, "", 200, ""},
		{"the more special route", "POST", "/things/search", plain, "{}", 200, ""},
		{"the more general route for another method", "GET", "/things/search", plain, "", 200, ""},
		{"head", "HEAD", "/things", plain, "", 200, ""},
		{"a body", "POST", "/things", plain, thousand, 200, ""},
		{"a chunked body", "POST", "/things", chunked, thousand, 200, ""},
		{"an empty chunked body", "DELETE", "/things/1", chunked, "", 200, ""},
		{"no such path", "GET", "/nowhere", plain, "", 404, "not-found"},
		{"no such method", "PATCH", "/things", plain, "", 405, "method-not-allowed"},
		{"a strange method", "BREW", "/things", plain, "", 405, "method-not-allowed"},
		{"a body too large", "POST", "/things", plain, thousand + "x", 413, "too-large"},
		{"a body where none belongs", "GET", "/things", plain, "x", 413, "too-large"},
		{"a chunked body where none belongs", "DELETE", "/things/1", chunked, "x", 413, "too-large"},
		{"an encoded slash", "GET", "/things/a%2fb", plain, "", 400, "malformed"},
		{"a dot segment", "GET", "/things/%2e%2e/things", plain, "", 400, "malformed"},
		{"a semicolon", "GET", "/things/a;b", plain, "", 400, "malformed"},
		{"an empty segment", "GET", "//things", plain, "", 400, "malformed"},
		{"a NUL", "GET", "/things/%00", plain, "", 400, "malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
				f := open(t, place(http.HandlerFunc(echo)), gateway.Config{})
				res := f.request(tt.method, tt.target, tt.framing(tt.body))
				switch {
				case tt.code != "":
					wantProblem(t, res, tt.status, tt.code)
					return
				case tt.method == "HEAD":
					if res.StatusCode != tt.status || res.Header.Get("Content-Type") != "application/json" || text(t, res) != "" {
						t.Errorf("status %d, %v", res.StatusCode, res.Header)
					}
					return
				}
				got := parse[seen](t, res)
				if target := strings.TrimSuffix(got.path()+"?"+got.Query, "?"); res.StatusCode != tt.status || got.Method != tt.method ||
					target != tt.target || got.Body != tt.body {
					t.Errorf("status %d; the service got %s %s with %q", res.StatusCode, got.Method, target, got.Body)
				}
				if got.Method != "POST" && got.Length != 0 {
					t.Errorf("the service is told of a body of length %d", got.Length)
				}
			})
		})
	}
}

// path is the path as it was sent.
func (s seen) path() string {
	if s.RawPath != "" {
		return s.RawPath
	}
	return strings.NewReplacer("%", "%25", " ", "%20", "?", "%3F").Replace(s.Path)
}

func TestAPathIsJudgedAsItWasSent(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(echo)), gateway.Config{})
		// Each has a character that net/url escapes anew, and with it forgets how the slash was written.
		for _, target := range []string{"/things%2fa\"", "/things%2fsearch|", "/things%2f<", "/things%2f\xc3\xa9", "/things/%2e%2e/{", "*"} {
			conn := f.dial()
			fmt.Fprintf(conn, "OPTIONS %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", target)
			if res := readResponse(t, conn); res.StatusCode != 400 {
				t.Errorf("OPTIONS %s: status %d", target, res.StatusCode)
			}
		}
	})
}

func TestAPathThatLacksAMethodSaysWhichItHas(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{Mounts: map[string]http.Handler{"GET /docs/": http.HandlerFunc(echo)}})
	for _, tt := range []struct {
		method, path, allow string
		status              int
	}{
		{"PUT", "/things", "GET, HEAD, OPTIONS, POST", 405},
		{"PUT", "/things/1", "DELETE, GET, HEAD, OPTIONS", 405},
		{"PUT", "/things/search", "DELETE, GET, HEAD, OPTIONS, POST", 405},
		{"OPTIONS", "/things", "GET, HEAD, OPTIONS, POST", 204},
		{"POST", "/docs/x", "GET, HEAD, OPTIONS", 405},
		{"OPTIONS", "/nowhere", "", 404},
	} {
		if res := f.request(tt.method, tt.path, nil); res.StatusCode != tt.status || res.Header.Get("Allow") != tt.allow {
			t.Errorf("%s %s: status %d, Allow %q; want %d, %q", tt.method, tt.path, res.StatusCode, res.Header.Get("Allow"), tt.status, tt.allow)
		}
	}
}

func TestAnOversizeChunkedBodyIsRefused(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		// A service that reads the body as it likes, and says what became of it.
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				problem.Write(w, problem.TooLarge())
			}
		})), gateway.Config{})
		res := f.request("POST", "/things", chunked(strings.Repeat("x", 100_000)))
		wantProblem(t, res, 413, "too-large")
		if !res.Close {
			t.Error("the connection is kept, and the rest of the body is still on it")
		}
	})
}

func TestAnOperationThatTakesTooLongIsATimeout(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })), gateway.Config{})
		res := f.request("GET", "/slow", nil)
		if p := wantProblem(t, res, 504, "timeout"); p.ID != res.Header.Get("X-Request-Id") {
			t.Errorf("the problem says id %q", p.ID)
		}
	})
}

func TestTheServiceIsTheFirstToSayThatItTookTooLong(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Local(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Err() == nil {
			problem.Write(w, problem.Timeout().WithDetail("The seats are not counted yet."))
		}
	})), gateway.Config{})
	if p := wantProblem(t, f.request("GET", "/slow", nil), 504, "timeout"); p.Detail == "" {
		t.Error("the gateway spoke first")
	}
}

func TestABodyThatArrivesTooSlowlyIsRefused(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				problem.Write(w, problem.ForStatus(http.StatusRequestTimeout))
			}
		})), gateway.Config{})
		conn := f.dial()
		fmt.Fprint(conn, "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
		answer, err := io.ReadAll(conn)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") {
			t.Errorf("got %q, %v", answer, err)
		}
	})
}

func TestAFailureThatIsNoProblemBecomesOne(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Query().Get("as") {
			case "problem":
				problem.Write(w, problem.Unavailable().WithDetail("Come back at nine."))
			case "client":
				http.Error(w, "plain", http.StatusTeapot)
			default:
				w.Header().Set("Retry-After", "7")
				w.Header().Set("Content-Encoding", "gzip")
				http.Error(w, "panic in secret.go:12", http.StatusServiceUnavailable)
			}
		})), gateway.Config{})
		res := f.request("GET", "/things", nil)
		if res.Header.Get("Retry-After") != "7" || res.Header.Get("Content-Encoding") != "" {
			t.Errorf("got %v", res.Header)
		}
		body := text(t, res)
		if strings.Contains(body, "secret") || !strings.Contains(body, `"unavailable"`) || res.StatusCode != 503 {
			t.Errorf("status %d: %s", res.StatusCode, body)
		}
		if p := wantProblem(t, f.request("GET", "/things?as=problem", nil), 503, "unavailable"); p.Detail != "Come back at nine." {
			t.Errorf("the problem of the service became %+v", p)
		}
		if res := f.request("GET", "/things?as=client", nil); res.StatusCode != http.StatusTeapot || text(t, res) != "plain\n" {
			t.Errorf("status %d", res.StatusCode)
		}
	})
}

func TestAServiceThatIsNotThereIsABadGateway(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Remote(parseURL(t, "http://127.0.0.1:1")), gateway.Config{})
	res := f.request("GET", "/things", nil)
	wantProblem(t, res, 502, "bad-gateway")
	if res.Header.Get("Retry-After") == "" {
		t.Error("nobody says when to come back")
	}
	if body := text(t, f.request("GET", "/things", nil)); strings.Contains(body, "127.0.0.1") || strings.Contains(body, "refused") {
		t.Errorf("internal text: %s", body)
	}
	if !strings.Contains(f.log.String(), "connection refused") {
		t.Errorf("the log does not say why: %s", f.log)
	}
}

func TestAHandlerThatPanicsIsAProblem(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Local(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh dear") })), gateway.Config{})
	p := wantProblem(t, f.request("GET", "/things", nil), 500, "internal")
	if log := f.log.String(); !strings.Contains(log, "oh dear") || !strings.Contains(log, p.ID) || p.ID == "" {
		t.Errorf("id %q, log %s", p.ID, log)
	}
}

func TestAnAnswerThatBreaksOffIsNotTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})), gateway.Config{})
		res := f.request("GET", "/things", nil)
		if body, err := io.ReadAll(res.Body); err == nil || string(body) != "half" {
			t.Errorf("got %q, %v", body, err)
		}
	})
}

func TestRemoteAddressesTakeTurns(t *testing.T) {
	t.Parallel()
	var bases []string
	for _, name := range []string{"a", "b"} {
		base := remote(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, name, r.URL.Path) }))
		bases = append(bases, base+"/base")
	}
	f := open(t, gateway.Remote(parseURL(t, bases[0]), parseURL(t, bases[1])), gateway.Config{})
	var got []string
	for range 4 {
		got = append(got, text(t, f.request("GET", "/things", nil)))
	}
	slices.Sort(got)
	if want := []string{"a/base/things", "a/base/things", "b/base/things", "b/base/things"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestMountsAreProtectedLikeRoutes(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{Mounts: map[string]http.Handler{
		"GET /docs/": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Security-Policy", "script-src 'self'")
			fmt.Fprint(w, "page")
		}),
		"GET /files/{folder}/{name}": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s %s %s", r.PathValue("folder"), r.PathValue("name"), r.Pattern)
		}),
	}})
	res := f.request("GET", "/docs/x", nil)
	if text(t, res) != "page" || res.Header.Get("Content-Security-Policy") != "script-src 'self'" || res.Header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("got %v", res.Header)
	}
	if res := f.request("GET", "/files/a/b", nil); text(t, res) != "a b GET /files/{folder}/{name}" {
		t.Errorf("the mount does not see the values of its pattern: status %d", res.StatusCode)
	}
	wantProblem(t, f.request("GET", "/docs", nil), 404, "not-found")
	wantProblem(t, f.request("GET", "/docs/%2e%2e/things", nil), 400, "malformed")
}

func TestManyClientsAtOnceGetTheirOwnAnswers(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(echo)), gateway.Config{})
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				for j := range 10 {
					id, body := fmt.Sprintf("r-%d-%d", i, j), strings.Repeat("x", i)
					res, err := f.client.Do(mustRequest(f, "POST", "/things", body, id))
					if err != nil {
						t.Error(err)
						return
					}
					got := parse[seen](t, res)
					res.Body.Close()
					if got.Body != body || got.Header.Get("X-Request-Id") != id || res.Header.Get("X-Request-Id") != id {
						t.Errorf("request %s got the answer of %s", id, got.Header.Get("X-Request-Id"))
					}
				}
			})
		}
		all.Wait()
	})
}
