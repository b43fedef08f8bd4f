package api

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

const (
	formURLEncoded = "application/x-www-form-urlencoded"
	formMultipart  = "multipart/form-data"
)

// spool is how much of a multipart form is kept in memory, in bytes; what of its files goes beyond waits on disk, in the folder of
// [os.TempDir], until the answer is made.
const spool = 1 << 20

// maxFields is how many fields a form that is not multipart has at most, as in a query of net/url. Each takes many times the memory of
// the byte that asks for it. Package mime/multipart has a limit of its own.
const maxFields = 10_000

// form is the body of a request as a form.
type form struct {
	values map[string][]string
	files  map[string][]*multipart.FileHeader
}

// readForm reads the body of a call whose input has fields with the tag form.
func (b *binder) readForm(c *operation.Call) (*form, error) {
	r, limit := c.Request, c.Operation.MaxBody
	if c.Body == nil {
		return new(form), nil
	}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	if r.ContentLength < 0 { // whether there is a body at all, its first byte tells
		body := bufio.NewReader(c.Body)
		if _, err := body.Peek(1); err == io.EOF {
			return new(form), nil
		}
		c.Body = body
	}
	if coded(r.Header) {
		return nil, errCoded()
	}
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	switch {
	case err != nil, charset != "" && charset != "utf-8":
	case mediaType == formURLEncoded && !b.files:
		return readURLEncoded(c, limit)
	case mediaType == formMultipart && params["boundary"] != "":
		return readMultipart(c, params["boundary"], limit)
	}
	return nil, problem.UnsupportedMediaType().WithDetail("The body must be %s, in UTF-8.", strings.Join(b.formTypes(), " or "))
}

func (b *binder) formTypes() []string {
	if b.files {
		return []string{formMultipart}
	}
	return []string{formURLEncoded, formMultipart}
}

func readURLEncoded(c *operation.Call, limit int64) (*form, error) {
	data, err := readBody(nil, c.Body, c.Request.ContentLength, limit)
	if err != nil {
		return nil, err
	}
	if bytes.Count(data, []byte("&")) >= maxFields {
		return nil, problem.TooLarge().WithDetail("The form has too many fields.")
	}
	pairs, err := parseQuery(string(data))
	if err != nil {
		return nil, fmt.Errorf("%w: form: %w", problem.Malformed().WithDetail("The form is not well formed."), err)
	}
	f := &form{values: make(map[string][]string)}
	for _, p := range pairs {
		f.values[p.name] = append(f.values[p.name], unescape(p.raw))
	}
	return f, nil
}

// readMultipart reads a multipart form, and has what it put on disk removed when the call is over.
func readMultipart(c *operation.Call, boundary string, limit int64) (*form, error) {
	body := limited(c.Body, limit)
	read, err := newMultipart(body, boundary).ReadForm(spool)
	if read != nil {
		c.Defer(func(error) { _ = read.RemoveAll() })
	}
	if err == nil {
		return &form{values: read.Value, files: read.File}, nil
	}
	_, large := errors.AsType[*http.MaxBytesError](err)
	_, disk := errors.AsType[*os.PathError](err)
	switch {
	case large:
		return nil, tooLarge(limit)
	case errors.Is(err, multipart.ErrMessageTooLarge):
		return nil, problem.TooLarge().WithDetail("The form has too many fields, or too large ones that are no files.")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errLateBody()
	case disk:
		return nil, fmt.Errorf("api: a file of a form cannot be kept: %w", err)
	}
	return nil, fmt.Errorf("%w: form: %w", problem.Malformed().WithDetail("The form is not well formed or ended early."), err)
}

// texts returns the values of a field; nil means that it is absent.
func (f *form) texts(name string) []string { return f.values[name] }

// bindFiles fills a field that holds files.
func (p *param) bindFiles(all []problem.Violation, f *form, field reflect.Value) []problem.Violation {
	violation := func(code, message string) []problem.Violation {
		return append(all, problem.Violation{In: p.in, Name: p.name, Code: code, Message: message})
	}
	var files []File
	for _, h := range f.files[p.name] {
		files = append(files, fileOf(h))
	}
	if slices.ContainsFunc(f.values[p.name], func(text string) bool { return text != "" }) { // browsers send "" when no file was chosen
		return violation(schema.CodeType, "must be a file")
	}
	switch {
	case len(files) == 0 && p.required:
		return violation(schema.CodeRequired, "is required")
	case len(files) > 1 && !p.schema.IsList():
		return violation(schema.CodeRepeated, "must be given once")
	case slices.ContainsFunc(files, File.garbled):
		return violation(schema.CodeEncoding, "must have its name and content type in UTF-8")
	case len(files) > 0:
		setFiles(field, files)
	}
	return p.collect(all, p.schema.Check(field))
}

// formStrangers reports the fields that the operation does not have, and files where it wants texts.
func (b *binder) formStrangers(f *form) []problem.Violation {
	var all []problem.Violation
	names := slices.Collect(maps.Keys(f.values))
	names = slices.Sorted(slices.Values(slices.AppendSeq(names, maps.Keys(f.files))))
	for _, name := range slices.Compact(names) {
		if len(all) == schema.MaxViolations {
			break
		}
		i := slices.IndexFunc(b.params, func(p param) bool { return p.in == inForm && p.name == name })
		v := problem.Violation{In: inForm, Name: strings.ToValidUTF8(name, "\uFFFD")}
		switch {
		case i < 0:
			v.Code, v.Message = schema.CodeUnknown, "is not a field of this form"
		case len(f.files[name]) > 0 && !b.params[i].files:
			v.Code, v.Message = schema.CodeType, "must be a text and no file"
		default:
			continue
		}
		all = append(all, v)
	}
	return all
}
