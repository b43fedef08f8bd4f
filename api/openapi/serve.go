package openapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"github.com/vade-go/vade/manifest"
)

// Paths are those that [Handlers] answers.
func Paths() []string {
	return []string{"/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml"}
}

// Handlers serves the document of a system in both versions, as JSON and as YAML (RFC 9512), by pattern of [http.ServeMux]: one for
// each of [Paths]. Each is made when it is first asked for, once, and answered with an ETag. What [Check] reports has
// to be right before; otherwise the answer is 500. The handlers are safe for concurrent use.
func Handlers(m *manifest.System, opts Options) map[string]http.Handler {
	handlers := make(map[string]http.Handler)
	for version, name := range map[string]string{Version: "/openapi", Version30: "/openapi-3.0"} {
		opts := opts // each has its own
		opts.OpenAPI = version
		data := sync.OnceValues(func() ([]byte, error) { return Document(m, opts) })
		handlers["GET "+name+".json"] = lazily("application/json", data)
		handlers["GET "+name+".yaml"] = lazily("application/yaml", func() ([]byte, error) {
			document, err := data()
			if err != nil {
				return nil, err
			}
			return YAML(document)
		})
	}
	return handlers
}

// lazily serves what is made at the first request.
func lazily(mediaType string, build func() ([]byte, error)) http.Handler {
	type made struct {
		data []byte
		etag string
	}
	load := sync.OnceValues(func() (made, error) {
		data, err := build()
		sum := sha256.Sum256(data)
		return made{data, `"` + hex.EncodeToString(sum[:6]) + `"`}, err
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		made, err := load()
		if err != nil {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", mediaType)
		h.Set("Cache-Control", "no-cache") // asked for every time, answered with 304 most of the time
		h.Set("ETag", made.etag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(made.data))
	})
}
