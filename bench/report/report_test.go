package report_test

import (
	"strings"
	"testing"

	"github.com/vade-go/vade/bench/report"
)

func TestARatioIsTheMedianOfPairs(t *testing.T) {
	t.Parallel()
	// The machine is twice as slow in the second round, for both.
	median, low, high := report.Pairs([]float64{3, 6, 4}, []float64{2, 4, 2})
	if median != 1.5 || low != 1.5 || high != 2 {
		t.Errorf("%v [%v-%v]", median, low, high)
	}
	if median, _, _ := report.Pairs(nil, []float64{1}); median != 0 {
		t.Errorf("of nothing: %v", median)
	}
}

func TestTheMedianOfAnEvenNumberIsBetweenTheTwo(t *testing.T) {
	t.Parallel()
	if m := report.Median([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Error(m)
	}
}

func TestWhatIsMissingIsInTheTable(t *testing.T) {
	t.Parallel()
	r := &report.Report{Rows: []report.Row{{Part: "wire", What: "a : b", Goal: "< 1", Result: report.NotAvailable}}}
	var out strings.Builder
	if err := r.Print(&out); err != nil {
		t.Fatal(err)
	}
	if !r.Missing() || !strings.Contains(out.String(), "not available") {
		t.Error(out.String())
	}
}

func TestThePageSaysWhereVadeLoses(t *testing.T) {
	t.Parallel()
	r := &report.Report{Name: "api", Rows: []report.Row{
		{Part: "wire", What: "slow : fast", Ratio: 1.5, Low: 1.4, High: 1.6, Goal: "< 1", Result: report.Missed},
		{Part: "wire", What: "fast : slow", Ratio: 0.5, Low: 0.4, High: 0.6, Goal: "< 1", Result: report.Met},
	}}
	var page strings.Builder
	if err := r.Markdown(&page); err != nil {
		t.Fatal(err)
	}
	lost, _, _ := strings.Cut(page.String(), "## Compared")
	if !strings.Contains(lost, "**slow : fast**: 1.50 [1.40-1.60] (goal < 1: missed)") || strings.Contains(lost, "fast : slow") {
		t.Error(page.String())
	}
}
