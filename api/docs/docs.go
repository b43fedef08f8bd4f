package docs

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// policy is the Content-Security-Policy of the page. Swagger UI sets style attributes and draws with data URLs. What it may connect to,
// beside its own host, follows.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'"

// RedirectPage is the name, beside the page, of the one to which an issuer sends the browser back after a log-in.
const RedirectPage = "oauth2-redirect.html"

// Option changes the page.
type Option func(*page)

type page struct{ document, client, connect string }

// Login lets people log in at the issuer that the document describes (OAuth 2.0 authorization code with PKCE), as a client without a
// secret whose redirect URI is [RedirectPage]. The browser may ask the origin of the token endpoint then, and no other. An
// endpoint that is a path is on the host of the page.
func Login(client string, token *url.URL) Option {
	return func(p *page) {
		p.client = client
		if token.Host != "" {
			p.connect = " " + token.Scheme + "://" + token.Host
		}
	}
}

// Handler serves the documentation page, which shows the OpenAPI document at specURL: a path on the same host, because the
// page may ask no other. It answers GET and HEAD, for the page at "" or "/" and for what belongs to it beside it. It is safe for
// concurrent use.
func Handler(specURL string, options ...Option) http.Handler {
	p := &page{document: specURL}
	for _, o := range options {
		o(p)
	}
	load := sync.OnceValue(p.assets) // nobody may ever ask
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy+p.connect)
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

// assets returns what is served, by path: the page under "", the end of a log-in under its name, everything else under a name that
// holds its hash.
func (p *page) assets() map[string]*asset {
	served := make(map[string]*asset)
	names := []string{"{{document}}", html.EscapeString(p.document), "{{client}}", html.EscapeString(p.client)}
	for _, file := range []struct {
		name, mediaType string
		data            []byte
	}{
		{"swagger-ui-bundle.js", "text/javascript; charset=utf-8", bundleJS},
		{"swagger-ui.css", "text/css; charset=utf-8", bundleCSS},
		{"docs.js", "text/javascript; charset=utf-8", docsJS},
		{"docs.css", "text/css; charset=utf-8", docsCSS},
		{"oauth2-redirect.js", "text/javascript; charset=utf-8", redirectJS},
	} {
		a := newAsset(file.mediaType, file.data)
		name, extension, _ := strings.Cut(file.name, ".")
		unique := name + "." + a.hash + "." + extension
		served[unique] = a
		names = append(names, "{{"+file.name+"}}", unique)
		a.cache = "public, max-age=31536000, immutable"
	}
	fill := strings.NewReplacer(names...)
	for name, text := range map[string]string{"": indexHTML, RedirectPage: redirectHTML} {
		served[name] = newAsset("text/html; charset=utf-8", []byte(fill.Replace(text)))
		served[name].cache = "no-cache" // asked for every time, answered with 304 most of the time
	}
	return served
}
