package api

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// A parameter that is a map is spread over the query, "filter[status]=open&filter[owner]=ada": the style deepObject of OpenAPI.
const styleDeepObject = "deepObject"

// keyOf returns the key that the name of a query parameter holds for the map called param; ok is false when it is another's.
func keyOf(name, param string) (key string, ok bool) {
	rest, ok := strings.CutPrefix(name, param)
	if !ok || !strings.HasPrefix(rest, "[") || !strings.HasSuffix(rest, "]") {
		return "", false
	}
	return rest[1 : len(rest)-1], true
}

// within reports whether a map called param, if it is one, reads what is given under the name.
func within(name, param string, s *schema.Schema) bool {
	_, ok := keyOf(name, param)
	return ok && s.Keyed()
}

// keyed returns the values of a map by key, and whether all that was given for it has the form that it must have.
func (q query) keyed(param string) (values map[string][]string, formed bool) {
	formed = true
	for _, p := range q {
		key, ok := keyOf(p.name, param)
		switch {
		case !ok:
			formed = formed && p.name != param
		case strings.ContainsAny(key, "[]"):
			formed = false
		default:
			if values == nil {
				values = make(map[string][]string)
			}
			values[key] = append(values[key], unescape(p.raw))
		}
	}
	return values, formed
}

// bindKeyed fills a map.
func (p *param) bindKeyed(all []problem.Violation, q query, field reflect.Value) []problem.Violation {
	values, formed := q.keyed(p.name)
	if !formed {
		all = append(all, problem.Violation{
			In: p.in, Name: p.name, Code: schema.CodeType, Message: fmt.Sprintf("must be given as %s[key]=value, with one key", p.name),
		})
	}
	switch {
	case values != nil:
		return p.collect(all, p.schema.DecodeKeyed(values, field))
	case p.schema.Optional(): // it has a default
		return p.collect(all, p.schema.DecodeText(nil, field))
	}
	return p.collect(all, p.schema.Check(field))
}

// pairs returns the query parameters that stand for a map in the request of a typed call. What could not travel over HTTP is
// refused, also by a call inside the process.
func (p *param) pairs(in reflect.Value) (map[string][]string, []problem.Violation) {
	values, err := p.schema.EncodeKeyed(in.FieldByIndex(p.index))
	if err != nil {
		return nil, []problem.Violation{{In: p.in, Name: p.name, Code: schema.CodeFormat, Message: "must have a text form"}}
	}
	if len(values) == 0 && p.schema.Optional() {
		return nil, []problem.Violation{{In: p.in, Name: p.name, Code: schema.CodeFormat, Message: "must not be an empty map, which reads as the default"}}
	}
	named := make(map[string][]string, len(values))
	for key, texts := range values {
		if strings.ContainsAny(key, "[]") {
			return nil, []problem.Violation{{In: p.in, Name: p.name, Code: schema.CodeFormat, Message: "must have no brackets in a key"}}
		}
		named[p.name+"["+key+"]"] = texts
	}
	return named, nil
}

// unfitting says what of the parameter no request can carry.
func (p *param) unfitting(in reflect.Value) []problem.Violation {
	if p.files {
		return p.unfitFiles(in)
	}
	if p.schema.Keyed() {
		_, unfit := p.pairs(in)
		return unfit
	}
	_, unfit := p.texts(in)
	return unfit
}

// strangers reports the query parameters that the operation does not have, each once and no more than are worth listing.
func (b *binder) strangers(q query) []problem.Violation {
	var all []problem.Violation
	seen := make(map[string]bool)
	for _, p := range q {
		if seen[p.name] || b.knows(p.name) {
			continue
		}
		if len(all) == schema.MaxViolations {
			break
		}
		seen[p.name] = true
		all = append(all, problem.Violation{
			In: inQuery, Name: strings.ToValidUTF8(p.name, "\uFFFD"), Code: schema.CodeUnknown, Message: "is not a parameter of this operation",
		})
	}
	return all
}

// knows reports whether some parameter reads what the query has under a name.
func (b *binder) knows(name string) bool {
	for i := range b.params {
		p := &b.params[i]
		if p.in != inQuery {
			continue
		}
		if p.name == name || within(name, p.name, p.schema) {
			return true
		}
	}
	return false
}
