package config

import (
	"encoding"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
)

// Value is one setting as people look at it. Secrets are hidden, and so are passwords in URLs.
type Value struct {
	Key     string // "payments.failure_rate"
	Env     string // "VADE_PAYMENTS_FAILURE_RATE"
	Value   string
	Default string
	Origin  string // "default", "vade.yaml:7:3", "environment VADE_…", "flag"
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
	sort.Slice(out, func(i, j int) bool { return out[i].Key < out[j].Key }) // a sort of its own for the type would weigh 16 kB
	return out
}

// Write prints settings as a table: key, value, where it came from, the variable that sets it, and what it means. A value that
// would break a line or command the terminal is quoted as in Go.
func Write(w io.Writer, values []Value) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "SETTING\tVALUE\tFROM\tVARIABLE\tMEANING")
	for _, v := range values {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", v.Key, cell(v.Value), cell(v.Origin), v.Env, cell(v.Doc))
	}
	return t.Flush()
}

func cell(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// text writes a value the way it can be read again, secrets excepted.
func text(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Secret:
		return x.String()
	case *url.URL:
		if x == nil {
			return ""
		}
		return Redacted(x)
	case url.URL:
		return Redacted(&x)
	case encoding.TextMarshaler:
		if b, err := x.MarshalText(); err == nil {
			return string(b)
		}
	case fmt.Stringer:
		return x.String()
	}
	switch shapeOf(v.Type()) {
	case list:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = text(v.Index(i))
		}
		return strings.Join(parts, ",")
	case dict:
		parts := make([]string, 0, v.Len())
		for _, k := range v.MapKeys() {
			parts = append(parts, k.String()+"="+text(v.MapIndex(k)))
		}
		slices.Sort(parts)
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v.Interface())
}
