package schema

import (
	"encoding/base64"
	"errors"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// AppendJSON appends v to dst as json.Marshal writes it under [JSONOptions]: the same bytes, by the compiled plan if v is of the type
// that the schema was compiled from. An error is that of json.Marshal; then dst comes back as it was. A value that has an address is
// written with fewer copies. No constraint is checked.
func (s *Schema) AppendJSON(dst []byte, v reflect.Value) ([]byte, error) {
	e := encoder{options: s.compiler.options}
	if v.IsValid() && v.Type() == s.typ {
		if out, err := s.node.encode(e, dst, v); err == nil {
			return out, nil
		}
	}
	out, err := e.library(dst, v) // which also says what is wrong
	if err != nil {
		return dst, err
	}
	return out, nil
}

// encoder is what nodes need to know to write a value.
type encoder struct {
	options json.Options
	depth   int
}

// maxEncoded is how deep a value may be nested to be written by the plan. What is deeper, or refers to itself, is left to the library.
const maxEncoded = 200

// errLibrary leaves the whole value to the library.
var errLibrary = errors.New("schema: left to the library")

// within is the encoder of the parts of a value.
func (e encoder) within() (encoder, error) {
	if e.depth++; e.depth > maxEncoded {
		return e, errLibrary
	}
	return e, nil
}

// library appends a value whose type has its own form, or that is rare.
func (e encoder) library(dst []byte, v reflect.Value) ([]byte, error) {
	var value any
	switch {
	case v.CanAddr():
		value = v.Addr().Interface()
	case v.IsValid():
		value = v.Interface()
	}
	data, err := json.Marshal(value, e.options)
	return append(dst, data...), err
}

func (n *opaqueNode) encode(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	return e.library(dst, v)
}
func (n *mapNode) encode(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	return e.library(dst, v)
}

func (n boolNode) encode(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
	return strconv.AppendBool(dst, v.Bool()), nil
}

func (n *stringNode) encode(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
	return appendText(dst, v.String())
}

// appendText appends a text as JSON writes it, which is mostly as it is.
func appendText(dst []byte, text string) ([]byte, error) {
	out := append(append(dst, '"'), text...)
	if plain(out[len(dst)+1:]) == len(text) {
		return append(out, '"'), nil
	}
	return jsontext.AppendQuote(dst, text)
}

func (n *numberNode[T]) encode(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
	switch {
	case v.CanInt():
		return strconv.AppendInt(dst, v.Int(), 10), nil
	case v.CanUint():
		return strconv.AppendUint(dst, v.Uint(), 10), nil
	}
	return appendFloat(dst, v.Float(), v.Type().Bits())
}

// appendFloat writes a float as ECMAScript does, which RFC 8785 made the form of JSON: with an exponent only when it is far from 1.
func appendFloat(dst []byte, f float64, bits int) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dst, errLibrary
	}
	low, high := 1e-6, 1e21
	if bits == 32 {
		low, high = float64(float32(low)), float64(float32(high))
	}
	if size := math.Abs(f); size == 0 || low <= size && size < high {
		return strconv.AppendFloat(dst, f, 'f', -1, bits), nil
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, bits)
	if n := len(dst); dst[n-4] == 'e' && dst[n-2] == '0' { // e-09 is written e-9
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst, nil
}

func (n *codecNode) encode(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	if n.codec.append == nil {
		return e.library(dst, v)
	}
	out, err := n.codec.append(append(dst, '"'), v)
	return append(out, '"'), err
}

func appendTime(dst []byte, v reflect.Value) ([]byte, error) {
	return addressable(v).Addr().Interface().(*time.Time).AppendText(dst)
}

func appendDuration(dst []byte, v reflect.Value) ([]byte, error) {
	return append(dst, time.Duration(v.Int()).String()...), nil
}

func appendBytes(dst []byte, v reflect.Value) ([]byte, error) {
	return base64.StdEncoding.AppendEncode(dst, addressable(v).Bytes()), nil
}

func (n *optionalNode) encode(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	inner, ok := wrapperOf(v).peek()
	if !ok {
		return append(dst, "null"...), nil
	}
	return n.elem.encode(e, dst, inner)
}

func (n *pointerNode) encode(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return append(dst, "null"...), nil
	}
	e, err := e.within()
	if err != nil {
		return dst, err
	}
	return n.elem.encode(e, dst, v.Elem())
}

func (n *listNode) encode(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	e, err := e.within()
	if err != nil {
		return dst, err
	}
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = n.elem.encode(e, dst, v.Index(i)); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func (n *objectNode) encode(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	return n.encodeMembers(e, append(dst, '{'), v, true)
}

// encodeMembers appends the members of an object that was begun, and its end.
func (n *objectNode) encodeMembers(e encoder, dst []byte, v reflect.Value, first bool) ([]byte, error) {
	e, err := e.within()
	if err != nil {
		return dst, err
	}
	for i := range n.members {
		m := &n.members[i]
		field, ok := m.peek(v)
		if !ok || m.omit&omitZero != 0 && isZero(field) {
			continue
		}
		before, lead := len(dst), m.lead
		if first {
			lead = lead[1:]
		}
		dst = append(dst, lead...)
		value := len(dst)
		if dst, err = m.schema.node.encode(e, dst, field); err != nil {
			return dst, err
		}
		if m.omit&omitEmpty != 0 && isEmptyJSON(dst[value:]) {
			dst = dst[:before]
			continue
		}
		first = false
	}
	return append(dst, '}'), nil
}

func isEmptyJSON(value []byte) bool {
	switch string(value) {
	case "null", `""`, "[]", "{}":
		return true
	}
	return false
}

func (n *unionNode) encode(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	slot := unionOf(v).slot()
	if slot.IsNil() {
		return dst, errNoCase
	}
	for i := range n.cases {
		if c := &n.cases[i]; c.typ == slot.Elem().Type() {
			return c.object.encodeMembers(e, append(append(dst, '{'), c.lead...), slot.Elem(), false)
		}
	}
	return dst, errNoCase
}
