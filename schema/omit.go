package schema

import (
	"encoding"
	"reflect"
)

// omission says when a member is left out of what is written: the options omitzero and omitempty of a json tag, as
// go-json-experiment/json understands them. What may be left out when it is written may be absent when it is read.
type omission int

const (
	omitNever omission = 0
	omitEmpty omission = 1 << iota // null, "", [] and {}
	omitZero                       // the zero value, or what IsZero says
)

// leavesOut reports whether v is not written, so that no rule holds for it.
func (o omission) leavesOut(v reflect.Value) bool {
	return o&omitZero != 0 && isZero(v) || o&omitEmpty != 0 && isEmpty(v)
}

func isZero(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Interface:
		return v.IsNil()
	case reflect.Pointer:
		z, ok := v.Interface().(interface{ IsZero() bool })
		return v.IsNil() || ok && z.IsZero()
	}
	v = addressable(v)
	if z, ok := v.Addr().Interface().(interface{ IsZero() bool }); ok {
		return z.IsZero()
	}
	return v.IsZero()
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Interface:
		return v.IsNil() // there are no rules for what is in it
	case reflect.Pointer:
		return v.IsNil() || isEmpty(v.Elem())
	}
	if m, ok := addressable(v).Addr().Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		return err == nil && len(text) == 0
	}
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return false
}
