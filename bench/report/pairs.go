package report

import (
	"math"
	"slices"
)

// Median returns the middle of the values, or 0 of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}

// Pairs divides what was measured in one round by what was measured in the same round, and returns the median and the extremes. A
// machine that changes its speed between rounds does not change these.
func Pairs(ours, theirs []float64) (median, low, high float64) {
	n := min(len(ours), len(theirs))
	ratios := make([]float64, 0, n)
	for i := range n {
		if theirs[i] > 0 {
			ratios = append(ratios, ours[i]/theirs[i])
		}
	}
	if len(ratios) == 0 {
		return 0, 0, 0
	}
	return round(Median(ratios)), round(slices.Min(ratios)), round(slices.Max(ratios))
}

// Of returns m with what a series of values says, taken against another series of the same rounds.
func (m Measure) Of(values, measure []float64) Measure {
	if len(values) == 0 {
		return m
	}
	m.Fast, m.Typical, m.N = round(slices.Min(values)), round(Median(values)), len(values)
	m.Against, m.Low, m.High = Pairs(values, measure)
	return m
}

// round keeps what can be believed.
func round(v float64) float64 { return math.Round(v*1000) / 1000 }
