package schema

import (
	"iter"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// constraintTags are the struct tags that this package reads, besides json: keywords of
// JSON Schema, and doc for description.
func constraintTags() []string {
	return []string{
		"minLength", "maxLength", "pattern", "format", "enum",
		"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
		"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
		"default", "example", "doc", "deprecated", "readOnly", "writeOnly",
	}
}

// tags are the constraint tags of one field. Whoever understands a tag takes it: what is left
// when the field is compiled does not apply to its type.
type tags struct {
	b     *builder
	where string
	left  []keyword // name and value as they are written
}

func (b *builder) tags(tag reflect.StructTag, where string) *tags {
	t := &tags{b: b, where: where}
	if tag == "" {
		return t
	}
	known := constraintTags()
	for key, value := range tagPairs(string(tag)) {
		if slices.Contains(known, key) {
			if t.left == nil {
				t.left = make([]keyword, 0, 4)
			}
			if !slices.ContainsFunc(t.left, func(w keyword) bool { return w.name == key }) { // the first one counts, as in reflect
				t.left = append(t.left, keyword{key, value})
			}
			continue
		}
		plain := strings.ReplaceAll(strings.ReplaceAll(key, "_", ""), "-", "")
		i := slices.IndexFunc(known, func(name string) bool { return len(name) == len(plain) && strings.EqualFold(name, plain) })
		if i >= 0 {
			b.fail(where, "tag %s: write %s", key, known[i])
		}
	}
	return t
}

// tagPairs yields the keys of a struct tag with their values, in the conventional format that [reflect.StructTag] documents.
func tagPairs(tag string) iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		for {
			key, rest, ok := strings.Cut(strings.TrimLeft(tag, " "), ":")
			quoted, err := strconv.QuotedPrefix(rest)
			if !ok || err != nil {
				return
			}
			value, err := strconv.Unquote(quoted)
			if err != nil || !yield(key, value) {
				return
			}
			tag = rest[len(quoted):]
		}
	}
}

func (t *tags) take(name string) (string, bool) {
	for i := range t.left {
		if t.left[i].name == name {
			value := t.left[i].value
			t.left = slices.Delete(t.left, i, i+1)
			return value, true
		}
	}
	return "", false
}

func (t *tags) fail(name, format string, args ...any) {
	t.b.fail(t.where, name+": "+format, args...)
}

// done reports the tags that nobody took.
func (t *tags) done(typ reflect.Type) {
	sort.Slice(t.left, func(i, j int) bool { return t.left[i].name < t.left[j].name })
	for _, w := range t.left {
		t.fail(w.name, "does not apply to %s", typ)
	}
}

// size takes a tag that is a number of things; -1 if there is none.
func (t *tags) size(name string) int {
	value, ok := t.take(name)
	if !ok {
		return -1
	}
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil || n < 0 {
		t.fail(name, "%q is not a whole number from 0", value)
		return -1
	}
	return int(n)
}

// flag takes a tag that is true or false.
func (t *tags) flag(name string) bool {
	value, ok := t.take(name)
	if ok && value != "true" && value != "false" {
		t.fail(name, "%q is neither true nor false", value)
	}
	return value == "true"
}

// list takes a tag of comma-separated values.
func (t *tags) list(name string) []string {
	value, ok := t.take(name)
	if !ok {
		return nil
	}
	values := strings.Split(value, ",")
	for i, v := range values {
		if slices.Contains(values[:i], v) {
			t.fail(name, "%q is listed twice", v)
		}
	}
	return values
}

// ordered reports a lower bound above its upper bound; -1 is no bound.
func (t *tags) ordered(name string, low, high int) {
	if high >= 0 && low > high {
		t.fail(name, "%d is more than the upper bound %d", low, high)
	}
}
