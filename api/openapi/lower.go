package openapi

import (
	"regexp"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// lower writes a JSON Schema of draft 2020-12 as a Schema Object of OpenAPI 3.0.3 (section 4.7.24), which is another dialect: null is
// a keyword of its own, exclusive bounds are flags, references have no siblings. What has no counterpart there (patternProperties,
// contains, unevaluatedProperties and the like) is left out, so that the result may allow more and never less.
//
// Inexact tells whether something was left out of a schema that is referred to: the opposite of more is less.
func lower(schema jsontext.Value, inexact func(ref string) bool) jsontext.Value {
	return (&lowering{inexact: inexact}).schema(schema)
}

// lowering is the translation of one schema.
type lowering struct {
	inexact func(ref string) bool
	careful bool // what references lead to matters as well
	loose   bool // something was left out that the original checks
}

func (l *lowering) schema(v jsontext.Value) jsontext.Value {
	switch v.Kind() {
	case 't':
		return jsontext.Value(`{}`)
	case 'f':
		return nothing()
	case '{':
		return l.object(parseObject(v)).render()
	}
	return v
}

func nothing() jsontext.Value { return jsontext.Value(`{"not":{}}`) }

// apart translates a schema on its own and reports whether something was left out of it.
func (l *lowering) apart(v jsontext.Value) (jsontext.Value, bool) {
	inner := &lowering{inexact: l.inexact, careful: true}
	out := inner.schema(v)
	l.loose = l.loose || inner.loose
	return out, inner.loose
}

func (l *lowering) object(in object) object {
	if ref := in.get("$ref"); ref != nil {
		if text, err := jsontext.AppendUnquote(nil, ref); err == nil && l.careful {
			l.loose = l.inexact(string(text)) || l.loose
		}
		rest := l.object(in.without("$ref"))
		if len(rest) == 0 {
			return object{{"$ref", ref}}
		}
		return rest.require(one("$ref", ref))
	}
	var out object
	for _, m := range in {
		out = l.keyword(out, in, m.name, m.value)
	}
	return mergeNull(out)
}

// require adds a schema that has to be kept too.
func (o object) require(schema jsontext.Value) object {
	return o.with("allOf", renderList(append(parseList(o.get("allOf")), schema)))
}

// add sets a keyword; where it is taken, what it says becomes a schema that has to be kept too.
func (o object) add(name string, value jsontext.Value) object {
	if o.get(name) != nil {
		return o.require(one(name, value))
	}
	return append(o, member{name, value})
}

// keyword adds to out what a keyword of in becomes.
func (l *lowering) keyword(out, in object, name string, v jsontext.Value) object {
	switch name {
	case "title", "description", "format", "default", "deprecated", "readOnly", "writeOnly", "example", "externalDocs", "xml",
		"discriminator", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties",
		"maxProperties":
		return out.add(name, v)
	case "pattern":
		if modern().Match(v) {
			l.loose = true
			return out
		}
		return out.add(name, v)
	case "type":
		return typed(out, in, v)
	case "enum":
		if len(parseList(v)) == 0 { // the dialect wants one at least
			return out.add("not", jsontext.Value(`{}`))
		}
		return out.add(name, v)
	case "const":
		return out.add("enum", renderList([]jsontext.Value{v}))
	case "examples":
		if list := parseList(v); len(list) > 0 && in.get("example") == nil {
			return out.add("example", list[0])
		}
		return out
	case "required":
		if len(parseList(v)) == 0 {
			return out
		}
		return out.add(name, v)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		return bound(out, in, name, v)
	case "contentEncoding", "contentMediaType":
		return l.content(out, in, name, v)
	}
	return l.applicator(out, in, name, v)
}

// applicator is about the keywords that hold schemas.
func (l *lowering) applicator(out, in object, name string, v jsontext.Value) object {
	switch name {
	case "properties":
		return out.add(name, l.members(v))
	case "items":
		if in.get("prefixItems") != nil {
			return out
		}
		return out.add(name, l.schema(v))
	case "prefixItems":
		return l.tuple(out, in, v)
	case "additionalProperties":
		return l.others(out, in, v)
	case "allOf":
		for _, s := range parseList(v) {
			out = out.require(l.schema(s))
		}
		return out
	case "anyOf":
		return out.add(name, l.list(v))
	case "oneOf":
		inner := &lowering{inexact: l.inexact, careful: true}
		list := inner.list(v)
		if inner.loose && in.get("discriminator") == nil { // two of them might now hold at once
			name = "anyOf"
		}
		l.loose = l.loose || inner.loose
		return out.add(name, list)
	case "not":
		if s, loose := l.apart(v); !loose { // the opposite of more is less
			return out.add(name, s)
		}
		return out
	}
	return l.conditional(out, in, name, v)
}

// list translates every schema of a list.
func (l *lowering) list(v jsontext.Value) jsontext.Value {
	list := parseList(v)
	for i := range list {
		list[i] = l.schema(list[i])
	}
	return renderList(list)
}

// members translates every schema of an object.
func (l *lowering) members(v jsontext.Value) jsontext.Value {
	o := parseObject(v)
	for i := range o {
		o[i].value = l.schema(o[i].value)
	}
	return o.render()
}

// others is additionalProperties: beside patternProperties, which the dialect lacks, a member may be any of them.
func (l *lowering) others(out, in object, v jsontext.Value) object {
	patterns := parseObject(in.get("patternProperties"))
	if len(patterns) == 0 {
		if v.Kind() == 't' || v.Kind() == 'f' {
			return out.add("additionalProperties", v)
		}
		return out.add("additionalProperties", l.schema(v))
	}
	var choices []jsontext.Value
	for _, p := range patterns {
		choices = append(choices, l.schema(p.value))
	}
	if v.Kind() != 'f' {
		choices = append(choices, l.schema(v))
	}
	return out.add("additionalProperties", one("anyOf", renderList(choices)))
}

// tuple is prefixItems: any item may be what one of them may be.
func (l *lowering) tuple(out, in object, v jsontext.Value) object {
	l.loose = true
	choices := parseList(v)
	length := len(choices)
	rest := in.get("items")
	for i := range choices {
		choices[i] = l.schema(choices[i])
	}
	switch {
	case rest.Kind() == 'f':
		if in.get("maxItems") == nil {
			out = out.add("maxItems", jsontext.Value(jsontext.Int(int64(length)).String()))
		}
	case rest == nil:
		return out.add("items", jsontext.Value(`{}`))
	default:
		choices = append(choices, l.schema(rest))
	}
	return out.add("items", one("anyOf", renderList(choices)))
}

// modern are regular expressions that edition 5.1 of ECMA-262, which the dialect names, reads otherwise: \p{L}, \u{1F600}, named groups.
var modern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\\[pPk][{<]|\\u\{|\(\?P?<`) })

// annotations say nothing about which values are allowed, and may be left out.
func annotation(name string) bool {
	return slices.Contains([]string{
		"$schema", "$id", "$anchor", "$dynamicAnchor", "$vocabulary", "$comment", "$defs", "definitions", "contentSchema",
	}, name)
}
