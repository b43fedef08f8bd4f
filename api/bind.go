package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// bind fills the input from a request. All violations of all parts come back in one problem.
func (b *binder) bind(r *http.Request, in reflect.Value, maxBody int64) error {
	var query url.Values
	if b.hasQuery && r.URL.RawQuery != "" {
		var err error
		if query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
			return fmt.Errorf("%w: query: %w", problem.Malformed().WithDetail("The query string is not well formed."), err)
		}
	}
	var all []problem.Violation
	for i := range b.params {
		p := &b.params[i]
		values := p.values(r, query)
		switch {
		case len(values) > 0:
			all = p.collect(all, p.schema.DecodeText(values, in.FieldByIndex(p.index)))
		case p.required:
			all = append(all, problem.Violation{In: p.in, Name: p.name, Code: schema.CodeRequired, Message: "is required"})
		case p.schema.Optional():
			all = p.collect(all, p.schema.DecodeText(nil, in.FieldByIndex(p.index)))
		default:
			all = p.collect(all, p.schema.Check(in.FieldByIndex(p.index)))
		}
	}
	if b.body != nil {
		violations, err := b.body.bind(r, in, maxBody)
		if err != nil {
			return err
		}
		all = append(all, violations...)
	}
	return invalid(all)
}

// values returns what the request holds for a parameter; nothing means absent.
func (p *param) values(r *http.Request, query url.Values) []string {
	switch p.in {
	case "path":
		return []string{r.PathValue(p.name)}
	case "query":
		return query[p.name]
	case "header":
		return r.Header[p.name]
	}
	if c, err := r.Cookie(p.name); err == nil {
		return []string{c.Value}
	}
	return nil
}

func (f *bodyField) bind(r *http.Request, in reflect.Value, maxBody int64) ([]problem.Violation, error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		if f.required {
			return []problem.Violation{{In: "body", Code: schema.CodeRequired, Message: "is required"}}, nil
		}
		return nil, nil
	}
	if err := checkMediaType(r.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	data, err := readBody(r, maxBody)
	if err != nil {
		return nil, err
	}
	violations, err := f.schema.Decode(data, f.field(in))
	if err != nil {
		detail := "The body is not well-formed JSON."
		if at, ok := errors.AsType[*schema.SyntaxError](err); ok {
			detail = fmt.Sprintf("The body is not well-formed JSON: %s at byte %d.", at.Reason, at.Offset)
		}
		return nil, fmt.Errorf("%w: %w", problem.Malformed().WithDetail("%s", detail), err)
	}
	return collectBody(nil, violations), nil
}

// checkMediaType accepts JSON and types built on it. A body without a type is refused too: browsers send such bodies across
// origins without asking first.
func checkMediaType(header string) error {
	mediaType, params, err := mime.ParseMediaType(header)
	isJSON := mediaType == "application/json" || (strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json"))
	charset := strings.ToLower(params["charset"])
	if err != nil || !isJSON || (charset != "" && charset != "utf-8") {
		return problem.UnsupportedMediaType().WithDetail("The body must be application/json in UTF-8.")
	}
	return nil
}

// firstRead is the most memory, in bytes, that a client gets for the mere promise of a body.
const firstRead = 64 << 10

// readBody reads the body up to the limit, with one allocation where the client said how long it is and that is not much.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	size := min(max(r.ContentLength, 511), firstRead)
	data := make([]byte, 0, size+1)
	body := http.MaxBytesReader(nil, r.Body, limit)
	for {
		n, err := body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case err == io.EOF:
			return data, nil
		case err != nil:
			if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
				return nil, tooLarge(limit)
			}
			return nil, fmt.Errorf("%w: body: %w", problem.Malformed().WithDetail("The body ended early."), err)
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

func tooLarge(limit int64) error {
	return problem.TooLarge().WithDetail("The body may have up to %d bytes.", limit)
}

func (p *param) collect(all []problem.Violation, vs schema.Violations) []problem.Violation {
	for _, v := range vs {
		all = append(all, problem.Violation{In: p.in, Name: p.name, Pointer: v.Pointer, Code: v.Code, Message: v.Message})
	}
	return all
}

func collectBody(all []problem.Violation, vs schema.Violations) []problem.Violation {
	for _, v := range vs {
		all = append(all, problem.Violation{In: "body", Pointer: v.Pointer, Code: v.Code, Message: v.Message})
	}
	return all
}

// collectError takes the violations out of what an input's Validate returned.
func collectError(all []problem.Violation, err error) []problem.Violation {
	if vs, ok := errors.AsType[schema.Violations](err); ok {
		return collectBody(all, vs)
	}
	return append(all, problem.Violation{Code: schema.CodeCustom, Message: err.Error()})
}

func invalid(all []problem.Violation) error {
	if len(all) == 0 {
		return nil
	}
	return problem.Invalid().WithViolations(all...)
}
