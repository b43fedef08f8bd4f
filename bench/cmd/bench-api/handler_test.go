package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/vade-go/vade/bench/report"
)

// TestEveryHandlerIsMeasuredAndEverySpanArrives is a run of one short round. Its numbers mean nothing, its counts do.
func TestEveryHandlerIsMeasuredAndEverySpanArrives(t *testing.T) {
	r := new(report.Report)
	if err := handlers(t.Context(), settings{rounds: 1, slice: time.Millisecond}, r); err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != len(handlerGoals) || len(r.Detail) == 0 {
		t.Errorf("%d rows, %d measured", len(r.Rows), len(r.Detail))
	}
	for _, m := range r.Detail {
		if m.Typical <= 0 || m.Against <= 0 || m.Allocs < 1 {
			t.Errorf("%+v", m)
		}
	}
	if err := r.Write(filepath.Join(t.TempDir(), "results", "api.json")); err != nil {
		t.Error(err)
	}
}
