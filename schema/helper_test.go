package schema_test

import (
	"reflect"
	"testing"

	"github.com/vade-go/vade/schema"
)

// compile returns the schema of T.
func compile[T any](tb testing.TB) *schema.Schema {
	tb.Helper()
	s, err := schema.NewCompiler().Compile(reflect.TypeFor[T]())
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// decode decodes data into a new T, which must be well-formed.
func decode[T any](tb testing.TB, data string) (T, schema.Violations) {
	tb.Helper()
	var v T
	found, err := compile[T](tb).Decode([]byte(data), reflect.ValueOf(&v).Elem())
	if err != nil {
		tb.Fatalf("Decode(%s): %v", data, err)
	}
	return v, found
}

// codes lists violations as "pointer code".
func codes(found schema.Violations) []string {
	var list []string
	for _, v := range found {
		list = append(list, v.Pointer+" "+v.Code)
	}
	return list
}
