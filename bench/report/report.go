// Package report is what every comparison of this module hands in: rows of what was compared, printed as a table and kept as JSON.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
)

// Row is one comparison. Ratio is ours through theirs, so that less is better; Low and High are the extremes of its pairs.
type Row struct {
	Part   string  `json:"part"`
	What   string  `json:"what"`
	Ours   string  `json:"ours"`
	Theirs string  `json:"theirs"`
	Ratio  float64 `json:"ratio,omitempty"`
	Low    float64 `json:"low,omitempty"`
	High   float64 `json:"high,omitempty"`
	Goal   string  `json:"goal"`
	Result string  `json:"result"` // Met, Missed, NotAvailable, or "" where there is no goal
}

// The results of a row.
const (
	Met          = "met"
	Missed       = "missed"
	NotAvailable = "not available"
)

// Judge is the result of a goal.
func Judge(ok bool) string {
	if ok {
		return Met
	}
	return Missed
}

// Report is a whole run.
type Report struct {
	Name     string    `json:"name"`
	Began    string    `json:"began"`
	Commit   string    `json:"commit"`
	Settings string    `json:"settings"`
	Machine  Machine   `json:"machine"`
	Rows     []Row     `json:"rows"`
	Detail   []Measure `json:"detail"`
}

// Measure is what one implementation was seen to take. Against is its ratio to the measure of its part.
type Measure struct {
	Part    string  `json:"part"`
	What    string  `json:"what"`
	Unit    string  `json:"unit"`
	Fast    float64 `json:"fast"`
	Typical float64 `json:"typical"`
	Against float64 `json:"against"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Allocs  float64 `json:"allocs,omitempty"`
	Bytes   float64 `json:"bytes,omitempty"`
	Rate    float64 `json:"rate,omitempty"` // requests a second
	N       int     `json:"n"`
}

// Missing reports whether something could not be measured for want of a program.
func (r *Report) Missing() bool {
	return slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Result == NotAvailable })
}

// Print writes both tables.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nwhat\tours\ttheirs\tratio\tgoal\t\n")
	part := ""
	for _, row := range r.Rows {
		if row.Part != part {
			part = row.Part
			fmt.Fprintf(t, "-- %s\t\t\t\t\t\n", part)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", row.What, row.Ours, row.Theirs, Ratio(row.Ratio, row.Low, row.High), row.Goal, row.Result)
	}
	fmt.Fprintf(t, "\nmeasured\tfast\ttypical\tratio\tallocs\tB\tper s\n")
	part = ""
	for _, m := range r.Detail {
		if m.Part != part {
			part = m.Part
			fmt.Fprintf(t, "-- %s\t\t\t\t\t\t\n", part)
		}
		fmt.Fprintf(t, "%s\t%.1f %s\t%.1f %s\t%s\t%s\t%s\t%s\n", m.What, m.Fast, m.Unit, m.Typical, m.Unit,
			Ratio(m.Against, m.Low, m.High), whole(m.Allocs), whole(m.Bytes), whole(m.Rate))
	}
	return t.Flush()
}

// Ratio writes a ratio with its extremes.
func Ratio(r, low, high float64) string {
	if r == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f [%.2f-%.2f]", r, low, high)
}

func whole(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", v)
}

// Write keeps the report as JSON, and as a page of the same name beside it.
func (r *Report) Write(path string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return r.writePage(path)
}
