package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// Parts is a body of multipart/form-data that is read part by part while it arrives: the type of the field Body of an operation that
// takes uploads of any size and keeps none of them. [MaxBody] bounds all of it; the time of the operation is that between two
// arrivals. A form whose fields are known, with files that are looked at after all has arrived, is better made of fields with the tag form.
type Parts struct {
	given []Part
	from  *multipart.Reader
}

// Part is one part of [Parts]. What the client calls it, and what type it claims to be, is his word.
type Part struct {
	Name        string // of the field
	FileName    string // without folders; empty: a field that is no file
	ContentType string
	Content     io.Reader // until the next part is asked for
}

// PartsOf returns parts for typed calls and tests.
func PartsOf(parts ...Part) Parts { return Parts{given: parts} }

// All returns the parts in the order in which they arrive, once. The error of a body that is too large, not well formed, or does not arrive
// is a problem fit for the client, also when it comes out of the content of a part.
func (p Parts) All() iter.Seq2[*Part, error] {
	return func(yield func(*Part, error) bool) {
		for i := range p.given {
			if !yield(&p.given[i], nil) {
				return
			}
		}
		for p.from != nil {
			raw, err := p.from.NextPart()
			if err == io.EOF { // of the form, see newMultipart
				return
			}
			if err != nil {
				yield(nil, badParts(err))
				return
			}
			part := &Part{Name: raw.FormName(), FileName: raw.FileName(), ContentType: raw.Header.Get("Content-Type"), Content: wellFormed{raw}}
			if !utf8.ValidString(part.Name + part.FileName + part.ContentType) {
				yield(nil, problem.Malformed().WithDetail("The names in a form must be in UTF-8."))
				return
			}
			if !yield(part, nil) {
				return
			}
		}
	}
}

// Text reads the content of a part that is a text of at most so many bytes.
func (p *Part) Text(most int) (string, error) {
	data, err := io.ReadAll(io.LimitReader(p.Content, int64(most)+1))
	switch {
	case err != nil:
		return "", err
	case len(data) > most:
		return "", problem.TooLarge().WithDetail("A text of the form may have up to %d bytes.", most)
	case !utf8.Valid(data):
		return "", problem.Malformed().WithDetail("A text of the form is not in UTF-8.")
	}
	return string(data), nil
}

// wellFormed is the content of a part whose errors are problems.
type wellFormed struct{ io.Reader }

func (w wellFormed) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = badParts(err)
	}
	return n, err
}

// badParts is the problem of a form that cannot be read on.
func badParts(err error) error {
	if _, ok := problem.From(err); ok {
		return err
	}
	return fmt.Errorf("%w: form: %w", problem.Malformed().WithDetail("The form is not well formed or ended early."), err)
}

// bindParts gives the body of a request to the handler as it comes.
func (f *flowField) bindParts(c *operation.Call) (Parts, error) {
	mediaType, params, err := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || mediaType != formMultipart || params["boundary"] == "" || charset != "" && charset != "utf-8" {
		return Parts{}, problem.UnsupportedMediaType().WithDetail("The body must be %s, in UTF-8.", formMultipart)
	}
	return Parts{from: newMultipart(c.Body, params["boundary"])}, nil
}

var errSpent = errors.New("api: the parts came with a request and cannot be sent on; make new ones with PartsOf")

// encode returns the body of a request with the parts: their contents are read while it is sent.
func (p Parts) encode(header http.Header) (io.Reader, error) {
	if p.from != nil {
		return nil, errSpent
	}
	var frame bytes.Buffer
	w := multipart.NewWriter(&frame)
	var readers []io.Reader
	for _, part := range p.given {
		if _, err := w.CreatePart(part.header()); err != nil {
			return nil, err
		}
		readers = append(readers, bytes.NewReader(bytes.Clone(frame.Bytes())))
		if part.Content != nil {
			readers = append(readers, part.Content)
		}
		frame.Reset()
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	header.Set("Content-Type", w.FormDataContentType())
	return io.MultiReader(append(readers, &frame)...), nil
}

func (p *Part) header() textproto.MIMEHeader {
	quote := strings.NewReplacer(`\`, `\\`, `"`, "%22", "\r", "%0D", "\n", "%0A")
	disposition := `form-data; name="` + quote.Replace(p.Name) + `"`
	if p.FileName != "" {
		disposition += `; filename="` + quote.Replace(p.FileName) + `"`
	}
	h := textproto.MIMEHeader{"Content-Disposition": {disposition}}
	if p.ContentType != "" {
		h.Set("Content-Type", p.ContentType)
	}
	return h
}
