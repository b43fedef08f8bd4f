package openapi_test

import (
	"fmt"
	"testing"

	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/manifest"
)

// many is a system of several hundred operations, each with types of its own.
func many(n int) *manifest.System {
	m := everything()
	form := m.Services[1].Operations
	var ops []manifest.Operation
	for i := range n {
		op := form[i%len(form)]
		op.ID = fmt.Sprintf("%s-%d", op.ID, i)
		op.Path = fmt.Sprintf("/v%d%s", i, op.Path)
		ops = append(ops, op)
	}
	m.Services[1].Operations = ops
	return m
}

func BenchmarkFiveHundredOperations(b *testing.B) {
	m := many(500)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := openapi.Document(m, openapi.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
