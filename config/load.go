package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Load fills the bound structs. Every mistake comes back, joined, each an [*Error]; what is fine is filled all the same. It is
// called once, after the last Bind.
func (s *Set) Load() error {
	errs := slices.Concat(s.errs, s.loadFile(), s.loadEnviron(), s.loadOverrides(), s.missing())
	if len(errs) == 0 {
		errs = s.validate() // rules about values that are wrong already would only confuse
	}
	return errors.Join(errs...)
}

// Err returns what is wrong with the structs bound so far, joined, each an [*Error]: a type that no setting can have, a key that is
// there twice. [Set.Load] reports it too.
func (s *Set) Err() error { return errors.Join(s.errs...) }

// loadEnviron takes the variables that begin with the prefix.
func (s *Set) loadEnviron() []error {
	var errs []error
	seen := make(map[string]bool)
	for _, kv := range slices.Backward(s.src.Environ) { // the last of several wins, as in os/exec
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, s.src.Prefix) || seen[name] {
			continue
		}
		seen[name] = true
		origin := "environment " + name
		i := slices.IndexFunc(s.fields, func(f *field) bool { return f.env == name })
		switch {
		case i >= 0:
			errs = append(errs, s.fields[i].set(value, origin)...)
		case s.src.Prefix != "":
			errs = append(errs, &Error{
				Origin: origin, Reason: "unknown setting", Hint: nearest(name, s.names(func(f *field) string { return f.env })),
			})
		}
	}
	slices.Reverse(errs)
	return errs
}

// loadOverrides takes what was set on the command line.
func (s *Set) loadOverrides() []error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(s.src.Overrides)) {
		if f, ok := s.find(key); ok {
			errs = append(errs, f.set(s.src.Overrides[key], "flag")...)
		} else {
			errs = append(errs, s.unknown(key, "flag"))
		}
	}
	return errs
}

// missing reports what is required and was not set, or set to nothing.
func (s *Set) missing() []error {
	var errs []error
	for _, f := range s.fields {
		switch {
		case !f.required:
		case !f.given:
			errs = append(errs, &Error{Key: f.key, Reason: "is required", Hint: "set " + f.env})
		case f.origin != fromDefault && text(f.value) == "":
			errs = append(errs, &Error{Key: f.key, Origin: f.origin, Reason: "is required, and was set to nothing"})
		}
	}
	return errs
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
			errs = append(errs, s.place(b.section, err))
		}
	}
	return errs
}

// place finds out where the setting stands that a Validate method objects to, when its text begins with the setting's name.
func (s *Set) place(section string, err error) error {
	name, reason, ok := strings.Cut(err.Error(), ": ")
	key := strings.TrimPrefix(section+"."+name, ".")
	if f, known := s.find(key); ok && known {
		e := &Error{Key: f.key, Reason: reason}
		if f.origin != fromDefault {
			e.Origin = f.origin
		}
		return e
	}
	return &Error{Key: section, Reason: err.Error()}
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

// set parses a text into a field.
func (f *field) set(text, origin string) []error {
	f.given = true
	if reason := parse(text, f.value); reason != "" {
		return []error{f.wrong(text, origin, reason)}
	}
	f.origin = origin
	return nil
}

// quotable is how many bytes of a wrong value an error quotes.
const quotable = 64

// wrong is the error of a text that was refused.
func (f *field) wrong(text, origin, reason string) error {
	if f.quiet {
		return &Error{Key: f.key, Origin: origin, Reason: reason}
	}
	if len(text) > quotable {
		text = strings.ToValidUTF8(text[:quotable], "") + "…"
	}
	return &Error{Key: f.key, Origin: origin, Reason: fmt.Sprintf("%q %s", text, reason)}
}

func (s *Set) unknown(key, origin string) error {
	return &Error{
		Key: key, Origin: origin, Reason: "unknown setting",
		Hint: nearest(key, s.names(func(f *field) string { return f.key })),
	}
}

func (s *Set) names(of func(*field) string) []string {
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = of(f)
	}
	return names
}
