//go:build !race

package api_test

import (
	"io"
	"math"
	"net/http"
	"runtime"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// orderAllocs is how many allocations the whole of the order of bench_test.go may cost: mux, span, measurements, access record,
// binding, validation, encoding. It is what was measured last, so that it only goes down; "make bench-api" tells how that compares.
const orderAllocs = 6

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

// What the declaration and the opening of 500 operations of the same types may cost. It is what was measured last, with a little room, so that it
// only goes down; bench/things has the same for types that all differ.
const (
	startAllocs = 115_000
	startBytes  = 8_100_000
)

// TestFiveHundredOperationsStartInTheirBudget counts what a start allocates, since the time it takes depends on the machine and goes by that.
func TestFiveHundredOperationsStartInTheirBudget(t *testing.T) { // alone: what runs beside it would be counted
	allocs, bytes := uint64(math.MaxUint64), uint64(math.MaxUint64)
	for range 3 { // the least, since something else of the process may allocate, too
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s := newService()
		for i := range 500 {
			declareForStart(s, i)
		}
		s.open(t, io.Discard, nil)
		runtime.ReadMemStats(&after)
		allocs, bytes = min(allocs, after.Mallocs-before.Mallocs), min(bytes, after.TotalAlloc-before.TotalAlloc)
	}
	t.Logf("%d allocations, %d bytes", allocs, bytes)
	if allocs > startAllocs || bytes > startBytes {
		t.Errorf("%d allocations and %d bytes, and the budget is %d and %d", allocs, bytes, startAllocs, startBytes)
	}
}
