package schema

import (
	"maps"
	"reflect"
	"slices"
)

// Keyed reports whether [Schema.DecodeKeyed] can be used: the type is a map whose values are textual and no lists.
func (s *Schema) Keyed() bool {
	_, ok := s.keyed()
	return ok
}

func (s *Schema) keyed() (*mapNode, bool) {
	n, ok := s.node.(*mapNode)
	if !ok {
		return nil, false
	}
	t, ok := n.elem.(textual)
	return n, ok && t.textual() && !t.repeatable()
}

// DecodeKeyed reads what was given for one parameter by key into the map dst and validates it: each key takes one value, as
// [Schema.DecodeText] takes it. The pointer of a violation is empty, or the key as in "/status". Dst must be settable; what it
// held is replaced. A schema that is not [Schema.Keyed] refuses everything.
func (s *Schema) DecodeKeyed(values map[string][]string, dst reflect.Value) Violations {
	var r report
	n, ok := s.keyed()
	if !ok {
		r.add(CodeType, "has no text form by key")
		return r.violations()
	}
	dst.Set(reflect.MakeMapWithSize(dst.Type(), len(values)))
	key, value := reflect.New(dst.Type().Key()).Elem(), reflect.New(dst.Type().Elem()).Elem()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		r.member(name)
		if isUTF8(&r, name) {
			key.SetString(name)
			value.SetZero()
			n.elem.(textual).decodeText(&r, values[name], value)
			dst.SetMapIndex(key, value)
		}
		r.leave()
	}
	n.checkSize(&r, dst)
	return r.violations()
}

// EncodeKeyed returns the values from which [Schema.DecodeKeyed] would read v, by key. It is an error when one of them has no
// text form.
func (s *Schema) EncodeKeyed(v reflect.Value) (map[string][]string, error) {
	n, ok := s.keyed()
	if !ok {
		return nil, errNoText
	}
	values := make(map[string][]string, v.Len())
	for _, key := range v.MapKeys() {
		texts, err := n.elem.(textual).encodeText(nil, v.MapIndex(key))
		if err != nil {
			return nil, err
		}
		values[key.String()] = texts
	}
	return values, nil
}
