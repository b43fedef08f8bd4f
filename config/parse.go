package config

import (
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	secretType      = reflect.TypeFor[Secret]()
	durationType    = reflect.TypeFor[time.Duration]()
	urlType         = reflect.TypeFor[url.URL]()
	unmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// isLeaf reports whether values of type t are written as one text.
func isLeaf(t reflect.Type) bool {
	if t == urlType || reflect.PointerTo(t).Implements(unmarshalerType) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Slice && isLeaf(t.Elem())
	case reflect.Map:
		return t.Key().Kind() == reflect.String && t.Elem().Kind() == reflect.String
	case reflect.Pointer:
		return t.Elem() == urlType
	}
	return false
}

// parse sets v to what the text says, or returns what is wrong with it.
func parse(text string, v reflect.Value) (reason string) {
	switch {
	case v.Type() == durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			return "is not a duration such as 30s"
		}
		v.SetInt(int64(d))
		return ""
	case v.Type() == urlType || (v.Kind() == reflect.Pointer && v.Type().Elem() == urlType):
		return parseURL(text, v)
	case v.CanAddr() && reflect.PointerTo(v.Type()).Implements(unmarshalerType):
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
			return "is refused: " + err.Error()
		}
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Slice:
		return parseSlice(fields(text), v)
	case reflect.Map:
		return parseMap(text, v)
	default:
		return parseScalar(text, v)
	}
	return ""
}

func parseScalar(text string, v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return "is neither true nor false"
		}
		v.SetBool(b)
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(text, v.Type().Bits())
		if err != nil {
			return "is not a number such as 0.5"
		}
		v.SetFloat(f)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			return fmt.Sprintf("is not a whole number from 0 to %d", uint64(1)<<(v.Type().Bits()-1)*2-1)
		}
		v.SetUint(n)
	default:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return "is not a whole number such as 10"
		}
		v.SetInt(n)
	}
	return ""
}

func parseURL(text string, v reflect.Value) string {
	u, err := url.Parse(text)
	if err != nil {
		return "is not a URL"
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.ValueOf(u))
	} else {
		v.Set(reflect.ValueOf(*u))
	}
	return ""
}

func parseSlice(texts []string, v reflect.Value) string {
	list := reflect.MakeSlice(v.Type(), len(texts), len(texts))
	for i, t := range texts {
		if reason := parse(t, list.Index(i)); reason != "" {
			return reason
		}
	}
	v.Set(list)
	return ""
}

func parseMap(text string, v reflect.Value) string {
	m := make(map[string]string)
	for _, part := range fields(text) {
		key, value, ok := strings.Cut(part, "=")
		if !ok || key == "" {
			return "is not a list such as a=1,b=2"
		}
		if _, twice := m[key]; twice {
			return "names " + strconv.Quote(key) + " twice"
		}
		m[key] = value
	}
	v.Set(reflect.ValueOf(m).Convert(v.Type()))
	return ""
}

// fields splits a comma-separated list; an empty text is an empty list.
func fields(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// text writes a value the way it can be read again.
func text(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Secret:
		return x.String()
	case *url.URL:
		if x == nil {
			return ""
		}
		return x.Redacted()
	case url.URL:
		return x.Redacted()
	case fmt.Stringer:
		return x.String()
	case encoding.TextMarshaler:
		if b, err := x.MarshalText(); err == nil {
			return string(b)
		}
	}
	switch v.Kind() {
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = text(v.Index(i))
		}
		return strings.Join(parts, ",")
	case reflect.Map:
		parts := make([]string, 0, v.Len())
		for _, k := range v.MapKeys() {
			parts = append(parts, k.String()+"="+v.MapIndex(k).String())
		}
		slices.Sort(parts)
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v.Interface())
}
