package report

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Markdown writes the page of the run: where and when, where Vade loses, and both tables.
func (r *Report) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	m := r.Machine
	fmt.Fprintf(out, "<!-- written by \"make bench-%s\" -->\n# %s: one run\n\n", r.Name, r.Name)
	fmt.Fprintf(out, "- Began %s, commit %s\n- %s, %d cores, %s; %s, Linux %s; %s\n- /proc/loadavg at the beginning: %s\n- %s\n",
		r.Began, r.Commit, m.CPU, m.Cores, m.Memory, m.System, m.Kernel, m.Go, m.Load, r.Settings)
	if m.busy() {
		fmt.Fprintln(out, "- **Others worked on the machine at the same time.** Allocations hold; of ratios, those with narrow extremes; times say little.")
	}
	fmt.Fprint(out, "\nRatios are ours : theirs, the median of pairs of one round with their extremes; less is better.\n\n## Where Vade loses\n\n")
	lost := false
	for _, row := range r.Rows {
		if row.Ratio > 1 || row.Result == Missed {
			lost = true
			fmt.Fprintf(out, "- %s: **%s**: %s", row.Part, row.What, Ratio(row.Ratio, row.Low, row.High))
			if row.Goal != "" {
				fmt.Fprintf(out, " (goal %s: %s)", row.Goal, row.Result)
			}
			fmt.Fprintln(out)
		}
	}
	if !lost {
		fmt.Fprintln(out, "Nowhere in this run.")
	}
	r.comparisons(out)
	r.measured(out)
	return out.Flush()
}

func (r *Report) comparisons(w io.Writer) {
	part := ""
	for _, row := range r.Rows {
		if row.Part != part {
			part = row.Part
			fmt.Fprintf(w, "\n## Compared: %s\n\n| what | ours | theirs | ratio | goal | |\n|---|---|---|---|---|---|\n", part)
		}
		fmt.Fprintln(w, cells(row.What, row.Ours, row.Theirs, Ratio(row.Ratio, row.Low, row.High), row.Goal, row.Result))
	}
}

func (r *Report) measured(w io.Writer) {
	part := ""
	for _, m := range r.Detail {
		if m.Part != part {
			part = m.Part
			fmt.Fprintf(w, "\n## Measured: %s\n\n| what | fast %s | typical %s | ratio | allocs | B | per second |\n|---|---|---|---|---|---|---|\n", part, m.Unit, m.Unit)
		}
		fmt.Fprintln(w, cells(m.What, fmt.Sprintf("%.1f", m.Fast), fmt.Sprintf("%.1f", m.Typical),
			Ratio(m.Against, m.Low, m.High), whole(m.Allocs), whole(m.Bytes), whole(m.Rate)))
	}
}

func cells(values ...string) string { return "| " + strings.Join(values, " | ") + " |" }

// writePage keeps the page beside the JSON.
func (r *Report) writePage(path string) (err error) {
	f, err := os.Create(strings.TrimSuffix(path, filepath.Ext(path)) + ".md")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	return r.Markdown(f)
}
