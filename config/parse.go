package config

import (
	"encoding"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var (
	secretType      = reflect.TypeFor[Secret]()
	durationType    = reflect.TypeFor[time.Duration]()
	urlType         = reflect.TypeFor[url.URL]()
	urlPointer      = reflect.TypeFor[*url.URL]()
	unmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// shape is how values of a type are written.
type shape int

const (
	none  shape = iota // not at all: no setting can have this type
	plain              // as one text
	list               // as texts: "a,b", or a sequence in the file
	dict               // as texts with names: "a=1,b=2", or a mapping in the file
)

func shapeOf(t reflect.Type) shape {
	switch {
	case isPlain(t):
		return plain
	case t.Kind() == reflect.Slice && isPlain(t.Elem()):
		return list
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String && isPlain(t.Elem()):
		return dict
	}
	return none
}

func isPlain(t reflect.Type) bool {
	if t == urlType || t == urlPointer || reflect.PointerTo(t).Implements(unmarshalerType) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return false
}

// base is the type of the single values in a t.
func base(t reflect.Type) reflect.Type {
	if s := shapeOf(t); s == list || s == dict {
		return t.Elem()
	}
	return t
}

// parse sets v to what the text says, or returns what is wrong with it.
func parse(text string, v reflect.Value) (reason string) {
	switch shapeOf(v.Type()) {
	case list:
		parts := fields(text)
		l := reflect.MakeSlice(v.Type(), len(parts), len(parts))
		for i, part := range parts {
			if reason := parsePlain(part, l.Index(i)); reason != "" {
				return reason
			}
		}
		v.Set(l)
		return ""
	case dict:
		m := reflect.MakeMap(v.Type())
		for _, part := range fields(text) {
			key, value, ok := strings.Cut(part, "=")
			if !ok || key == "" {
				return "is not a list such as a=1,b=2"
			}
			if has(m, key) {
				return twice(key)
			}
			if reason := put(m, key, value); reason != "" {
				return reason
			}
		}
		v.Set(m)
		return ""
	}
	return parsePlain(text, v)
}

func has(m reflect.Value, key string) bool {
	return m.MapIndex(reflect.ValueOf(key).Convert(m.Type().Key())).IsValid()
}

func twice(key string) string { return "names " + strconv.Quote(key) + " twice" }

// put adds an entry to a map.
func put(m reflect.Value, key, text string) (reason string) {
	v := reflect.New(m.Type().Elem()).Elem()
	if reason := parsePlain(text, v); reason != "" {
		return reason
	}
	m.SetMapIndex(reflect.ValueOf(key).Convert(m.Type().Key()), v)
	return ""
}

func parsePlain(text string, v reflect.Value) (reason string) {
	switch v.Type() {
	case durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			return "is not a duration such as 30s"
		}
		v.SetInt(int64(d))
		return ""
	case urlType, urlPointer:
		return parseURL(text, v)
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			return "is refused: " + err.Error()
		}
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return "is neither true nor false"
		}
		v.SetBool(b)
	default:
		return parseNumber(text, v)
	}
	return ""
}

func parseNumber(text string, v reflect.Value) (reason string) {
	bits := v.Type().Bits()
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(text, bits)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) { // NaN would pass every comparison in Validate
			return "is not a number such as 0.5"
		}
		v.SetFloat(f)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, bits)
		if err != nil {
			return fmt.Sprintf("is not a whole number from 0 to %d", uint64(math.MaxUint64)>>(64-bits))
		}
		v.SetUint(n)
	default:
		n, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			return fmt.Sprintf("is not a whole number from %d to %d", int64(math.MinInt64)>>(64-bits), int64(math.MaxInt64)>>(64-bits))
		}
		v.SetInt(n)
	}
	return ""
}

// parseURL takes an empty text for no URL. Its reason does not repeat what package url says, which may hold a password.
func parseURL(text string, v reflect.Value) (reason string) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "is not a URL such as nats://127.0.0.1:4222"
	case v.Type() == urlType:
		v.Set(reflect.ValueOf(*u))
	case text == "":
		v.SetZero()
	default:
		v.Set(reflect.ValueOf(u))
	}
	return ""
}

// fields splits a comma-separated list; an empty text is an empty list.
func fields(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
