package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
)

// Source is where values come from.
type Source struct {
	// Prefix begins the names of environment variables: "VADE_".
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
	Origin string // "vade.yaml:7:3", "environment VADE_GRACE", "--set"; empty: a declaration
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

// bound is a struct that was given to Bind.
type bound struct {
	section string
	value   reflect.Value
}

// field is one key.
type field struct {
	key, env, doc string
	value         reflect.Value // where it is kept
	fallback      string        // its text before anything was loaded
	origin        string
	required      bool
	secret        bool
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
		s.errs = append(s.errs, &Error{Key: section, Reason: fmt.Sprintf("bound to %T, which is no pointer to a struct", dst)})
		return
	}
	s.bind(section, v.Elem())
}

func (s *Set) bind(section string, v reflect.Value) {
	s.bound = append(s.bound, bound{section, v})
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := cmp.Or(f.Tag.Get("config"), snake(f.Name))
		if !f.IsExported() || name == "-" {
			continue
		}
		key := name
		if section != "" {
			key = section + "." + name
		}
		switch {
		case isLeaf(f.Type):
			s.add(&field{
				key: key, env: s.src.Prefix + envName(key), doc: f.Tag.Get("doc"), value: v.Field(i), fallback: text(v.Field(i)),
				origin: "default", required: f.Tag.Get("required") == "true", secret: f.Type == secretType,
			})
		case f.Type.Kind() == reflect.Struct:
			s.bind(key, v.Field(i))
		default:
			s.errs = append(s.errs, &Error{Key: key, Reason: fmt.Sprintf("a setting cannot be of type %s", f.Type)})
		}
	}
}

func (s *Set) add(f *field) {
	for _, other := range s.fields {
		if other.key == f.key || other.env == f.env {
			s.errs = append(s.errs, &Error{Key: f.key, Reason: fmt.Sprintf("two fields claim %s (the other is %s)", f.env, other.key)})
			return
		}
	}
	s.fields = append(s.fields, f)
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

// Load fills the bound structs. Every mistake comes back, joined; what is fine is filled all the same.
func (s *Set) Load() error {
	errs := slices.Clone(s.errs)
	errs = append(errs, s.loadFile()...)
	errs = append(errs, s.loadEnviron()...)
	errs = append(errs, s.loadOverrides()...)
	for _, f := range s.fields {
		if f.required && f.origin == "default" {
			errs = append(errs, &Error{Key: f.key, Reason: "is required", Hint: "set " + f.env})
		}
	}
	if len(errs) == 0 {
		errs = s.validate() // rules about values that are wrong already would only confuse
	}
	return errors.Join(errs...)
}

// validate calls the Validate methods of the bound structs.
func (s *Set) validate() []error {
	var errs []error
	for _, b := range s.bound {
		v, ok := b.value.Addr().Interface().(interface{ Validate() error })
		if !ok {
			continue
		}
		for _, err := range split(v.Validate()) {
			errs = append(errs, &Error{Key: b.section, Reason: err.Error()})
		}
	}
	return errs
}

// split takes joined errors apart.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, split(e)...)
		}
		return all
	}
	return []error{err}
}

// find returns the field of a key.
func (s *Set) find(key string) (*field, bool) {
	i := slices.IndexFunc(s.fields, func(f *field) bool { return f.key == key })
	if i < 0 {
		return nil, false
	}
	return s.fields[i], true
}

// set parses a text into a field.
func (f *field) set(text, origin string) error {
	if reason := parse(text, f.value); reason != "" {
		return f.wrong(text, origin, reason)
	}
	f.origin = origin
	return nil
}

func (f *field) wrong(text, origin, reason string) error {
	if !f.secret {
		reason = fmt.Sprintf("%q %s", text, reason)
	}
	return &Error{Key: f.key, Origin: origin, Reason: reason}
}
