package docs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed" // for the files below
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

var (
	//go:embed assets/swagger-ui-bundle.js.gz
	bundleJS []byte
	//go:embed assets/swagger-ui.css.gz
	bundleCSS []byte
	//go:embed assets/docs.js
	docsJS []byte
	//go:embed assets/docs.css
	docsCSS []byte
	//go:embed assets/index.html
	indexHTML string
	//go:embed assets/oauth2-redirect.html
	redirectHTML string
	//go:embed assets/oauth2-redirect.js
	redirectJS []byte
)

// asset is one file, served from memory.
type asset struct {
	mediaType, cache, hash string
	data                   []byte
	compressed             bool // data is in the format of gzip
}

func newAsset(mediaType string, data []byte) *asset {
	sum := sha256.Sum256(data)
	return &asset{
		mediaType: mediaType, data: data, hash: hex.EncodeToString(sum[:6]), compressed: bytes.HasPrefix(data, []byte{0x1f, 0x8b}),
	}
}

// ServeHTTP serves the file, with everything that RFC 9110 says about conditions and ranges. A compressed file is sent as it
// is to whoever understands it.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", a.cache)
	tag := a.hash
	if a.compressed {
		h.Set("Vary", "Accept-Encoding")
		if !acceptsGzip(r.Header.Values("Accept-Encoding")) {
			h.Set("ETag", `"`+tag+`"`)
			a.serveInflated(w, r)
			return
		}
		h.Set("Content-Encoding", "gzip")
		tag += "-gzip"
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.data))
}

// serveInflated is for the rare client that does not understand gzip.
func (a *asset) serveInflated(w http.ResponseWriter, r *http.Request) {
	z, err := gzip.NewReader(bytes.NewReader(a.data))
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(plain))
}

// acceptsGzip reads the fields Accept-Encoding (RFC 9110, section 12.5.3). A coding of weight 0 is refused; one
// that is named counts for more than "*".
func acceptsGzip(fields []string) bool {
	star := false
	for _, item := range strings.Split(strings.Join(fields, ","), ",") {
		coding, params, _ := strings.Cut(item, ";")
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			return !weightless(params)
		case "*":
			star = !weightless(params)
		}
	}
	return star
}

func weightless(params string) bool {
	name, value, _ := strings.Cut(strings.TrimSpace(params), "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return strings.EqualFold(strings.TrimSpace(name), "q") && err == nil && q == 0
}
