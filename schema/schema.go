package schema

import (
	"errors"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"
)

// Schema is a Go type and its constraints, compiled once: it decodes, checks, and describes itself.
// It is immutable and safe for concurrent use.
type Schema struct {
	compiler   *Compiler
	typ        reflect.Type
	node       node
	optional   bool
	notes      *notes // nil: none
	preset     *preset
	validation *validation
}

// node is the compiled form of one type under the constraints of one place.
type node interface {
	// decode reads exactly one JSON value into v. Its error ends the pass: the document is malformed.
	decode(d *decoder, v reflect.Value) error
	// encode appends v, which stands so deep in another value, as JSON. When it fails, the library says why.
	encode(dst []byte, v reflect.Value, depth int) ([]byte, error)
	// check holds a typed value to the constraints.
	check(r *report, v reflect.Value)
	// describe adds the JSON Schema to k, which is empty, and the structs it refers to to d.
	describe(d *Definitions, k keywords) keywords
}

// textual is a node that parameters can have: one that is also written as plain text.
type textual interface {
	// decodeText reads the values that were given for one parameter: one, or for a list any number.
	decodeText(r *report, values []string, v reflect.Value)
	// encodeText appends the values that decodeText would read; nothing for one that is absent.
	encodeText(values []string, v reflect.Value) ([]string, error)
	// textual is false for a composite whose parts have no text form.
	textual() bool
	// repeatable is true for a list.
	repeatable() bool
}

// Optional reports whether a value may be absent: the type is [Opt] or [Null], or the field
// has a default, or it is readOnly.
func (s *Schema) Optional() bool { return s.optional }

// Textual reports whether [Schema.DecodeText] can be used: the type is a scalar,
// a type with UnmarshalText, or a slice of those.
func (s *Schema) Textual() bool {
	t, ok := s.node.(textual)
	return ok && t.textual()
}

// Repeatable reports whether [Schema.DecodeText] takes any number of values: the type is a slice or an array.
func (s *Schema) Repeatable() bool {
	t, ok := s.node.(textual)
	return ok && t.repeatable()
}

// IsList reports whether the type is a slice or an array, or an [Opt] or [Null] of one.
func (s *Schema) IsList() bool {
	n := s.node
	if o, ok := n.(*optionalNode); ok {
		n = o.elem
	}
	_, ok := n.(*listNode)
	return ok
}

// Type returns the Go type that the schema was compiled from.
func (s *Schema) Type() reflect.Type { return s.typ }

// DecodeText reads the values given for one parameter into dst and validates them. Nil means
// that the parameter is absent: it gets its default, stays zero if optional, and
// is a violation otherwise.
//
// Scalars take exactly one value: "true" and "false", numbers as JSON writes them, strings and texts as they
// are, in UTF-8. A schema that is [Schema.Repeatable] takes one value for each item. The pointer of a violation is
// empty, or the index of the item as in "/2". Dst must be settable and zero. A schema that is not [Schema.Textual] refuses
// every value.
func (s *Schema) DecodeText(values []string, dst reflect.Value) Violations {
	var r report
	if values == nil {
		switch {
		case s.preset != nil:
			s.preset.apply(dst)
		case !s.optional:
			r.add(CodeRequired, "must be given")
		}
		return r.violations()
	}
	if !s.Textual() {
		r.add(CodeType, "has no text form")
		return r.violations()
	}
	s.node.(textual).decodeText(&r, values, dst)
	return r.violations()
}

// EncodeText returns the values from which [Schema.DecodeText] would read v; nil when v is absent. It is an error when v
// has no text form: an explicit null, a nil pointer, a type that cannot be written.
func (s *Schema) EncodeText(v reflect.Value) ([]string, error) {
	t, ok := s.node.(textual)
	if !ok || !t.textual() {
		return nil, errNoText
	}
	return t.encodeText(nil, v)
}

var errNoText = errors.New("schema: the value has no text form")

// Check holds a typed value to the constraints, as [Schema.Decode] would hold its JSON form. It serves
// calls inside one process, which never become JSON. V must be of the type that the schema was compiled
// from. At most [MaxViolations] are returned, and nesting beyond [MaxDepth] is one, which also stops cycles.
func (s *Schema) Check(v reflect.Value) Violations {
	r := report{path: make([]step, 0, 8)}
	s.node.check(&r, v)
	return r.violations()
}

// JSON returns the JSON Schema (draft 2020-12) of the type and its constraints, as one compact object with
// a fixed order of keywords. Named struct types become {"$ref": "#/schemas/Name"} and are added to d,
// which must not be nil.
func (s *Schema) JSON(d *Definitions) jsontext.Value {
	k := s.describe(d, d.room[:0])
	d.room = k[:0]
	return k.append(nil)
}

func (s *Schema) describe(d *Definitions, k keywords) keywords {
	return s.notes.describe(s.node.describe(d, k))
}
