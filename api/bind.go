package api

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// bind fills the input from a request. All violations of all parts come back in one problem.
func (b *binder) bind(c *operation.Call, x *wire) error {
	r, in, op := c.Request, c.In, c.Operation
	var q query
	if b.hasQuery || op.StrictQuery {
		var err error
		if q, err = parseQuery(r.URL.RawQuery); err != nil {
			return malformedQuery(err)
		}
	}
	if b.cookies && tooManyCookies(r.Header) {
		return problem.Malformed().WithDetail("The request has more than %d cookies.", maxCookies)
	}
	var f *form
	if b.form {
		var err error
		if f, err = b.readForm(c); err != nil {
			return err
		}
	}
	var all []problem.Violation
	for i := range b.params {
		p := &b.params[i]
		switch {
		case p.files:
			all = p.bindFiles(all, f, in.FieldByIndex(p.index))
			continue
		case p.schema.Keyed():
			all = p.bindKeyed(all, q, in.FieldByIndex(p.index))
			continue
		case p.overlong(r, q):
			all = append(all, problem.Violation{
				In: p.in, Name: p.name, Code: schema.CodeMaxItems, Message: fmt.Sprintf("must have at most %d items", maxFields),
			})
			continue
		}
		values := p.values(r, q, f)
		switch {
		case values != nil:
			all = p.collect(all, p.schema.DecodeText(values, in.FieldByIndex(p.index)))
		case p.required:
			all = append(all, problem.Violation{In: p.in, Name: p.name, Code: schema.CodeRequired, Message: "is required"})
		case p.schema.Optional():
			all = p.collect(all, p.schema.DecodeText(nil, in.FieldByIndex(p.index)))
		default:
			all = p.collect(all, p.schema.Check(in.FieldByIndex(p.index)))
		}
	}
	if op.StrictQuery {
		all = append(all, b.strangers(q)...)
	}
	if f != nil {
		all = append(all, b.formStrangers(f)...)
	}
	if b.body != nil {
		violations, err := b.body.bind(c, x)
		if err != nil {
			return err
		}
		all = append(all, violations...)
	}
	if b.flow != nil {
		if err := b.flow.bind(c); err != nil {
			return err
		}
	}
	return invalid(all)
}

// malformedQuery is the problem of a query that parseQuery refuses.
func malformedQuery(err error) error {
	p := problem.Malformed().WithDetail("The query string is not well formed.")
	if errors.Is(err, errTooMany) {
		p = problem.Malformed().WithDetail("The query has more than %d parameters.", maxFields)
	}
	return fmt.Errorf("%w: query: %w", p, err)
}

func (f *bodyField) bind(c *operation.Call, x *wire) ([]problem.Violation, error) {
	r := c.Request
	unsure := r.ContentLength < 0 // whether there is a body at all, its first byte tells
	if c.Body == nil {
		return f.absent(), nil
	}
	codec, err := x.reads(r.Header)
	if err != nil && !unsure {
		return nil, err
	}
	buf := bodies.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxKeptBuffer {
			bodies.Put(buf)
		}
	}()
	data, readErr := readBody((*buf)[:0], c.Body, r.ContentLength, c.Operation.MaxBody)
	*buf = data
	switch {
	case readErr == nil && len(data) == 0 && unsure:
		return f.absent(), nil
	case err != nil || readErr != nil:
		return nil, cmp.Or(err, readErr)
	}
	if codec != nil {
		if data, err = codec.ToJSON(data); err != nil {
			return nil, fmt.Errorf("%w: %w", problem.Malformed().WithDetail("The body is not well-formed %s.", codec.MediaType()), err)
		}
	}
	violations, err := f.schema.Decode(data, f.field(c.In))
	if err != nil {
		return nil, malformed(err, "The body")
	}
	return collectBody(nil, violations), nil
}

// malformed is the problem of a text that is not JSON.
func malformed(err error, what string) error {
	detail := what + " is not well-formed JSON."
	if at, ok := errors.AsType[*schema.SyntaxError](err); ok {
		detail = fmt.Sprintf("%s is not well-formed JSON: %s at byte %d.", what, at.Reason, at.Offset)
	}
	return fmt.Errorf("%w: %w", problem.Malformed().WithDetail("%s", detail), err)
}

// absent is what a request without a body breaks.
func (f *bodyField) absent() []problem.Violation {
	if !f.required {
		return nil
	}
	return []problem.Violation{{In: "body", Code: schema.CodeRequired, Message: "is required"}}
}

// checkMediaType accepts JSON and types built on it. A body without a type is refused too: browsers send such bodies across
// origins without asking first. A compressed body is not taken for what it is not.
func checkMediaType(header http.Header) error {
	if coded(header) {
		return errCoded()
	}
	if types := header["Content-Type"]; len(types) > 0 && types[0] == "application/json" { // what nearly all clients send
		return nil
	}
	mediaType, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	isJSON := mediaType == "application/json" || (strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json"))
	charset := strings.ToLower(params["charset"])
	if err != nil || !isJSON || (charset != "" && charset != "utf-8") {
		return problem.UnsupportedMediaType().WithDetail("The body must be application/json in UTF-8.")
	}
	return nil
}

// coded reports whether the body is compressed or otherwise coded.
func coded(header http.Header) bool {
	coding := strings.Join(header["Content-Encoding"], ",")
	return coding != "" && !strings.EqualFold(coding, "identity")
}

func errCoded() error {
	return problem.UnsupportedMediaType().WithDetail("The body must come without a content coding.")
}

func errLateBody() error {
	return problem.RequestTimeout().WithDetail("The body took too long to arrive.")
}

// bodies keeps the memory in which bodies are read. What is decoded from them does not refer to it.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// firstRead is the most memory, in bytes, that a client gets for the mere promise of a body.
const firstRead = 64 << 10

// readBody reads a body up to the limit into the memory of data, or into new one, at once where the client said how long the body is
// and that is not much. A negative length is unknown.
func readBody(data []byte, body io.Reader, length, limit int64) ([]byte, error) {
	if length > limit {
		return data, tooLarge(limit)
	}
	data = slices.Grow(data, 1+int(min(max(length, 511), firstRead)))
	for {
		n, err := body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return data, tooLarge(limit)
		case err == io.EOF:
			return data, nil
		case err != nil:
			return data, unreadable(err, limit)
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// limited is a body that fails beyond the limit, as [unreadable] knows it.
func limited(body io.Reader, limit int64) io.Reader {
	return http.MaxBytesReader(nil, io.NopCloser(body), limit)
}

// unreadable is why a body that has a limit could not be read to its end.
func unreadable(err error, limit int64) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(limit)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errLateBody()
	}
	return fmt.Errorf("%w: body: %w", problem.Malformed().WithDetail("The body ended early."), err)
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

// collectError takes the violations out of what an input's Validate returned. Their pointers name fields of the input as the
// request does: "/limit" is the parameter limit, "/body/name" or what else is no parameter a part of the body.
func (b *binder) collectError(all []problem.Violation, err error) []problem.Violation {
	vs, ok := errors.AsType[schema.Violations](err)
	if one, isOne := errors.AsType[schema.Violation](err); !ok && isOne {
		vs = schema.Violations{one}
	} else if !ok {
		return append(all, problem.Violation{Code: schema.CodeCustom, Message: err.Error()})
	}
	for _, v := range vs {
		all = append(all, b.locate(v))
	}
	return all
}

// locate says in which part of the request a violation is.
func (b *binder) locate(v schema.Violation) problem.Violation {
	out := problem.Violation{Pointer: v.Pointer, Code: v.Code, Message: v.Message}
	name, rest, inside := strings.Cut(strings.TrimPrefix(v.Pointer, "/"), "/")
	if inside {
		rest = "/" + rest
	}
	for i := range b.params {
		if p := &b.params[i]; strings.EqualFold(p.name, name) {
			out.In, out.Name, out.Pointer = p.in, p.name, rest
			return out
		}
	}
	if b.body != nil && name != "" {
		out.In = "body"
		if strings.EqualFold(name, "body") {
			out.Pointer = rest
		}
	}
	return out
}

func invalid(all []problem.Violation) error {
	if len(all) == 0 {
		return nil
	}
	return problem.Invalid().WithViolations(all...)
}
