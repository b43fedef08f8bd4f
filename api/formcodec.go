package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// describeForm describes the fields of the form as the members of an object.
func (b *binder) describeForm(d *operation.Description) *manifest.Content {
	types := b.formTypes()
	properties, required := []byte(`{"type":"object","properties":{`), []string{}
	for _, p := range b.params {
		if p.in != inForm {
			continue
		}
		if properties[len(properties)-1] != '{' {
			properties = append(properties, ',')
		}
		properties, _ = jsontext.AppendQuote(properties, p.name) // a tag of Go source, which is UTF-8
		properties = append(append(properties, ':'), p.schema.JSON(d.Definitions)...)
		if p.required {
			required = append(required, p.name)
		}
	}
	properties = append(properties, '}')
	if len(required) > 0 {
		list, _ := json.Marshal(required)
		properties = append(append(properties, `,"required":`...), list...)
	}
	return &manifest.Content{
		MediaType: types[0], Also: types[1:], Optional: len(required) == 0,
		Schema: append(properties, `,"additionalProperties":false}`...),
	}
}

// unfitFiles says what of a field's files no request can carry.
func (p *param) unfitFiles(in reflect.Value) []problem.Violation {
	for _, f := range filesOf(in.FieldByIndex(p.index)) {
		code, message := schema.CodeFormat, ""
		if f.open == nil {
			message = "must be a file with content"
		}
		if _, _, err := mime.ParseMediaType(f.ContentType); f.ContentType != "" && (err != nil || unfitForLine(f.ContentType)) {
			message = "must have a well-formed content type"
		}
		if f.Name != filepath.Base(f.Name) || strings.ContainsFunc(f.Name, isControl) { // what reads a form takes folders away
			message = "must be called something without folders and control characters"
		}
		if f.garbled() {
			code, message = schema.CodeEncoding, "must have its name and content type in UTF-8"
		}
		if message != "" {
			return []problem.Violation{{In: p.in, Name: p.name, Code: code, Message: message}}
		}
	}
	return nil
}

// unfitForLine reports what would end the line of a header or not survive it. [mime.ParseMediaType] passes over such space.
func unfitForLine(text string) bool {
	return strings.ContainsFunc(text, isControl) || text != strings.Trim(text, " \t")
}

// encodeForm makes the body of a typed call whose input has fields with the tag form.
func (b *binder) encodeForm(in reflect.Value, header http.Header) (io.Reader, error) {
	if !b.files {
		values := url.Values{}
		for i := range b.params {
			if p := &b.params[i]; p.in == inForm {
				texts, _ := p.texts(in) // its violations are known
				values[p.name] = texts
			}
		}
		header.Set("Content-Type", formURLEncoded)
		return strings.NewReader(values.Encode()), nil
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := range b.params {
		if p := &b.params[i]; p.in == inForm {
			if err := p.writeParts(w, in); err != nil {
				return nil, err
			}
		}
	}
	header.Set("Content-Type", w.FormDataContentType())
	return &body, w.Close()
}

func (p *param) writeParts(w *multipart.Writer, in reflect.Value) error {
	if !p.files {
		texts, _ := p.texts(in)
		for _, text := range texts {
			if err := w.WriteField(p.name, text); err != nil {
				return err
			}
		}
		return nil
	}
	for _, f := range filesOf(in.FieldByIndex(p.index)) {
		if err := f.writePart(w, p.name); err != nil {
			return err
		}
	}
	return nil
}

func (f File) writePart(w *multipart.Writer, name string) error {
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", multipart.FileContentDisposition(name, f.Name))
	if f.ContentType != "" {
		h.Set("Content-Type", f.ContentType)
	}
	part, err := w.CreatePart(h)
	if err != nil {
		return err
	}
	content, err := f.Open()
	if err != nil {
		return err
	}
	_, err = io.Copy(part, content)
	return errors.Join(err, content.Close())
}
