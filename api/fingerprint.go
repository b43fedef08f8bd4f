package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/vade-go/vade/operation"
)

// fingerprint tells requests apart: the SHA-256 of method, path, query, type and body. The body of a request is read to its end, within the
// limit and the time of the operation, and is there to be read again. A typed call in the process has the fingerprint of the request that
// it would be between processes.
func (e *endpoint) fingerprint(ctx context.Context, c *operation.Call) (string, error) {
	r := c.Request
	var content kept
	limit := c.Operation.MaxBody
	var err error
	if r == nil {
		codec := codec{method: e.method, path: e.path, binder: e.binder}
		if r, err = codec.request(ctx, new(url.URL), c.In); err != nil {
			return "", err
		}
		limit = r.ContentLength
	}
	body := c.Body
	if c.Request == nil && r.Body != nil {
		body = r.Body
	}
	if limit > 0 && body != nil && r.ContentLength != 0 {
		if content, err = keep(c, body, r.ContentLength, limit); err != nil {
			return "", err
		}
		if c.Request != nil {
			c.Request, c.Body = withLength(r, content.size), content.reader()
		}
	}
	h := sha256.New()
	mediaType, boundary := bodyType(r.Header)
	write(h, r.Method, r.URL.EscapedPath(), canonicalQuery(r.URL.RawQuery), strings.Join(r.Header["Content-Encoding"], ","), mediaType)
	if boundary == "" || !writeParts(h, content.reader(), boundary) {
		if _, err := io.Copy(h, content.reader()); err != nil {
			return "", fmt.Errorf("api: a body that was kept cannot be read: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// write hashes texts so that none can run into the next.
func write(h hash.Hash, texts ...string) {
	for _, text := range texts {
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
}

// canonicalQuery sorts a query by its names. The order of the values of one name stays, since it may mean something.
func canonicalQuery(raw string) string {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return raw // it will be refused
	}
	return values.Encode()
}

// bodyType returns the type of the body, without the boundary of a multipart form: that is another one whenever a client makes the form
// again.
func bodyType(header http.Header) (mediaType, boundary string) {
	raw := header.Get("Content-Type")
	if raw == "application/json" {
		return raw, ""
	}
	mediaType, params, err := mime.ParseMediaType(raw)
	if err != nil {
		return raw, ""
	}
	if mediaType == formMultipart {
		boundary = params["boundary"]
		delete(params, "boundary")
	}
	return mime.FormatMediaType(mediaType, params), boundary
}

// writeParts hashes the parts of a multipart form without their boundaries. It reports false, having hashed nothing, for what is none, or
// has more parts than any form that is taken.
func writeParts(h hash.Hash, body io.Reader, boundary string) bool {
	sums := sha256.New()
	parts := multipart.NewReader(body, boundary)
	for range maxFields {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			h.Write(sums.Sum(nil))
			return true
		}
		if err != nil {
			return false
		}
		for _, name := range slices.Sorted(maps.Keys(part.Header)) {
			write(sums, append([]string{name}, part.Header[name]...)...)
		}
		content := sha256.New()
		if _, err := io.Copy(content, part); err != nil {
			return false
		}
		write(sums, string(content.Sum(nil)))
	}
	return false
}

// kept is a body that was read to its end.
type kept struct {
	data []byte
	file *os.File // nil: it is in data
	size int64
}

// reader reads the body from its beginning.
func (k kept) reader() io.Reader {
	if k.file != nil {
		return io.NewSectionReader(k.file, 0, k.size)
	}
	return bytes.NewReader(k.data)
}

// withLength returns the request with the length that its body has.
func withLength(r *http.Request, length int64) *http.Request {
	again := *r
	again.ContentLength = length
	return &again
}

// keep reads a body to its end: up to spool in memory, what is larger into a file, which is removed when the call is over.
func keep(c *operation.Call, from io.Reader, length, limit int64) (kept, error) {
	if limit <= spool || length >= 0 && length <= spool {
		data, err := readBody(nil, from, length, limit)
		return kept{data: data, size: int64(len(data))}, err
	}
	if length > limit {
		return kept{}, tooLarge(limit)
	}
	var head bytes.Buffer
	body := limited(from, limit)
	switch n, err := io.CopyN(&head, body, spool); {
	case errors.Is(err, io.EOF):
		return kept{data: head.Bytes(), size: n}, nil
	case err != nil:
		return kept{}, unreadable(err, limit)
	}
	file, err := os.CreateTemp("", "vade-body-*")
	if err != nil {
		return kept{}, fmt.Errorf("api: a body cannot be kept: %w", err)
	}
	c.Defer(func(error) { _ = errors.Join(file.Close(), os.Remove(file.Name())) })
	size, err := io.Copy(file, io.MultiReader(&head, body))
	if _, disk := errors.AsType[*os.PathError](err); disk {
		return kept{}, fmt.Errorf("api: a body cannot be kept: %w", err)
	}
	if err != nil {
		return kept{}, unreadable(err, limit)
	}
	return kept{file: file, size: size}, nil
}
