package schema

import (
	"math"
	"reflect"
	"strconv"
)

// numeric compiles a number; nil if t is none.
func numeric(t reflect.Type, tags *tags) node {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return newInt(t, tags)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return newUint(t, tags)
	case reflect.Float32, reflect.Float64:
		return newFloat(t, tags)
	}
	return nil
}

const wantInteger = "an integer"

// newInt makes the node of a signed integer. Bounds of up to 32 bits are written as keywords, wider ones as the format.
func newInt(t reflect.Type, tags *tags) node {
	accept := func(text string) (int64, error) {
		value, err := parseInt([]byte(text))
		if err == nil && reflect.Zero(t).OverflowInt(value) {
			err = errOutOfRange
		}
		return value, err
	}
	form := func(k keywords) keywords {
		k = k.set("type", `"integer"`).text("format", "int"+strconv.Itoa(t.Bits()))
		if bits := t.Bits(); bits <= 32 {
			k = k.with("minimum", -(int64(1)<<(bits-1))).with("maximum", int64(1)<<(bits-1)-1)
		}
		return k
	}
	return &numberNode[int64]{
		want:  wantInteger,
		form:  form,
		rules: numbers(tags, accept, func(n, multiple int64) bool { return n%multiple == 0 }),
		parse: parseInt,
		get:   func(v reflect.Value) (int64, error) { return v.Int(), nil },
		set: func(v reflect.Value, value int64) error {
			if v.OverflowInt(value) {
				return errOutOfRange
			}
			v.SetInt(value)
			return nil
		},
	}
}

func newUint(t reflect.Type, tags *tags) node {
	accept := func(text string) (uint64, error) {
		value, err := parseUint([]byte(text))
		if err == nil && reflect.Zero(t).OverflowUint(value) {
			err = errOutOfRange
		}
		return value, err
	}
	form := func(k keywords) keywords {
		k = k.set("type", `"integer"`).text("format", "uint"+strconv.Itoa(t.Bits())).set("minimum", "0")
		if bits := t.Bits(); bits <= 32 {
			k = k.with("maximum", uint64(1)<<bits-1)
		}
		return k
	}
	return &numberNode[uint64]{
		want:  wantInteger,
		form:  form,
		rules: numbers(tags, accept, func(n, multiple uint64) bool { return n%multiple == 0 }),
		parse: parseUint,
		get:   func(v reflect.Value) (uint64, error) { return v.Uint(), nil },
		set: func(v reflect.Value, value uint64) error {
			if v.OverflowUint(value) {
				return errOutOfRange
			}
			v.SetUint(value)
			return nil
		},
	}
}

// newFloat makes the node of a float. Constraints hold for decimals: the one that was written, and the shortest that stands for
// what is kept of it. So a float32 field with maximum 0.1 accepts 0.1.
func newFloat(t reflect.Type, tags *tags) node {
	format := "double"
	if t.Bits() == 32 {
		format = "float"
	}
	return &numberNode[float64]{
		want:  "a number",
		form:  func(k keywords) keywords { return k.set("type", `"number"`).text("format", format) },
		rules: numbers(tags, func(text string) (float64, error) { return parseFloat([]byte(text)) }, isMultiple),
		parse: parseFloat,
		get: func(v reflect.Value) (float64, error) {
			f := v.Float()
			if math.IsNaN(f) || math.IsInf(f, 0) {
				return 0, errFormat
			}
			return strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, v.Type().Bits()), 64)
		},
		set: func(v reflect.Value, value float64) error {
			if v.SetFloat(value); math.IsInf(v.Float(), 0) { // OverflowFloat refuses the decimal that stands for MaxFloat32
				v.SetZero()
				return errOutOfRange
			}
			return nil
		},
	}
}
