package schema

import (
	"encoding"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Describer is implemented by types that read their own JSON (UnmarshalJSON or UnmarshalJSONFrom) and can tell
// its schema. JSONSchema returns one JSON Schema object or boolean of draft 2020-12, without references to
// other documents; it is called on a zero value at compile time. Without it such a type is described as any JSON.
type Describer interface {
	JSONSchema() []byte
}

// opaqueNode is the schema of a type that decodes itself, and of any.
type opaqueNode struct {
	form     keywords
	options  json.Options
	fromText func(text string, v reflect.Value) error // nil when the type has no text form
}

func (n *opaqueNode) decode(d *decoder, v reflect.Value) error {
	raw, err := d.read()
	if err != nil {
		return err
	}
	if err := d.admit(raw); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v.Addr().Interface(), n.options); err != nil {
		d.report.refuse(err, CodeCustom, "must have the form of its type")
	}
	return nil
}

func (n *opaqueNode) check(*report, reflect.Value) {}

func (n *opaqueNode) describe(_ *Definitions, k keywords) keywords { return append(k, n.form...) }

func (n *opaqueNode) textual() bool    { return n.fromText != nil }
func (n *opaqueNode) repeatable() bool { return false }

func (n *opaqueNode) encodeText(values []string, v reflect.Value) ([]string, error) {
	m, ok := addressable(v).Addr().Interface().(encoding.TextMarshaler)
	if !ok {
		return nil, errNoText
	}
	text, err := m.MarshalText()
	return append(values, string(text)), err
}

func (n *opaqueNode) decodeText(r *report, values []string, v reflect.Value) {
	text, ok := single(r, values)
	if !ok {
		return
	}
	if err := n.fromText(text, v); err != nil {
		r.refuse(err, CodeFormat, "must be in the format of its type")
	}
}

// newOpaque returns the node of a type that decodes itself.
func newOpaque(t reflect.Type, options json.Options) (*opaqueNode, error) {
	n := &opaqueNode{options: options}
	pointer := reflect.PointerTo(t)
	if pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		n.fromText = textCodec(t).parse
	}
	if pointer.Implements(reflect.TypeFor[Describer]()) {
		form, err := parseKeywords(reflect.New(t).Interface().(Describer).JSONSchema())
		if err != nil {
			return nil, err
		}
		n.form = form
	}
	return n, nil
}

// hasMethods reports whether a t, or a pointer to one, has exported methods, so that they may have a say in its form. It spares
// most types all further questions.
func hasMethods(t reflect.Type) bool {
	if t.PkgPath() == "" && t.Kind() != reflect.Struct { // predeclared, or without a name
		return false
	}
	return reflect.PointerTo(t).NumMethod() > 0
}

// hasJSONMethods reports whether the type takes its JSON form into its own hands.
func hasJSONMethods(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return t == reflect.TypeFor[jsontext.Value]() ||
		pointer.Implements(reflect.TypeFor[json.Marshaler]()) ||
		pointer.Implements(reflect.TypeFor[json.MarshalerTo]()) ||
		pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		pointer.Implements(reflect.TypeFor[json.UnmarshalerFrom]())
}

// hasTextMethods reports whether the type has a text form of its own.
func hasTextMethods(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(reflect.TypeFor[encoding.TextMarshaler]()) ||
		pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// hasOwnForm reports whether methods of the type decide its JSON form.
func hasOwnForm(t reflect.Type) bool {
	return hasMethods(t) && (hasJSONMethods(t) || hasTextMethods(t))
}
