package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The places of named schemas: in a manifest and in an OpenAPI document.
const (
	manifestSchemas  = "#/schemas/"
	componentSchemas = "#/components/schemas/"
)

// refer rewrites the references of a JSON Schema from manifest to document and calls found with the name of every schema that
// is referred to. Only references are touched: members that hold data, such as an example with a member $ref, are copied.
func refer(schema []byte, found func(name string)) (jsontext.Value, error) {
	var out bytes.Buffer
	r := referrer{dec: jsontext.NewDecoder(bytes.NewReader(schema)), enc: jsontext.NewEncoder(&out), found: found}
	if err := r.schema(); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("schema: more follows the JSON value")
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

type referrer struct {
	dec   *jsontext.Decoder
	enc   *jsontext.Encoder
	found func(string)
}

// schema copies one schema, or a list of them.
func (r referrer) schema() error {
	switch r.dec.PeekKind() {
	case '{':
		return r.members(r.keyword)
	case '[':
		return r.elements()
	}
	return r.data()
}

// keyword copies the value of a member of a schema.
func (r referrer) keyword(name string) error {
	switch name {
	case "$ref", "$dynamicRef":
		return r.reference()
	case "const", "enum", "default", "example", "examples":
		return r.data()
	case "discriminator":
		return r.discriminator()
	case "properties", "patternProperties", "dependentSchemas", "$defs", "definitions":
		if r.dec.PeekKind() == '{' {
			return r.members(func(string) error { return r.schema() })
		}
	}
	return r.schema()
}

// discriminator copies the object of OpenAPI that tells the cases of a oneOf apart, whose mapping refers to them.
func (r referrer) discriminator() error {
	if r.dec.PeekKind() != '{' {
		return r.data()
	}
	return r.members(func(name string) error {
		if name != "mapping" || r.dec.PeekKind() != '{' {
			return r.data()
		}
		return r.members(func(string) error { return r.reference() })
	})
}

func (r referrer) reference() error {
	if r.dec.PeekKind() != '"' {
		return r.data()
	}
	token, err := r.dec.ReadToken()
	if err != nil {
		return err
	}
	target := token.String()
	if path, ok := strings.CutPrefix(target, manifestSchemas); ok {
		name, _, _ := strings.Cut(path, "/")
		r.found(name)
		target = componentSchemas + path
	}
	return r.enc.WriteToken(jsontext.String(target))
}

// members copies an object whose values are copied by value.
func (r referrer) members(value func(name string) error) error {
	if err := r.token(); err != nil {
		return err
	}
	for r.dec.PeekKind() == '"' {
		token, err := r.dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if err := r.enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := value(name); err != nil {
			return err
		}
	}
	return r.token()
}

func (r referrer) elements() error {
	if err := r.token(); err != nil {
		return err
	}
	for kind := r.dec.PeekKind(); kind != ']' && kind != jsontext.KindInvalid; kind = r.dec.PeekKind() {
		if err := r.schema(); err != nil {
			return err
		}
	}
	return r.token()
}

// token copies one token, the beginning or end of something.
func (r referrer) token() error {
	token, err := r.dec.ReadToken()
	if err != nil {
		return err
	}
	return r.enc.WriteToken(token)
}

// data copies a whole value as it is.
func (r referrer) data() error {
	value, err := r.dec.ReadValue()
	if err != nil {
		return err
	}
	return r.enc.WriteValue(value)
}
