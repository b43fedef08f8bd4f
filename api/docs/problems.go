package docs

import (
	"cmp"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
)

// plainPolicy is the Content-Security-Policy of a page that is nothing but text.
const plainPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Problems serves a page for every kind of problem that the system may answer with, at what their member type says: under the path
// value {code} of the pattern "GET /problems/{code}". RFC 9457, section 3.1.1, wants people to find there what a problem
// means. It is safe for concurrent use.
func Problems(m *manifest.System) http.Handler {
	pages := make(map[string]string)
	for code, kind := range kinds(m) {
		pages[code] = kind.page(code)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.PathValue("code")]
		if !ok {
			problem.Write(w, problem.NotFound())
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", plainPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page)) // the reader has hung up
	})
}

// kind is what is known of the problems of one code.
type kind struct {
	titles     []string
	statuses   []int
	operations []string // that declare it
	standard   bool     // any may have it
}

// kinds finds the problems whose type is a path on this host.
func kinds(m *manifest.System) map[string]*kind {
	all := make(map[string]*kind)
	add := func(status int, code, title string) *kind {
		k := all[code]
		if k == nil {
			k = new(kind)
			all[code] = k
		}
		k.titles, k.statuses = addNew(k.titles, title), addNew(k.statuses, status)
		return k
	}
	for status := 400; status <= 599; status++ {
		if p := problem.ForStatus(status); !strings.HasPrefix(p.Code, "status-") {
			add(p.Status, p.Code, p.Title).standard = true
		}
	}
	for _, svc := range m.Services {
		for _, op := range svc.Operations {
			for _, p := range op.Problems {
				if p.Type == "/problems/"+p.Code {
					k := add(p.Status, p.Code, p.Title)
					k.operations = addNew(k.operations, op.Method+" "+op.Path)
				}
			}
		}
	}
	return all
}

func addNew[T cmp.Ordered](list []T, value T) []T {
	if slices.Contains(list, value) {
		return list
	}
	list = append(list, value)
	slices.Sort(list)
	return list
}

func (k *kind) page(code string) string {
	var b strings.Builder
	title := html.EscapeString(strings.Join(k.titles, "; "))
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"+
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"+
		"<title>%s</title>\n</head>\n<body>\n<h1>%s</h1>\n<p>Code <code>%s</code>, status ", title, title, html.EscapeString(code))
	for i, status := range k.statuses {
		if i > 0 {
			b.WriteString(" or ")
		}
		fmt.Fprintf(&b, "%d %s", status, http.StatusText(status))
	}
	b.WriteString(".</p>\n")
	if k.standard {
		b.WriteString("<p>Any operation may answer with it.</p>\n")
	}
	if len(k.operations) > 0 {
		b.WriteString("<p>Declared by:</p>\n<ul>\n")
		for _, op := range k.operations {
			fmt.Fprintf(&b, "<li><code>%s</code></li>\n", html.EscapeString(op))
		}
		b.WriteString("</ul>\n")
	}
	b.WriteString("<p>A problem document (RFC 9457) has a <code>detail</code> for this time, an <code>id</code> that finds an incident in the log, " +
		"and for an invalid request in <code>errors</code> every broken rule.</p>\n</body>\n</html>\n")
	return b.String()
}
