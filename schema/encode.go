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
	if v.IsValid() && v.Type() == s.typ {
		if out, err := s.node.encode(dst, v, 0); err == nil {
			return out, nil
		}
	}
	out, err := appendByLibrary(dst, v, s.compiler.options) // which also says what is wrong
	if err != nil {
		return dst, err
	}
	return out, nil
}

// maxEncoded is how deep a value may be nested to be written by the plan. What is deeper, or refers to itself, is left to the library.
const maxEncoded = 200

// errLibrary leaves the whole value to the library.
var errLibrary = errors.New("schema: left to the library")

// appendByLibrary appends a value whose type has its own form, or that is rare.
func appendByLibrary(dst []byte, v reflect.Value, options json.Options) ([]byte, error) {
	var value any
	switch {
	case v.CanAddr():
		value = v.Addr().Interface()
	case v.IsValid():
		value = v.Interface()
	}
	data, err := json.Marshal(value, options)
	return append(dst, data...), err
}

func (n *opaqueNode) encode(dst []byte, v reflect.Value, _ int) ([]byte, error) {
	return appendByLibrary(dst, v, n.options)
}
func (n *mapNode) encode(dst []byte, v reflect.Value, _ int) ([]byte, error) {
	return appendByLibrary(dst, v, n.options)
}

func (n boolNode) encode(dst []byte, v reflect.Value, _ int) ([]byte, error) {
	return strconv.AppendBool(dst, v.Bool()), nil
}

func (n *stringNode) encode(dst []byte, v reflect.Value, _ int) ([]byte, error) {
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

func (n *numberNode[T]) encode(dst []byte, v reflect.Value, _ int) ([]byte, error) {
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

func (n *codecNode) encode(dst []byte, v reflect.Value, _ int) ([]byte, error) {
	if n.codec.append == nil {
		return appendByLibrary(dst, v, n.options)
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

func (n *optionalNode) encode(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	inner, ok := wrapperOf(v).peek()
	if !ok {
		return append(dst, "null"...), nil
	}
	return n.elem.encode(dst, inner, depth)
}

func (n *pointerNode) encode(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.IsNil() {
		return append(dst, "null"...), nil
	}
	if depth++; depth > maxEncoded {
		return dst, errLibrary
	}
	return n.elem.encode(dst, v.Elem(), depth)
}

func (n *listNode) encode(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth++; depth > maxEncoded {
		return dst, errLibrary
	}
	dst = append(dst, '[')
	var err error
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = n.elem.encode(dst, v.Index(i), depth); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func (n *objectNode) encode(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	return n.encodeMembers(append(dst, '{'), v, depth, true)
}

// encodeMembers appends the members of an object that was begun, and its end.
func (n *objectNode) encodeMembers(dst []byte, v reflect.Value, depth int, first bool) ([]byte, error) {
	if depth++; depth > maxEncoded {
		return dst, errLibrary
	}
	var err error
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
		if dst, err = m.schema.node.encode(dst, field, depth); err != nil {
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

func (n *unionNode) encode(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	slot := unionOf(v).slot()
	if slot.IsNil() {
		return dst, errNoCase
	}
	for i := range n.cases {
		if c := &n.cases[i]; c.typ == slot.Elem().Type() {
			return c.object.encodeMembers(append(append(dst, '{'), c.lead...), slot.Elem(), depth, false)
		}
	}
	return dst, errNoCase
}
