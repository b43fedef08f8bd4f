package api_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// dist is what a bundler leaves behind.
func dist() fstest.MapFS {
	f := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		"index.html": f("<app>"), "404.html": f("<lost>"), "about.html": f("<about>"), "guide/index.html": f("<guide>"), "favicon.ico": f("icon"),
		"assets/index-DwQy7Kc1.js": f("0123456789"), "assets/index-DwQy7Kc1.js.br": f("brotli"), "assets/index-DwQy7Kc1.js.gz": f("gzip"),
		"assets/logo.svg": f("<svg>"), ".env": f("SECRET=1"), ".git/config": f("SECRET=1"), ".well-known/security.txt": f("Contact: x"),
	}
}

func frontend(t *testing.T, path string, options ...api.Option) http.Handler {
	t.Helper()
	s := newService()
	api.Configure(s, auth.Public())
	api.Post(s, "/orders", nothing, api.Name("order"))
	api.Get(s, "/api/{id}", get)
	api.Mount(s, "/old", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	api.Frontend(s, path, dist(), options...)
	return s.open(t, io.Discard, nil)
}

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

func TestAFrontendAnswersWithItsFilesAndNavigationsWithItsIndex(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "/app"} {
		h := frontend(t, base+"/")
		for _, tt := range []struct {
			path, accept, body, cache string
			status                    int
		}{
			{"/", browser, "<app>", "no-cache", 200},
			{"/", "", "<app>", "no-cache", 200},
			{"/index.html", "", "<app>", "no-cache", 200},
			{"/settings/profile", browser, "<app>", "no-cache", 200},
			{"/users/john.doe", browser, "<app>", "no-cache", 200},
			{"/settings/profile", "application/json", "not-found", "", 404},
			{"/settings/profile", "", "not-found", "", 404},
			{"/assets/gone-DwQy7Kc1.js", browser, "not-found", "", 404},
			{"/gone.png", browser, "not-found", "", 404},
			{"/about", "", "<about>", "no-cache", 200},
			{"/guide", "", "<guide>", "no-cache", 200},
			{"/guide/", "", "<guide>", "no-cache", 200},
			{"/assets/index-DwQy7Kc1.js", "*/*", "0123456789", "public, max-age=31536000, immutable", 200},
			{"/assets/logo.svg", "*/*", "<svg>", "no-cache", 200},
			{"/.well-known/security.txt", "", "Contact: x", "no-cache", 200},
			{"/.env", browser, "not-found", "", 404},
			{"/.git/config", browser, "not-found", "", 404},
			{"/assets", "", "not-found", "", 404},
			{"/%2e%2e/secret", browser, "not-found", "", 404},
			{"/..%5csecret.txt", browser, "not-found", "", 404},
			{"/a%00b.js", browser, "not-found", "", 404},
		} {
			res, body := send(t, h, "GET", base+tt.path, "", "Accept", tt.accept)
			if res.StatusCode != tt.status || !strings.Contains(body, tt.body) || tt.cache != "" && res.Header.Get("Cache-Control") != tt.cache {
				t.Errorf("%s%s for %q: %d %s %v", base, tt.path, tt.accept, res.StatusCode, body, res.Header)
			}
			if csp := res.Header.Get("Content-Security-Policy"); (csp == api.DefaultContentSecurityPolicy) != (tt.status == 200) {
				t.Errorf("%s: the policy is %q", tt.path, csp)
			}
		}
	}
}

func TestAFrontendDoesNotStandBeforeOperations(t *testing.T) {
	t.Parallel()
	h := frontend(t, "/")
	if res, body := send(t, h, "GET", "/api/7", "", "Accept", browser); strings.Contains(body, "<app>") {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
	if res, body := send(t, h, "GET", "/orders", ""); res.StatusCode != 405 || res.Header.Get("Allow") != "OPTIONS, POST" {
		t.Errorf("got %d %s %v", res.StatusCode, body, res.Header)
	}
	if res, body := send(t, h, "GET", "/orders", "", "Accept", browser); res.StatusCode != 200 || body != "<app>" {
		t.Errorf("a page of the application: %d %s", res.StatusCode, body)
	}
	for request, want := range map[string]string{
		"POST /settings": "404 ", "POST /about": "405 GET, HEAD, OPTIONS", "PUT /api/7": "405 GET, HEAD, OPTIONS", "DELETE /orders": "405 OPTIONS, POST",
		"OPTIONS /orders": "204 OPTIONS, POST", "OPTIONS /gone": "404 ", "POST /old/x": "418 ", "GET /old/x": "418 ",
	} {
		method, path, _ := strings.Cut(request, " ")
		if res, body := send(t, h, method, path, "", "Accept", browser); fmt.Sprint(res.StatusCode, " ", res.Header.Get("Allow")) != want {
			t.Errorf("%s: %d %s %v", request, res.StatusCode, body, res.Header)
		}
	}
}

func TestAFrontendLeadsToWhereRelativeAddressesAreRight(t *testing.T) {
	t.Parallel()
	res, _ := send(t, frontend(t, "/app"), "GET", "/app?tab=1", "", "Accept", browser)
	if res.StatusCode != http.StatusTemporaryRedirect || res.Header.Get("Location") != "/app/?tab=1" {
		t.Errorf("got %d %v", res.StatusCode, res.Header)
	}
}

func TestAFrontendSendsWhatTheClientUnderstandsAndHasNot(t *testing.T) {
	t.Parallel()
	h := frontend(t, "/")
	const script = "/assets/index-DwQy7Kc1.js"
	tags := make(map[string]bool)
	for accept, want := range map[string]string{
		"": " 0123456789", "gzip, deflate, br, zstd": "br brotli", "gzip": "gzip gzip", "br;q=0.5, gzip": "gzip gzip", "*": "br brotli",
		"br;q=0, *;q=0.1": "gzip gzip", "identity, br;q=0.2": " 0123456789", "deflate": " 0123456789", "br;q=x": " 0123456789", "x-gzip": "gzip gzip",
	} {
		res, body := send(t, h, "GET", script, "", "Accept-Encoding", accept)
		tag := res.Header.Get("ETag")
		if got := res.Header.Get("Content-Encoding") + " " + body; got != want || res.Header.Get("Vary") != "Accept-Encoding" || res.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%q: got %q, %v", accept, got, res.Header)
		}
		tags[tag] = true
		if res, body := send(t, h, "GET", script, "", "Accept-Encoding", accept, "If-None-Match", tag); res.StatusCode != 304 || body != "" {
			t.Errorf("%q: %d %s", accept, res.StatusCode, body)
		}
	}
	if len(tags) != 3 {
		t.Errorf("three forms have the tags %v", tags)
	}
	if res, body := send(t, h, "GET", script, "", "Range", "bytes=2-4"); res.StatusCode != 206 || body != "234" {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
	if res, body := send(t, h, "HEAD", script, ""); res.StatusCode != 200 || body != "" || res.Header.Get("Content-Length") != "10" {
		t.Errorf("got %d %s %v", res.StatusCode, body, res.Header)
	}
}

func TestTheFallbackOfAFrontendCanBeAnother(t *testing.T) {
	t.Parallel()
	h := frontend(t, "/", api.Fallback("404.html"), api.ContentSecurityPolicy("default-src *"), api.Immutable("assets", "*.ico"))
	res, body := send(t, h, "GET", "/settings", "", "Accept", browser)
	if res.StatusCode != 404 || body != "<lost>" || res.Header.Get("Content-Security-Policy") != "default-src *" {
		t.Errorf("got %d %s %v", res.StatusCode, body, res.Header)
	}
	for path, want := range map[string]bool{"/assets/logo.svg": true, "/favicon.ico": true, "/about": false} {
		if res, _ := send(t, h, "GET", path, ""); strings.Contains(res.Header.Get("Cache-Control"), "immutable") != want {
			t.Errorf("%s: %v", path, res.Header)
		}
	}
	if res, body := send(t, frontend(t, "/", api.Fallback("")), "GET", "/settings", "", "Accept", browser); res.StatusCode != 404 || problemOf(t, res, body).Code != "not-found" {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
}

func TestAFrontendNoticesANewBuild(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, age time.Duration) {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Time{}, time.Unix(1_800_000_000, 0).Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	write("index.html", "one", time.Hour)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	s := newService()
	api.Frontend(s, "/", root.FS(), auth.Public())
	h := s.open(t, io.Discard, nil)
	res, _ := send(t, h, "GET", "/", "")
	write("index.html", "two", 0)
	write("late.txt", "late", 0)
	again, body := send(t, h, "GET", "/", "", "If-None-Match", res.Header.Get("ETag"))
	if again.StatusCode != 200 || body != "two" || again.Header.Get("ETag") == res.Header.Get("ETag") {
		t.Errorf("got %d %s", again.StatusCode, body)
	}
	if res, body := send(t, h, "GET", "/late.txt", ""); body != "late" {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
	if res, body := send(t, h, "GET", "/link.txt", ""); res.StatusCode != 404 {
		t.Errorf("it leads outside: %d %s", res.StatusCode, body)
	}
}

func TestMistakesOfAFrontendComeBackAtTheStart(t *testing.T) {
	t.Parallel()
	for says, declare := range map[string]func(s *service){
		"the handler is nil":                           func(s *service) { api.Frontend(s, "/", nil) },
		"api.Fallback is for an api.Frontend":          func(s *service) { api.Mount(s, "/", http.NotFoundHandler(), api.Fallback("x")) },
		"api.Immutable is for an api.Frontend":         func(s *service) { api.Get(s, "/{id}", get, api.Immutable("x")) },
		`api.Fallback("../x")`:                         func(s *service) { api.Frontend(s, "/", dist(), api.Fallback("../x")) },
		`api.Immutable("[")`:                           func(s *service) { api.Frontend(s, "/", dist(), api.Immutable("[")) },
		"api.ContentSecurityPolicy: it has characters": func(s *service) { api.Frontend(s, "/", dist(), api.ContentSecurityPolicy("a\r\nb")) },
		"/app could mean this and POST /{id}":          func(s *service) { api.Post(s, "/{id}", get, api.Name("x")); api.Frontend(s, "/app", dist()) },
	} {
		s := newService()
		api.Configure(s, auth.Public())
		declare(s)
		if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "frontend_test.go:") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
	undecided := newService()
	api.Frontend(undecided, "/", dist())
	if _, err := undecided.describe(); err == nil || !strings.Contains(err.Error(), "nothing says who may call") {
		t.Errorf("got %v", err)
	}
	s := newService()
	api.Frontend(s, "/", fstest.MapFS{"app.js": {}}, auth.Public())
	if err := s.tryOpen(t); err == nil || !strings.Contains(err.Error(), "index.html") || !strings.Contains(err.Error(), "frontend_test.go:") {
		t.Errorf("got %v", err)
	}
}

func FuzzFrontend(f *testing.F) {
	for _, seed := range []string{"/", "/assets/index-DwQy7Kc1.js", "/../../etc/passwd", "/%2e%2e/x", "/a\\..\\b", "/.env", "/x/.git/config", "/\x00", "/C:/x", "//host/x"} {
		f.Add(seed, "gzip;q=0.5, br", browser)
	}
	files := dist()
	s := newService()
	api.Frontend(s, "/app", files, auth.Public())
	h := s.open(f, io.Discard, nil)
	f.Fuzz(func(t *testing.T, path, encoding, accept string) {
		req, err := http.NewRequest("GET", "http://x/app/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Path = "/app/" + path
		req.Header = http.Header{"Accept": {accept}, "Accept-Encoding": {encoding}}
		res := serve(h, req)
		name := strings.Trim(path, "/")
		switch {
		case res.Code >= 500:
			t.Errorf("%q: %d", path, res.Code)
		case strings.Contains(res.Body.String(), "SECRET"):
			t.Errorf("%q shows what is hidden", path)
		case res.Code == 200 && fs.ValidPath(name) && files[name] == nil && !strings.Contains(res.Body.String(), "<"):
			t.Errorf("%q is no file and got %s", path, res.Body)
		}
	})
}

func TestAFrontendMayComeFromAnArchive(t *testing.T) {
	t.Parallel()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.Create("index.html")
	if err == nil {
		_, err = io.WriteString(w, "0123456789")
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	files, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	if err != nil {
		t.Fatal(err)
	}
	s := newService()
	api.Frontend(s, "/", files, auth.Public())
	if res, body := send(t, s.open(t, io.Discard, nil), "GET", "/", "", "Range", "bytes=2-4"); res.StatusCode != 206 || body != "234" {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
}
