package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// Blob is bytes of any media type: the output of an operation that gives out a file, and the field Body of one that takes
// any bytes. Both flow, however many there are.
//
// An output whose Content can seek is answered in ranges where the client asks for them (RFC 9110, section 14), and by 304 where it has
// the version already; so a download can be resumed. Content that is an [io.Closer] is closed when the answer is made. A caller
// closes the Content that it got.
//
// An input has Content, MediaType, and Size, which is -1 where the client does not say it. [MaxBody] bounds it, and the time of the
// operation is that between two parts of it.
type Blob struct {
	Content   io.Reader
	MediaType string    // default: by the end of Name, or application/octet-stream
	Size      int64     // in bytes, of content that cannot seek; 0: unknown
	Name      string    // under which browsers save it; empty: they show it
	Tag       string    // of the version, as in [Versioned]; empty: no ETag
	Modified  time.Time // when the version was made; zero: no Last-Modified
}

// OpenBlob returns a file as a blob, or problem.NotFound when there is none or it is a folder. Name is slash-separated, as for [fs.FS].
func OpenBlob(fsys fs.FS, name string) (Blob, error) {
	if !fs.ValidPath(name) {
		return Blob{}, problem.NotFound()
	}
	f, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Blob{}, fmt.Errorf("%w: %w", problem.NotFound(), err)
	} else if err != nil {
		return Blob{}, fmt.Errorf("api: open %s: %w", name, err)
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return Blob{}, errors.Join(problem.NotFound(), err, f.Close())
	}
	return Blob{Content: f, MediaType: mime.TypeByExtension(path.Ext(name)), Size: info.Size(), Modified: info.ModTime()}, nil
}

func (b Blob) mediaType() string {
	if b.MediaType != "" {
		return b.MediaType
	}
	if t := mime.TypeByExtension(path.Ext(b.Name)); t != "" {
		return t
	}
	return anyBytes
}

const anyBytes = "application/octet-stream"

func (Blob) answer() (int, http.Header, bool) { return http.StatusOK, nil, false }
func (Blob) shape() shape {
	return shape{status: http.StatusOK, media: anyBytes, flows: true, ranges: true}
}

// check reports what no header can carry.
func (b Blob) check() error {
	if _, _, err := mime.ParseMediaType(b.mediaType()); err != nil {
		return fmt.Errorf("api: Blob: the media type %q: %w", b.MediaType, err)
	}
	if unfitForLine(b.MediaType) { // space of any kind passes above
		return fmt.Errorf("api: Blob: the media type %q has control characters, or space around it", b.MediaType)
	}
	return Versioned[None]{Tag: b.Tag}.check()
}

func (b Blob) flow(_ context.Context, c *operation.Call, _ *wire) error {
	defer b.close()
	if err := b.check(); err != nil {
		return err
	}
	w := &guard{ResponseWriter: c.Writer, call: c}
	h := w.Header()
	setHeaders(h, c.ReplyHeader())
	h.Set("Content-Type", b.mediaType())
	h.Set("X-Content-Type-Options", "nosniff")
	if b.Name != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": b.Name}))
	}
	if b.Tag != "" {
		h.Set("ETag", `"`+b.Tag+`"`)
	}
	seeker, ok := b.Content.(io.ReadSeeker)
	if !ok {
		return b.copy(w, c)
	}
	http.ServeContent(w, c.Request, "", b.Modified, seeker)
	if w.failed != 0 {
		if text := h.Get("Content-Range"); text != "" { // it says how many bytes there are
			c.SetHeader("Content-Range", text)
		}
		for _, name := range []string{"Content-Disposition", "Content-Type"} {
			h.Del(name)
		}
		return problem.ForStatus(w.failed)
	}
	return nil
}

// copy sends content that has a beginning only.
func (b Blob) copy(w *guard, c *operation.Call) error {
	if !b.Modified.IsZero() {
		w.Header().Set("Last-Modified", b.Modified.UTC().Format(http.TimeFormat))
	}
	if b.Size > 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(b.Size, 10))
	}
	w.WriteHeader(http.StatusOK)
	if b.Content == nil || c.Request.Method == http.MethodHead {
		return nil
	}
	from := &source{Reader: b.Content}
	n, err := io.Copy(w.ResponseWriter, from)
	switch {
	case from.err != nil:
		return fmt.Errorf("api: read the blob of %s: %w", c.Operation.ID, from.err)
	case err != nil:
		return gone(err)
	case b.Size > 0 && n != b.Size:
		return fmt.Errorf("api: the blob of %s has %d bytes, and it says %d", c.Operation.ID, n, b.Size)
	}
	return nil
}

// source remembers whose fault the end of a copy is.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func (b Blob) close() {
	if c, ok := b.Content.(io.Closer); ok {
		_ = c.Close()
	}
}

// lend gives the content out with what has to be done once it is closed.
func (b Blob) lend(l *loan) any {
	b.Content = &lentContent{Blob: b, done: l.done}
	if s, ok := b.Content.(*lentContent).Blob.Content.(io.ReadSeeker); ok {
		b.Content = struct {
			io.ReadSeeker
			io.Closer
		}{s, b.Content.(io.Closer)}
	}
	return b
}

type lentContent struct {
	Blob
	done func(error)
}

func (l *lentContent) Read(p []byte) (int, error) {
	if l.Content == nil {
		return 0, io.EOF
	}
	return l.Content.Read(p)
}

func (l *lentContent) Close() error {
	l.close()
	l.done(nil)
	return nil
}

func (Blob) receive(res *http.Response, _ func(any) error) (any, error) {
	b := Blob{Content: take(res), MediaType: res.Header.Get("Content-Type"), Size: max(res.ContentLength, 0)}
	if _, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition")); err == nil {
		b.Name = params["filename"]
	}
	b.Tag = strings.Trim(strings.TrimPrefix(res.Header.Get("ETag"), "W/"), `"`)
	b.Modified, _ = http.ParseTime(res.Header.Get("Last-Modified"))
	return b, nil
}

// describeRanges adds what a client may ask of a blob.
func describeRanges(op *manifest.Operation, res *manifest.Response) {
	text := []byte(`{"type":"string"}`)
	res.Headers = append(res.Headers,
		manifest.Header{Name: "Accept-Ranges", Doc: "bytes, where parts of it can be asked for.", Schema: text},
		manifest.Header{Name: "ETag", Doc: "Names the version, where there are several.", Schema: text},
		manifest.Header{Name: "Last-Modified", Doc: "When the version was made.", Schema: text})
	if op.Method != http.MethodGet {
		return
	}
	part := *res
	part.Status, part.Doc = http.StatusPartialContent, "The part that was asked for"
	op.Responses = append(op.Responses, part, manifest.Response{Status: http.StatusNotModified, Doc: "The caller has this version already"})
}

// tooLate reports a body that did not arrive in time.
func tooLate(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
