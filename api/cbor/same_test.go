package cbor_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// same reports whether two JSON documents have equal values: integers by their digits, other numbers as floats.
func same(t *testing.T, a, b []byte) bool {
	t.Helper()
	return reflect.DeepEqual(valueOf(t, a), valueOf(t, b))
}

func valueOf(t *testing.T, data []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%q: %v", data, err)
	}
	return plain(v)
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := strconv.ParseFloat(v.String(), 64); err == nil && (strings.ContainsAny(v.String(), ".eE") || f < 1<<53 && f > -1<<53) {
			return f
		}
		f, _ := strconv.ParseFloat(v.String(), 64)
		if strconv.FormatFloat(f, 'f', -1, 64) == v.String() {
			return f // a float without a fraction, which is written as an integer
		}
		return v.String()
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = plain(v[name])
		}
	}
	return v
}
