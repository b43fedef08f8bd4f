package api

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// Frontend serves the build of a web application, such as the folder dist that Vite and others leave behind, at the path and below; "/"
// is good, too, since operations and mounts go first. Files are commonly embedded in the program, or those of an os.Root.
//
//	//go:embed dist
//	var dist embed.FS
//
//	files, err := fs.Sub(dist, "dist")
//	api.Frontend(svc, "/app", files, auth.Public())
//
// A path that is no file is answered with index.html when a browser navigates to it (it accepts text/html, and the path ends like no
// file), since the application has routes of its own, and is not found otherwise; [Fallback] changes that. A folder is answered with
// the index.html in it, and "/about" with about.html where there is one. Files whose names hold a hash of their content are kept by
// clients for a year, [Immutable] says which; of all others clients ask each time whether they have changed, by ETag. Where the build has
// siblings with the endings .br and .gz, whoever understands those gets them. Files and folders that begin with a dot are not
// served, but for .well-known.
//
// It is a [Mount], with all that is said there, which answers GET and HEAD only. Without an index.html it does not start.
func Frontend(s operation.Scope, path string, files fs.FS, options ...Option) {
	f := &frontend{files: files, fallback: indexFile, csp: DefaultContentSecurityPolicy}
	var h http.Handler
	if files != nil {
		h = f
	}
	mountOn(s, path, operation.Source(1), "frontend", h, options)
}

const indexFile = "index.html"

// DefaultContentSecurityPolicy is what a [Frontend] allows its pages: scripts, styles, pictures and connections of their own origin, and
// styles and pictures that stand in the page itself.
const DefaultContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

// ContentSecurityPolicy is what the pages of a [Frontend] may load and do (CSP level 3). Default: [DefaultContentSecurityPolicy].
func ContentSecurityPolicy(policy string) Option {
	return &frontendOption{"api.ContentSecurityPolicy", func(f *frontend) { f.csp = policy }}
}

// Fallback is the file with which a [Frontend] answers navigations to what is no file of it, with the status 404 unless it is index.html.
// Empty, such paths are not found like all others. Default: "index.html". Builds of many pages commonly have a 404.html.
func Fallback(file string) Option {
	return &frontendOption{"api.Fallback", func(f *frontend) { f.fallback = file }}
}

// Immutable says which files of a [Frontend] have a hash in their name, so that another content has another name, by patterns of
// [path.Match] over the whole name or over its folder: "assets/*", "assets". Without it those are meant that look like it.
func Immutable(patterns ...string) Option {
	return &frontendOption{"api.Immutable", func(f *frontend) { f.immutable = append(f.immutable, patterns...) }}
}

// frontendOption changes a frontend. It says nothing of an operation.
type frontendOption struct {
	name string
	set  func(f *frontend)
}

// DescribeOperation does nothing.
func (*frontendOption) DescribeOperation(*manifest.Operation) {}

// frontend is the build of a web application.
type frontend struct {
	files     fs.FS
	fallback  string
	csp       string
	immutable []string // nil: guess

	base    string // the path, without a slash at the end
	cached  string // how immutable files are kept
	endings []string
	known   fileCache

	operations func(r *http.Request) []string // the methods that operations have at the path of a request
}

// attach reads the options of the mount that the frontend is.
func (f *frontend) attach(m *mount) error {
	m.keep = true
	f.base = strings.TrimSuffix(m.path, "/")
	f.cached = "private, max-age=31536000, immutable"
	if m.op.Security.Public {
		f.cached = "public, max-age=31536000, immutable"
	}
	var errs []error
	for _, o := range m.options {
		if o, ok := o.(*frontendOption); ok {
			o.set(f)
		}
	}
	for _, p := range f.immutable {
		if _, err := path.Match(p, ""); err != nil {
			errs = append(errs, fmt.Errorf("api.Immutable(%q): %w", p, err))
		}
	}
	if f.fallback != "" && !fs.ValidPath(f.fallback) {
		errs = append(errs, fmt.Errorf("api.Fallback(%q): that is no name of a file", f.fallback))
	}
	if strings.ContainsFunc(f.csp, func(c rune) bool { return c < ' ' || c >= 0x7f }) {
		errs = append(errs, errors.New("api.ContentSecurityPolicy: it has characters that no header may have"))
	}
	return errors.Join(errs...)
}

// beside lets the frontend know the methods that operations have at the path of a request.
func (f *frontend) beside(operations func(r *http.Request) []string) { f.operations = operations }

// open looks at the files once, so that what is missing shows at the start.
func (f *frontend) open() error {
	f.endings = append([]string{}, usualEndings()...)
	names := []string{indexFile}
	if f.fallback != "" {
		names = append(names, f.fallback)
	}
	for _, name := range names {
		if _, err := f.known.find(f.files, name); err != nil {
			return fmt.Errorf("%s: %w; build the web application first", name, err)
		}
	}
	return fs.WalkDir(f.files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			f.endings = append(f.endings, strings.ToLower(path.Ext(name)))
		}
		return err
	})
}

// ServeHTTP answers with a file.
func (f *frontend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if f.csp != "" {
		h.Set("Content-Security-Policy", f.csp)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	rest := strings.TrimPrefix(r.URL.Path, f.base)
	if rest == "" { // what the page refers to relatively is below
		target := f.base + "/"
		if r.URL.RawQuery != "" {
			target += "?" + r.URL.RawQuery
		}
		h.Set("Cache-Control", "no-cache")
		http.Redirect(w, r, target, http.StatusTemporaryRedirect)
		return
	}
	name := strings.Trim(rest, "/")
	file := f.lookup(name)
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		f.refuse(w, r, file != nil)
		return
	case file != nil:
		f.send(w, r, file, http.StatusOK)
		return
	}
	h.Add("Vary", "Accept")
	if f.fallback != "" && f.navigates(r, name) {
		if file, err := f.known.find(f.files, f.fallback); err == nil {
			status := http.StatusNotFound
			if f.fallback == indexFile {
				status = http.StatusOK
			}
			f.send(w, r, file, status)
			return
		}
	}
	f.refuse(w, r, false)
}

// refuse answers what neither a file nor an operation does; readable says that there is a file.
func (f *frontend) refuse(w http.ResponseWriter, r *http.Request, readable bool) {
	methods := f.operations(r)
	if readable {
		methods = append(methods, http.MethodGet)
	}
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	h := w.Header()
	h.Del("Content-Security-Policy")
	if len(methods) == 0 {
		problem.Write(w, problem.NotFound())
		return
	}
	methods = append(methods, http.MethodOptions)
	slices.Sort(methods)
	h.Set("Allow", strings.Join(slices.Compact(methods), ", "))
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	problem.Write(w, problem.MethodNotAllowed())
}

// lookup finds the file of a path: itself, the index of a folder, or the page without its ending.
func (f *frontend) lookup(name string) *buildFile {
	for _, candidate := range []string{name, path.Join(name, indexFile), name + ".html"} {
		if !fs.ValidPath(candidate) || hiddenFile(candidate) {
			continue
		}
		if file, err := f.known.find(f.files, candidate); err == nil {
			return file
		}
	}
	return nil
}

// hiddenFile reports whether a name has a part that begins with a dot: settings and folders of tools.
func hiddenFile(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") && part != ".well-known" {
			return true
		}
	}
	return false
}

// navigates reports whether a browser asks for a page, and not for a part of one.
func (f *frontend) navigates(r *http.Request, name string) bool {
	accepts := slices.ContainsFunc(r.Header["Accept"], func(v string) bool {
		v = strings.ToLower(v)
		return strings.Contains(v, "text/html") || strings.Contains(v, "application/xhtml+xml")
	})
	return accepts && !hiddenFile(name) && !slices.Contains(f.endings, cmp.Or(strings.ToLower(path.Ext(name)), "none"))
}

// usualEndings are those of files that no build has to have for a path to be meant as a file.
func usualEndings() []string {
	return []string{".js", ".mjs", ".css", ".map", ".json", ".html", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico",
		".woff", ".woff2", ".ttf", ".wasm", ".txt", ".xml", ".webmanifest", ".pdf", ".mp4", ".webm", ".mp3"}
}

// isImmutable reports whether another content would have another name.
func (f *frontend) isImmutable(name string) bool {
	if f.immutable == nil {
		return fingerprinted(name)
	}
	return slices.ContainsFunc(f.immutable, func(p string) bool {
		whole, _ := path.Match(p, name)
		for dir := path.Dir(name); !whole && dir != "."; dir = path.Dir(dir) {
			whole, _ = path.Match(p, dir)
		}
		return whole
	})
}
