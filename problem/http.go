package problem

import (
	"fmt"
	"io"
	"mime"
	"net/http"
)

// MediaType is the media type of a problem in JSON, registered by RFC 9457, section 6.1.
const MediaType = "application/problem+json"

// MaxBody is how many bytes of an answer [Read] looks at, 64 KiB. A longer one is not a problem
// document to it.
const MaxBody = 64 << 10

// Write answers a request with p: its status, its JSON form, and headers that keep caches from storing it.
// Headers that described a representation prepared before are removed.
//
// It is safe for HEAD requests: net/http drops the body there. A nil p is
// [Internal], and so is the status of a p whose own is not from 400 to 599. A failing
// connection is not reported, since nobody could be told.
func Write(w http.ResponseWriter, p *Problem) { WriteAs(w, p, MediaType, nil) }

// WriteAs is [Write] for a document of another media type, which encode makes of the JSON form. When that fails JSON is written.
func WriteAs(w http.ResponseWriter, p *Problem, mediaType string, encode func(json []byte) ([]byte, error)) {
	if p == nil {
		p = Internal()
	}
	if !isErrorStatus(p.Status) {
		p = p.clone()
		p.Status = http.StatusInternalServerError
	}
	body, err := p.MarshalJSON()
	if err != nil {
		p = Internal()
		body = []byte(`{"status":500,"code":"` + CodeInternal + `"}`)
	}
	if encode != nil {
		if coded, err := encode(body); err == nil {
			body = coded
		} else {
			mediaType = MediaType
		}
	}
	header := w.Header()
	for _, stale := range []string{"Content-Encoding", "Content-Length", "Etag", "Last-Modified", "Expires"} {
		header.Del(stale)
	}
	if p.Status != http.StatusRequestedRangeNotSatisfiable { // which says by it how many bytes there are
		header.Del("Content-Range")
	}
	header.Set("Content-Type", mediaType)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}

// Read turns the failed answer of another service into a problem, so that a typed problem survives the hop:
// [errors.Is] finds the declared value again. The caller closes the body.
//
// The status line wins over the status in the body. A body that is not a problem document of at
// most [MaxBody] bytes yields the standard problem of the status, with none of
// the foreign text: such text may be a proxy's page or a stack trace. A document without a code
// gets the one of its status. It is an error when the answer has not failed or its body cannot be read.
func Read(resp *http.Response) (*Problem, error) {
	if !isErrorStatus(resp.StatusCode) {
		return nil, fmt.Errorf("problem: read: status %d is not a failure", resp.StatusCode)
	}
	standard := ForStatus(resp.StatusCode)
	mediaType, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || mediaType != MediaType || resp.Body == nil {
		return standard, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("problem: read: %w", err)
	}
	if len(body) > MaxBody {
		return standard, nil
	}
	p, err := Parse(body)
	if err != nil {
		return standard, nil
	}
	p.Status = resp.StatusCode
	if !isKebab(p.Code) {
		p.Code = standard.Code
	}
	if p.Title == "" {
		p.Title = standard.Title
	}
	return p, nil
}
