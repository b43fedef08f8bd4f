package api_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
)

// BenchmarkFiveHundredOperations is what a large service pays at its start: 500 operations declared, compiled and opened.
func BenchmarkFiveHundredOperations(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		s := newService()
		for i := range 500 {
			declareForStart(s, i)
		}
		s.open(b, io.Discard, nil)
	}
}

// declareForStart declares one of many operations.
func declareForStart(s operation.Scope, i int) {
	api.Post(s, fmt.Sprintf("/shops/{shop}/orders%d", i), echo, auth.Require(auth.OAuth2("shop"), "orders:write"), api.Name(fmt.Sprintf("op%d", i)))
}
