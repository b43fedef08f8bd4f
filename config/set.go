package config

import (
	"cmp"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
)

// Source is where values come from.
type Source struct {
	// Prefix begins the names of environment variables: "VADE_". Without one, variables that nobody asks for are ignored.
	Prefix string
	// Environ is the environment, as "NAME=value". Default: [os.Environ].
	Environ []string
	// File is the path of a YAML file; empty: none.
	File string
	// FileRequired makes it an error that the file is not there.
	FileRequired bool
	// Overrides are values by key, usually from flags.
	Overrides map[string]string
}

// Error is one thing that is wrong with the settings.
type Error struct {
	Key    string // "payments.failure_rate"; empty when the error is of no key
	Origin string // "vade.yaml:7:3", "environment VADE_GRACE", "flag"; empty: a declaration
	Reason string // "is not a duration such as 30s"
	Hint   string // "did you mean …?"; may be empty
}

// Error joins what is known: origin, key, reason, hint.
func (e *Error) Error() string {
	var b strings.Builder
	for _, part := range []string{e.Origin, e.Key} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(e.Reason)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Set is the settings of a program: structs bound to keys.
type Set struct {
	src    Source
	bound  []bound
	fields []*field
	errs   []error
}

// bound is a struct with a section of its own, whose Validate method is called.
type bound struct {
	section string
	value   reflect.Value
}

// fromDefault is the origin of what nobody has set.
const fromDefault = "default"

// field is one key.
type field struct {
	key, env, doc string
	value         reflect.Value // where it is kept
	shape         shape
	fallback      string // its text before anything was loaded
	origin        string
	given         bool // some source names it, rightly or wrongly
	required      bool
	secret        bool
	quiet         bool // error texts do not quote it: secrets, and URLs, which may hold a password
}

// New returns a set without settings.
func New(src Source) *Set {
	if src.Environ == nil {
		src.Environ = os.Environ()
	}
	return &Set{src: src}
}

// Bind adds the fields of the struct at dst under a section, "" for none. What the struct holds are the defaults. Several structs
// may share a section; a key may not have two fields. Mistakes are reported by [Set.Load].
func (s *Set) Bind(section string, dst any) {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		s.refuse(section, "bound to %T, which is no pointer to a struct", dst)
		return
	}
	s.bind(section, v.Elem())
}

// refuse notes a mistake of the declaration.
func (s *Set) refuse(key, format string, args ...any) {
	s.errs = append(s.errs, &Error{Key: key, Reason: fmt.Sprintf(format, args...)})
}

func (s *Set) bind(section string, v reflect.Value) {
	s.bound = append(s.bound, bound{section, v})
	s.walk(section, v)
}

// walk adds the fields of a struct, those of embedded structs as if they were its own.
func (s *Set) walk(section string, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, kind := f.Tag.Get("config"), shapeOf(f.Type)
		isStruct := kind == none && f.Type.Kind() == reflect.Struct
		key := cmp.Or(tag, snake(f.Name))
		if section != "" {
			key = section + "." + key
		}
		switch {
		case tag == "-":
		case f.Anonymous && isStruct && tag == "":
			s.walk(section, v.Field(i)) // its Validate is promoted, unless the outer struct has its own
		case !f.IsExported():
		case isStruct:
			s.bind(key, v.Field(i))
		case kind == none:
			s.refuse(key, "a setting cannot be of type %s", f.Type)
		default:
			single := base(f.Type)
			s.add(&field{
				key: key, env: s.src.Prefix + envName(key), doc: f.Tag.Get("doc"),
				value: v.Field(i), shape: kind, fallback: text(v.Field(i)), origin: fromDefault,
				required: f.Tag.Get("required") == "true",
				secret:   single == secretType,
				quiet:    single == secretType || single == urlType || single == urlPointer,
			})
		}
	}
}

func (s *Set) add(f *field) {
	for _, other := range s.fields {
		if other.key == f.key || other.env == f.env {
			s.refuse(f.key, "two fields claim %s (the other is %s)", f.env, other.key)
			return
		}
		if strings.HasPrefix(f.key, other.key+".") || strings.HasPrefix(other.key, f.key+".") {
			s.refuse(f.key, "a key cannot be a value and a section at once (the other is %s)", other.key)
			return
		}
	}
	s.fields = append(s.fields, f)
}

// find returns the field of a key.
func (s *Set) find(key string) (*field, bool) {
	i := slices.IndexFunc(s.fields, func(f *field) bool { return f.key == key })
	if i < 0 {
		return nil, false
	}
	return s.fields[i], true
}

// isSection reports whether some key is inside this one.
func (s *Set) isSection(key string) bool {
	return slices.ContainsFunc(s.fields, func(f *field) bool { return strings.HasPrefix(f.key, key+".") })
}

// snake turns a field's name into a key: FailureRate is failure_rate, JWKS is jwks, HTTPPort is http_port.
func snake(name string) string {
	runes := []rune(name)
	upper := func(i int) bool { return i >= 0 && i < len(runes) && runes[i] >= 'A' && runes[i] <= 'Z' }
	var b strings.Builder
	for i, r := range runes {
		newWord := upper(i) && i > 0 && (!upper(i-1) || (i+1 < len(runes) && !upper(i+1)))
		if newWord {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// envName turns a key into the name of a variable, without the prefix.
func envName(key string) string {
	return strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}
