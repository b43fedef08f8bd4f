//go:build !race

package api_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// orderAllocs is how many allocations the whole of the order of bench_test.go may cost: mux, span, measurements, access record,
// binding, validation, encoding. It is what was measured last, so that it only goes down; "make bench-api" tells how that compares.
const orderAllocs = 7

// TestAnOrderStaysInItsBudgetOfAllocations counts, since allocations do not depend on the machine. The race detector empties pools
// as it likes, so it is left out there.
func TestAnOrderStaysInItsBudgetOfAllocations(t *testing.T) { // alone: what runs beside it would be counted
	s := newService()
	api.Post(s, "/orders", placeBench, auth.Public())
	once := repeated(s.open(t, io.Discard, nil))
	allocs := testing.AllocsPerRun(500, func() {
		if status := once(); status != http.StatusCreated {
			t.Fatal(status)
		}
	})
	t.Logf("%.0f allocations", allocs)
	if allocs > orderAllocs {
		t.Errorf("%.0f allocations, and the budget is %d", allocs, orderAllocs)
	}
}
