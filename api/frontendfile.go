package api

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// buildFile is what is known of a file of a frontend, as long as it does not change.
type buildFile struct {
	name     string
	tag      string // of its content, without quotation marks
	size     int64
	changed  time.Time
	encoded  []string // the content codings that have a sibling, the best first
	mimeType string
}

// codingSiblings are the content codings that builds prepare, the best first, and the endings of their files.
var codingSiblings = [...]struct{ coding, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

// fileCache knows the files that there are. It has at most as many entries as files, and notices when one changes.
type fileCache struct {
	mu    sync.RWMutex
	files map[string]*buildFile
}

var errFolder = errors.New("it is a folder")

// find returns the file of that name.
func (c *fileCache) find(files fs.FS, name string) (*buildFile, error) {
	info, err := fs.Stat(files, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errFolder
	}
	c.mu.RLock()
	known := c.files[name]
	c.mu.RUnlock()
	if known != nil && known.size == info.Size() && known.changed.Equal(info.ModTime()) {
		return known, nil
	}
	f, err := examine(files, name, info)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files == nil {
		c.files = make(map[string]*buildFile)
	}
	c.files[name] = f
	return f, nil
}

func examine(files fs.FS, name string, info fs.FileInfo) (*buildFile, error) {
	content, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return nil, err
	}
	f := &buildFile{name: name, tag: hex.EncodeToString(sum.Sum(nil)[:12]), size: info.Size(), changed: info.ModTime(), mimeType: mimeTypeOf(name)}
	for _, s := range codingSiblings {
		if info, err := fs.Stat(files, name+s.ending); err == nil && info.Mode().IsRegular() {
			f.encoded = append(f.encoded, s.coding)
		}
	}
	return f, nil
}

// mimeTypeOf knows the types that web applications are made of; what the machine says of others differs from one to the next.
func mimeTypeOf(name string) string {
	switch ending := strings.ToLower(path.Ext(name)); ending {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".ico":
		return "image/x-icon"
	case ".wasm":
		return "application/wasm"
	case ".woff", ".woff2", ".ttf", ".otf":
		return "font/" + ending[1:]
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".avif", ".webp":
		return "image/" + ending[1:]
	default:
		return cmp.Or(mime.TypeByExtension(ending), "application/octet-stream")
	}
}

// send answers with the file, in a form that the client understands, with everything that RFC 9110 says about conditions and ranges.
func (f *frontend) send(w http.ResponseWriter, r *http.Request, file *buildFile, status int) {
	name, tag := file.name, file.tag
	h := w.Header()
	if len(file.encoded) > 0 {
		h.Add("Vary", "Accept-Encoding")
		if coding := preferredCoding(strings.Join(r.Header["Accept-Encoding"], ","), file.encoded); coding != "" {
			for _, s := range codingSiblings {
				if s.coding == coding {
					name += s.ending
				}
			}
			tag += "-" + coding
			h.Set("Content-Encoding", coding)
		}
	}
	content, err := f.files.Open(name)
	if err != nil {
		h.Del("Content-Encoding")
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	defer func() { _ = content.Close() }()
	seeker, ok := content.(io.ReadSeeker)
	if !ok {
		data, err := io.ReadAll(content)
		if err != nil {
			h.Del("Content-Encoding")
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		seeker = bytes.NewReader(data)
	}
	h.Set("Content-Type", file.mimeType)
	h.Set("Cache-Control", "no-cache")
	if f.isImmutable(file.name) {
		h.Set("Cache-Control", f.cached)
	}
	if status != http.StatusOK { // neither conditions nor ranges are about it
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = io.Copy(w, seeker)
		}
		return
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, seeker)
}

// preferredCoding returns which of the codings, the best first, the field Accept-Encoding likes most (RFC 9110, section 12.5.3), or "" for
// the content as it is.
func preferredCoding(accept string, codings []string) string {
	weights := make(map[string]float64)
	for item := range strings.SplitSeq(accept, ",") {
		coding, params, _ := strings.Cut(item, ";")
		if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" {
			weights[strings.TrimPrefix(coding, "x-")] = codingWeight(params)
		}
	}
	best, most := "", 0.0
	for _, coding := range codings {
		w, named := weights[coding]
		if !named {
			w = weights["*"]
		}
		if w > most {
			best, most = coding, w
		}
	}
	if plain, named := weights["identity"]; named && plain > most {
		return ""
	}
	return best
}

// codingWeight reads the parameters of an item of Accept-Encoding. One that is not well formed counts for nothing.
func codingWeight(params string) float64 {
	params = strings.TrimSpace(params)
	if params == "" {
		return 1
	}
	name, value, _ := strings.Cut(params, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if !strings.EqualFold(strings.TrimSpace(name), "q") || err != nil || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}

// fingerprinted reports whether the name of a file looks as if it held a hash of its content: "main.3f2a9c01.js", "index-DwQy7Kc1.css".
// When in doubt it does not, which costs a question and never shows what is old.
func fingerprinted(name string) bool {
	dir, base := path.Split(name)
	parts := strings.Split(base, ".")
	if len(parts) < 2 || parts[len(parts)-1] == "html" {
		return false
	}
	if strings.Contains(dir, "/immutable/") {
		return true
	}
	if len(parts) > 2 && len(parts[len(parts)-2]) == 8 && looksRandom(parts[len(parts)-2], ofBundler(dir)) {
		return true // main.HASH.js
	}
	if len(parts) > 2 && isHex(parts[len(parts)-2]) || len(parts) > 3 && isHex(parts[len(parts)-3]) {
		return true // main.HASH.js, main.HASH.chunk.js
	}
	stem := parts[0]
	if i := strings.LastIndexByte(stem, '-'); i >= 0 && isHex(stem[i+1:]) {
		return true
	}
	return len(stem) >= 10 && stem[len(stem)-9] == '-' && looksRandom(stem[len(stem)-8:], ofBundler(dir))
}

// ofBundler reports whether a folder is one that bundlers put files with hashes in.
func ofBundler(dir string) bool {
	for part := range strings.SplitSeq(strings.Trim(dir, "/"), "/") {
		switch part {
		case "assets", "immutable", "_astro", "_nuxt", "_next", "chunks":
			return true
		}
	}
	return false
}

// isHex reports whether s is a hash in hexadecimal: eight digits at least, of them some that are letters and some that are not.
func isHex(s string) bool {
	return len(s) >= 8 && strings.Trim(s, "0123456789abcdef") == "" && strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "abcdef")
}

// looksRandom reports whether s is no word: it has a digit and a capital in the middle, or, where files with hashes are expected, more
// capitals in the middle than a name of two words.
func looksRandom(s string, expected bool) bool {
	var digits, capitals int
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			digits++
		case 'A' <= c && c <= 'Z':
			if i > 0 {
				capitals++
			}
		case ('a' > c || c > 'z') && c != '_' && c != '-':
			return false
		}
	}
	return capitals > 0 && digits > 0 || expected && capitals > 1
}
