package docs_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/vade-go/vade/api/docs"
)

// ask sends a request as a program mounts the handler; headers are pairs.
func ask(t testing.TB, method, path string, headers ...string) *http.Response {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	http.StripPrefix("/docs", docs.Handler("/openapi.json")).ServeHTTP(w, req)
	return w.Result()
}

func body(t testing.TB, res *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var attribute = regexp.MustCompile(`(?:src|href)="([^"]*)"`)

// assets returns the paths that the page refers to.
func assets(t testing.TB) []string {
	t.Helper()
	var paths []string
	for _, m := range attribute.FindAllStringSubmatch(body(t, ask(t, "GET", "/docs/")), -1) {
		if m[1] != "data:," && m[1] != "/openapi.json" {
			paths = append(paths, "/docs/"+m[1])
		}
	}
	return paths
}

func TestEveryAssetOfThePageIsServed(t *testing.T) {
	t.Parallel()
	paths := assets(t)
	if len(paths) != 4 {
		t.Fatalf("the page refers to %v", paths)
	}
	weight := 0
	for _, path := range paths {
		res := ask(t, "GET", path, "Accept-Encoding", "br, gzip")
		if res.StatusCode != 200 || res.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || res.Header.Get("ETag") == "" {
			t.Errorf("%s: status %d, %v", path, res.StatusCode, res.Header)
		}
		if want := map[bool]string{true: "text/css; charset=utf-8", false: "text/javascript; charset=utf-8"}[strings.HasSuffix(path, "css")]; res.Header.Get("Content-Type") != want {
			t.Errorf("%s: %s", path, res.Header.Get("Content-Type"))
		}
		weight += len(body(t, res))
	}
	t.Logf("a browser loads %d kB", weight/1000)
	if weight > 500_000 {
		t.Errorf("a browser loads %d bytes", weight)
	}
}

func TestThePageKnowsItsDocumentAndNoForeignHost(t *testing.T) {
	t.Parallel()
	all := body(t, ask(t, "GET", "/docs/"))
	if !strings.Contains(all, `data-document="/openapi.json"`) || !strings.Contains(all, "<title>") || strings.Contains(all, "{{") {
		t.Errorf("the page is %s", all)
	}
	for _, path := range assets(t) {
		if strings.Contains(path, "/docs.") {
			all += body(t, ask(t, "GET", path))
		}
	}
	if foreign := regexp.MustCompile(`//[a-z0-9-]+\.|https?:`).FindString(all); foreign != "" {
		t.Errorf("%s is named", foreign)
	}
	if regexp.MustCompile(`<script>|<script [^>]*>[^<]|<style| on[a-z]+=`).MatchString(all) {
		t.Error("there is an inline script or style")
	}
}

func TestTheAddressOfTheDocumentIsEscaped(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	docs.Handler(`/"><script>x`).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if strings.Contains(w.Body.String(), "<script>x") {
		t.Errorf("got %s", w.Body)
	}
}

func TestTheBrowserMayAskNobodyElse(t *testing.T) {
	t.Parallel()
	policy := ask(t, "GET", "/docs/").Header.Get("Content-Security-Policy")
	if !strings.HasSuffix(policy, "; connect-src 'self'") {
		t.Errorf("the policy is %q", policy)
	}
	for _, part := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy %q lacks %q", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "http") {
		t.Errorf("the policy is %q", policy)
	}
}

func TestTheBrowserMayAskTheTokenEndpointOfALogInToo(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		"https://id.example.com:8443/token?tenant=1": "; connect-src 'self' https://id.example.com:8443",
		"/dev/token": "; connect-src 'self'",
	} {
		u, err := url.Parse(token)
		if err != nil {
			t.Fatal(err)
		}
		h := docs.Handler("/openapi.json", docs.Login(`my"client`, u))
		for _, path := range []string{"/", "/" + docs.RedirectPage} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
			if policy := w.Header().Get("Content-Security-Policy"); w.Code != 200 || !strings.HasSuffix(policy, want) {
				t.Errorf("%s for %s: %d, policy %q", path, token, w.Code, policy)
			}
			if path == "/" && !strings.Contains(w.Body.String(), `data-client="my&#34;client"`) {
				t.Errorf("the client is not in %s", w.Body)
			}
		}
	}
}

func TestTheEndOfALogInNeedsItsScriptOnly(t *testing.T) {
	t.Parallel()
	page := body(t, ask(t, "GET", "/docs/"+docs.RedirectPage))
	scripts := regexp.MustCompile(`<script src="([^"]*)">`).FindAllStringSubmatch(page, -1)
	if len(scripts) != 1 || strings.Contains(page, "{{") || regexp.MustCompile(`<script>|<style| on[a-z]+=`).MatchString(page) {
		t.Fatalf("the page is %s", page)
	}
	if res := ask(t, "GET", "/docs/"+scripts[0][1]); res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("%s: %d", scripts[0][1], res.StatusCode)
	}
}

func TestAClientWithoutGzipGetsTheSameFile(t *testing.T) {
	t.Parallel()
	for _, path := range assets(t) {
		if !strings.Contains(path, "swagger-ui") {
			continue
		}
		packed := ask(t, "GET", path, "Accept-Encoding", "gzip")
		if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v", path, packed.Header)
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		for _, accept := range []string{"", "br", "gzip;q=0", "gzip; q=0.000, *", "identity"} {
			plain := ask(t, "GET", path, "Accept-Encoding", accept)
			if got := body(t, plain); plain.Header.Get("Content-Encoding") != "" || got != string(unpacked) {
				t.Errorf("%s for %q: %v, %d bytes of %d", path, accept, plain.Header, len(got), len(unpacked))
			}
			if plain.Header.Get("ETag") == packed.Header.Get("ETag") {
				t.Error("two representations have one ETag")
			}
		}
		for _, accept := range []string{"gzip;q=0.5", "*", "br, GZIP", "x-gzip"} {
			if ask(t, "GET", path, "Accept-Encoding", accept).Header.Get("Content-Encoding") != "gzip" {
				t.Errorf("%q is not understood", accept)
			}
		}
	}
}

func TestWhatABrowserHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, path := range append(assets(t), "/docs/") {
		first := ask(t, "GET", path, "Accept-Encoding", "gzip")
		again := ask(t, "GET", path, "Accept-Encoding", "gzip", "If-None-Match", first.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || body(t, again) != "" {
			t.Errorf("%s: status %d", path, again.StatusCode)
		}
	}
}

func TestOnlyThePageIsServedAndOnlyRead(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/docs/assets/docs.js", "/docs/docs.js", "/docs/../docs.go", "/docs/LICENSE-swagger-ui.txt"} {
		if res := ask(t, "GET", path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
	}
	if res := ask(t, "POST", "/docs/"); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d, %v", res.StatusCode, res.Header)
	}
	if res := ask(t, "HEAD", "/docs/"); res.StatusCode != http.StatusOK {
		t.Errorf("HEAD: status %d", res.StatusCode)
	}
}

func BenchmarkAsset(b *testing.B) {
	path := assets(b)[1]
	h := http.StripPrefix("/docs", docs.Handler("/openapi.json"))
	req := httptest.NewRequest("GET", path, nil)
	req.Header.Set("Accept-Encoding", "gzip")
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), req)
	}
}

func ExampleHandler() {
	mux := http.NewServeMux()
	mux.Handle("GET /docs/", http.StripPrefix("/docs", docs.Handler("/openapi.json")))
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/docs/", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 text/html; charset=utf-8
}
