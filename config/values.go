package config

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Value is one setting as people look at it. Secrets are hidden.
type Value struct {
	Key     string // "payments.failure_rate"
	Env     string // "VADE_PAYMENTS_FAILURE_RATE"
	Value   string
	Default string
	Origin  string // "default", "vade.yaml:7:3", "environment VADE_…", "--set"
	Doc     string
	Secret  bool
}

// Values returns every setting, sorted by key. Before [Set.Load] these are the defaults.
func (s *Set) Values() []Value {
	out := make([]Value, len(s.fields))
	for i, f := range s.fields {
		out[i] = Value{
			Key: f.key, Env: f.env, Value: text(f.value), Default: f.fallback, Origin: f.origin, Doc: f.doc, Secret: f.secret,
		}
	}
	slices.SortFunc(out, func(a, b Value) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// Write prints settings as a table: key, value, where it came from, and what it means.
func Write(w io.Writer, values []Value) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "SETTING\tVALUE\tFROM\tVARIABLE\tMEANING")
	for _, v := range values {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", v.Key, v.Value, v.Origin, v.Env, v.Doc)
	}
	return t.Flush()
}
