package docs

import (
	"html"
	"net/http"
	"strings"
	"sync"
)

// policy is the Content-Security-Policy of the page. Swagger UI sets style attributes and draws with data URLs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the documentation page, which shows the OpenAPI document at specURL: a path on the same host, because the
// page may ask no other. It answers GET and HEAD, for the page at "" or "/" and for its assets beside it. It is safe for
// concurrent use.
func Handler(specURL string) http.Handler {
	load := sync.OnceValue(func() map[string]*asset { return assets(specURL) }) // nobody may ever ask
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		a, ok := load()[strings.TrimPrefix(r.URL.Path, "/")]
		switch {
		case !ok:
			http.NotFound(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		default:
			a.ServeHTTP(w, r)
		}
	})
}

// assets returns what is served, by path: the page under "", everything else under a name that holds its hash.
func assets(specURL string) map[string]*asset {
	served := make(map[string]*asset)
	names := []string{"{{document}}", html.EscapeString(specURL)}
	for _, file := range []struct {
		name, mediaType string
		data            []byte
	}{
		{"swagger-ui-bundle.js", "text/javascript; charset=utf-8", bundleJS},
		{"swagger-ui.css", "text/css; charset=utf-8", bundleCSS},
		{"docs.js", "text/javascript; charset=utf-8", docsJS},
		{"docs.css", "text/css; charset=utf-8", docsCSS},
	} {
		a := newAsset(file.mediaType, file.data)
		name, extension, _ := strings.Cut(file.name, ".")
		unique := name + "." + a.hash + "." + extension
		served[unique] = a
		names = append(names, "{{"+file.name+"}}", unique)
		a.cache = "public, max-age=31536000, immutable"
	}
	page := newAsset("text/html; charset=utf-8", []byte(strings.NewReplacer(names...).Replace(indexHTML)))
	page.cache = "no-cache" // asked for every time, answered with 304 most of the time
	served[""] = page
	return served
}
