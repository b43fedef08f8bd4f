package config

import (
	"slices"
	"strings"
)

// loadEnviron takes the variables that begin with the prefix.
func (s *Set) loadEnviron() []error {
	var errs []error
	seen := make(map[string]bool)
	for _, kv := range slices.Backward(s.src.Environ) { // the last of several wins, as in a shell
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, s.src.Prefix) || seen[name] {
			continue
		}
		seen[name] = true
		i := slices.IndexFunc(s.fields, func(f *field) bool { return f.env == name })
		if i < 0 {
			errs = append(errs, &Error{
				Origin: "environment " + name, Reason: "unknown setting",
				Hint: nearest(name, s.names(func(f *field) string { return f.env })),
			})
			continue
		}
		if err := s.fields[i].set(value, "environment "+name); err != nil {
			errs = append(errs, err)
		}
	}
	slices.Reverse(errs)
	return errs
}

// loadOverrides takes what was set on the command line.
func (s *Set) loadOverrides() []error {
	var errs []error
	for key, value := range s.src.Overrides {
		f, ok := s.find(key)
		if !ok {
			errs = append(errs, s.unknown(key, "--set"))
			continue
		}
		if err := f.set(value, "--set"); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
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

// nearest suggests the known name that is fewest edits away, if one is near at all.
func nearest(name string, known []string) string {
	best, fewest := "", len(name)/3+2
	for _, k := range known {
		if d := distance(name, k); d < fewest {
			best, fewest = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

// distance is the Levenshtein distance of two names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
