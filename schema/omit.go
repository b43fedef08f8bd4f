package schema

import "reflect"

// omission says when a member is left out of what is written: the options omitzero and omitempty of a json tag, as
// go-json-experiment/json understands them. What may be left out when it is written may be absent when it is read.
type omission int

const (
	omitNever omission = iota
	omitEmpty          // null, "", [] and {}
	omitZero           // the zero value, or what IsZero says
)

// leavesOut reports whether v is not written, so that no rule holds for it.
func (o omission) leavesOut(v reflect.Value) bool {
	switch o {
	case omitZero:
		if z, ok := v.Interface().(interface{ IsZero() bool }); ok && v.Kind() != reflect.Pointer {
			return z.IsZero()
		}
		return v.IsZero()
	case omitEmpty:
		switch v.Kind() {
		case reflect.String, reflect.Slice, reflect.Map:
			return v.Len() == 0
		case reflect.Pointer, reflect.Interface:
			return v.IsNil()
		}
	}
	return false
}
