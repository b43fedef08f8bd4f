package openapi

import (
	"math/big"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// typed is the keyword type: null becomes the flag nullable, several types become a choice.
func typed(out, in object, v jsontext.Value) object {
	types := parseList(v)
	if v.Kind() == '"' {
		types = []jsontext.Value{v}
	}
	isNull := func(t jsontext.Value) bool { return string(t) == `"null"` }
	null := slices.ContainsFunc(types, isNull)
	types = slices.DeleteFunc(types, isNull)
	switch {
	case len(types) == 0 && null:
		return out.add("enum", jsontext.Value(`[null]`))
	case len(types) == 1:
		return oneType(out, in, types[0], null)
	}
	choices := make([]jsontext.Value, 0, len(types)+1)
	for _, t := range types {
		choices = append(choices, oneType(nil, in, t, false).render())
	}
	if null {
		choices = append(choices, jsontext.Value(`{"enum":[null]}`))
	}
	return out.add("anyOf", renderList(choices))
}

func oneType(out, in object, t jsontext.Value, null bool) object {
	out = out.add("type", t)
	if null {
		out = out.add("nullable", jsontext.Value(`true`))
	}
	if string(t) == `"array"` && in.get("items") == nil && in.get("prefixItems") == nil { // the dialect asks for it
		out = out.add("items", jsontext.Value(`{}`))
	}
	return out
}

// bound is a bound of numbers. An exclusive one is, in the dialect, an inclusive one with a flag; of two the closer one counts.
func bound(out, in object, name string, v jsontext.Value) object {
	side, exclusive := strings.CutPrefix(name, "exclusive")
	inclusive := strings.ToLower(side)
	if !exclusive {
		side = strings.ToUpper(side[:1]) + side[1:]
	}
	other := in.get("exclusive" + side)
	if exclusive {
		other = in.get(inclusive)
	}
	if other != nil {
		closer := compare(v, other)
		if inclusive == "maximum" {
			closer = -closer
		}
		if closer < 0 || (closer == 0 && !exclusive) {
			return out
		}
	}
	out = out.add(inclusive, v)
	if exclusive {
		out = out.add(name, jsontext.Value(`true`))
	}
	return out
}

// compare compares two JSON numbers, to 150 digits.
func compare(a, b jsontext.Value) int {
	const bits = 512
	x, _, errX := big.ParseFloat(string(a), 10, bits, big.ToNearestEven)
	y, _, errY := big.ParseFloat(string(b), 10, bits, big.ToNearestEven)
	if errX != nil || errY != nil {
		return 0
	}
	return x.Cmp(y)
}

// content is about texts that hold bytes, for which the dialect has formats.
func (l *lowering) content(out, in object, name string, v jsontext.Value) object {
	if in.get("format") != nil || (name == "contentMediaType" && in.get("contentEncoding") != nil) {
		return out
	}
	switch {
	case name == "contentMediaType":
		return out.add("format", jsontext.Value(`"binary"`))
	case string(v) == `"base64"`:
		return out.add("format", jsontext.Value(`"byte"`))
	}
	return out
}

// mergeNull turns a choice between a schema and null into one schema that is nullable, where that says the same.
func mergeNull(o object) object {
	choices := parseList(o.get("anyOf"))
	if len(choices) != 2 {
		return o
	}
	null := slices.IndexFunc(choices, func(v jsontext.Value) bool { return string(v) == `{"enum":[null]}` })
	if null < 0 {
		return o
	}
	inner := parseObject(choices[1-null])
	if inner.get("type") == nil || inner.get("nullable") != nil {
		return o
	}
	for _, m := range inner {
		switch m.name {
		case "$ref", "allOf", "anyOf", "oneOf", "not": // they speak about null too
			return o
		}
		if o.get(m.name) != nil {
			return o
		}
	}
	if values := inner.get("enum"); values != nil {
		inner = inner.with("enum", renderList(append(parseList(values), jsontext.Value(`null`))))
	}
	i := o.index("anyOf")
	return slices.Concat(o[:i], inner, object{{"nullable", jsontext.Value(`true`)}}, o[i+1:])
}

// conditional is about the keywords of draft 2020-12 that depend on others. Those that propositions can say are said so.
func (l *lowering) conditional(out, in object, name string, v jsontext.Value) object {
	switch name {
	case "if":
		return l.ifThenElse(out, in, v)
	case "then", "else":
		return out
	case "dependentRequired":
		for _, m := range parseObject(v) {
			names := append(parseList(m.value), quoted(m.name))
			out = out.require(implies(has(m.name), one("required", renderList(names))))
		}
		return out
	case "dependentSchemas":
		for _, m := range parseObject(v) {
			out = out.require(implies(has(m.name), l.schema(m.value)))
		}
		return out
	}
	switch {
	case strings.HasPrefix(name, "x-"):
		return out.add(name, v)
	case !annotation(name):
		l.loose = true
	}
	return out
}

func (l *lowering) ifThenElse(out, in object, v jsontext.Value) object {
	condition, loose := l.apart(v)
	then, otherwise := in.get("then"), in.get("else")
	if loose { // it stands on both sides of a not
		return out
	}
	if then != nil {
		out = out.require(implies(condition, l.schema(then)))
	}
	if otherwise != nil {
		out = out.require(one("anyOf", renderList([]jsontext.Value{condition, l.schema(otherwise)})))
	}
	return out
}

// implies is the schema of what is not a, or is b.
func implies(a, b jsontext.Value) jsontext.Value {
	return one("anyOf", renderList([]jsontext.Value{one("not", a), b}))
}

// has is the schema of objects with a member.
func has(name string) jsontext.Value {
	return object{{"type", jsontext.Value(`"object"`)}, {"required", renderList([]jsontext.Value{quoted(name)})}}.render()
}

func quoted(text string) jsontext.Value {
	out, _ := jsontext.AppendQuote(nil, text) // it was read from JSON
	return out
}
