package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// flowField is a field Body that the handler reads by itself while it arrives.
type flowField struct {
	index []int
	parts bool // Parts; otherwise a Blob
}

// flows reports whether a field Body of type t is read while it arrives.
func flows(t reflect.Type) bool { return t == reflect.TypeFor[Parts]() || t == reflect.TypeFor[Blob]() }

func (f *flowField) describe() *manifest.Content {
	if f.parts {
		return &manifest.Content{MediaType: formMultipart, Schema: []byte(`{"type":"object","additionalProperties":{"type":"string"}}`)}
	}
	return &manifest.Content{MediaType: "*/*", Schema: []byte(`{"type":"string","format":"binary"}`)}
}

// bind gives the body to the handler.
func (f *flowField) bind(c *operation.Call) error {
	r := c.Request
	if coded(r.Header) {
		return errCoded()
	}
	if r.ContentLength > c.Operation.MaxBody {
		return tooLarge(c.Operation.MaxBody)
	}
	if c.Body == nil {
		c.Body = http.NoBody
	}
	c.Body = &arriving{Reader: c.Body, call: c, left: c.Operation.MaxBody}
	field := c.In.FieldByIndex(f.index)
	if f.parts {
		parts, err := f.bindParts(c)
		field.Set(reflect.ValueOf(parts))
		return err
	}
	field.Set(reflect.ValueOf(Blob{Content: c.Body, MediaType: r.Header.Get("Content-Type"), Size: r.ContentLength}))
	return nil
}

// arriving is a body that is read while it comes. Its errors are problems fit for the client.
type arriving struct {
	io.Reader
	call *operation.Call
	left int64
}

func (a *arriving) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if int64(len(p))-1 > a.left {
		p = p[:a.left+1] // one byte more tells a body that is too large from one that just fits
	}
	n, err := a.Reader.Read(p)
	a.call.Heard()
	if int64(n) > a.left {
		return int(a.left), tooLarge(a.call.Operation.MaxBody)
	}
	a.left -= int64(n)
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case tooLate(err):
		return n, errLateBody()
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return n, tooLarge(a.call.Operation.MaxBody)
	}
	return n, fmt.Errorf("%w: body: %w", problem.Malformed().WithDetail("The body ended early."), err)
}

// encode returns the body of a request.
func (f *flowField) encode(in reflect.Value, header http.Header) (io.Reader, error) {
	switch body := in.FieldByIndex(f.index).Interface().(type) {
	case Parts:
		return body.encode(header)
	case Blob:
		header.Set("Content-Type", body.mediaType())
		return body.Content, nil
	}
	return nil, nil
}
