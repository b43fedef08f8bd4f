package cbor_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
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

// byTheLibrary is what the library makes of a document, as JSON.
func byTheLibrary(document []byte) ([]byte, error) {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 64, DefaultMapType: reflect.TypeFor[map[string]any](), TimeTagToAny: cbor.TimeTagToRFC3339Nano,
	}.DecMode()
	if err != nil {
		return nil, err
	}
	var v any
	if err := mode.Unmarshal(document, &v); err != nil {
		return nil, err
	}
	return json.Marshal(inJSONTypes(v))
}

// inJSONTypes puts a form that JSON has in the place of tags.
func inJSONTypes(v any) any {
	switch v := v.(type) {
	case cbor.Tag:
		if id, ok := v.Content.([]byte); ok && v.Number == 37 {
			h := hex.EncodeToString(id)
			return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
		}
		return inJSONTypes(v.Content)
	case big.Int:
		return json.Number(v.String())
	case []any:
		for i := range v {
			v[i] = inJSONTypes(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = inJSONTypes(v[name])
		}
	}
	return v
}
