package schema

import (
	"slices"
	"strings"
)

// lengths takes the tags minLength and maxLength.
func (t *tags) lengths() textRules {
	rules := textRules{minLength: t.size("minLength"), maxLength: t.size("maxLength")}
	t.ordered("minLength", rules.minLength, rules.maxLength)
	return rules
}

// text takes all tags that constrain a text.
func (t *tags) text() textRules {
	rules := t.lengths()
	if expr, ok := t.take("pattern"); ok {
		p, err := t.b.compiler.pattern(expr)
		if err != nil {
			t.fail("pattern", "%v", err)
		}
		rules.pattern = p
	}
	if name, ok := t.take("format"); ok {
		f, known := formatNamed(name)
		if !known {
			t.fail("format", "there is no format %q", name)
		}
		rules.format = f
	}
	rules.enum = t.list("enum")
	rules.listed = listed(rules.enum)
	return rules
}

// items takes the tags that constrain the items of a list as a whole.
func (t *tags) items() listRules {
	rules := listRules{min: t.size("minItems"), max: t.size("maxItems"), unique: t.flag("uniqueItems")}
	t.ordered("minItems", rules.min, rules.max)
	return rules
}

// numbers takes the tags that constrain a number. Accept parses a tag's value and holds it to the Go type.
func numbers[T number](t *tags, accept func(text string) (T, error), divides func(n, multiple T) bool) numberRules[T] {
	parse := func(name, text string) *T {
		value, err := accept(text)
		if err != nil || !isNumber(text) {
			t.fail(name, "%q is not a value of the type", text)
			return nil
		}
		return &value
	}
	take := func(name string) *T {
		if text, ok := t.take(name); ok {
			return parse(name, text)
		}
		return nil
	}
	rules := numberRules[T]{
		min: take("minimum"), max: take("maximum"),
		above: take("exclusiveMinimum"), below: take("exclusiveMaximum"),
		multiple: take("multipleOf"), divides: divides,
	}
	if rules.multiple != nil && *rules.multiple <= 0 {
		t.fail("multipleOf", "must be greater than 0")
		rules.multiple = nil
	}
	if rules.min != nil && rules.max != nil && *rules.min > *rules.max {
		t.fail("minimum", "%v is more than maximum %v", *rules.min, *rules.max)
	}
	texts := t.list("enum")
	for _, text := range texts {
		if value := parse("enum", text); value != nil {
			rules.enum = append(rules.enum, *value)
		}
	}
	rules.listed = listed(texts)
	return rules
}

// maxListed is how many values of an enum a message lists; the document has all of them.
const maxListed = 10

// listed completes "must be one of …" with values as they were declared.
func listed(values []string) string {
	if len(values) > maxListed {
		return "the listed values"
	}
	if i := slices.Index(values, ""); i >= 0 {
		values = slices.Replace(slices.Clone(values), i, i+1, `""`)
	}
	return strings.Join(values, ", ")
}

// notes are the annotations of a field: they describe and do not constrain.
type notes struct {
	doc                             string
	deprecated, readOnly, writeOnly bool
	preset, example                 keywords
}

// notes takes the tags that only describe; nil when there are none.
func (t *tags) notes() *notes {
	doc, _ := t.take("doc")
	deprecated, readOnly, writeOnly := t.flag("deprecated"), t.flag("readOnly"), t.flag("writeOnly")
	if doc == "" && !deprecated && !readOnly && !writeOnly {
		return nil
	}
	return &notes{doc: doc, deprecated: deprecated, readOnly: readOnly, writeOnly: writeOnly}
}

func (n *notes) describe(k keywords) keywords {
	if n == nil {
		return k
	}
	if n.doc != "" {
		k = k.text("description", n.doc)
	}
	k = append(k, n.preset...)
	k = append(k, n.example...)
	for _, flag := range []struct {
		name string
		set  bool
	}{{"deprecated", n.deprecated}, {"readOnly", n.readOnly}, {"writeOnly", n.writeOnly}} {
		if flag.set {
			k = k.set(flag.name, "true")
		}
	}
	return k
}
