package schema

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// unionNode is the schema of a Union.
type unionNode struct {
	typ           reflect.Type // the Union
	face          reflect.Type // the interface of its values
	discriminator string
	quoted        string // as documents mostly write it
	cases         []unionCase
	decoders      *decoders
}

type unionCase struct {
	Case
	object *objectNode
	lead   string // what is written first: "kind":"card"
}

// union compiles the cases and reports everything that is wrong with them.
func (b *builder) union(t reflect.Type, u union, where string) node {
	if t.PkgPath() != reflect.TypeFor[Case]().PkgPath() { // Go promotes the methods, and JSON sees nothing but the union
		b.fail(where, "%s embeds a union, and its own members would be lost: give the union a field with a name", t)
		return &opaqueNode{}
	}
	discriminator, cases := u.cases()
	n := &unionNode{typ: t, face: u.slot().Type(), discriminator: discriminator, decoders: &b.compiler.decoders}
	if discriminator == "" || !utf8.ValidString(discriminator) {
		b.fail(where, "the discriminator of %s has no name", t)
	}
	quoted, _ := jsontext.AppendQuote(nil, discriminator)
	n.quoted = string(quoted)
	if n.face.Kind() != reflect.Interface {
		b.fail(where, "%s: the values of a union have an interface in common, and %s is none", t, n.face)
		return &opaqueNode{}
	}
	if len(cases) == 0 {
		b.fail(where, "%s has no cases", t)
	}
	names, types := make(map[string]bool), make(map[reflect.Type]bool)
	for _, c := range cases {
		switch {
		case c.typ == nil:
			b.fail(where, "%s: a case is empty; cases are made with CaseOf", t)
			continue
		case c.name == "" || !utf8.ValidString(c.name):
			b.fail(where, "%s: the case %s has no name", t, c.typ)
		case names[c.name]:
			b.fail(where, "%s has two cases called %q", t, c.name)
		case types[c.typ]:
			b.fail(where, "%s has two cases of type %s", t, c.typ)
		}
		names[c.name], types[c.typ] = true, true
		switch {
		case c.typ.Kind() != reflect.Struct || hasOwnForm(c.typ):
			b.fail(where, "%s: the case %q is %s, not a struct that is an object in JSON", t, c.name, c.typ)
			continue
		case !c.typ.Implements(n.face):
			b.fail(where, "%s: the case %q: %s does not implement %s", t, c.name, c.typ, n.face)
			continue
		}
		if object, ok := b.object(c.typ, where).(*objectNode); ok {
			name, _ := jsontext.AppendQuote(nil, c.name)
			n.cases = append(n.cases, unionCase{c, object, n.quoted + ":" + string(name)})
		}
	}
	b.later = append(b.later, func() { // the structs are complete now
		for _, c := range n.cases {
			if c.object.byName[discriminator] != nil {
				b.fail(where, "%s: the case %q has a member %q, which is the discriminator", t, c.name, discriminator)
			}
		}
	})
	return n
}

// maxReread is how many unions within each other may have a discriminator that does not come first: everything in such a one is read
// again.
const maxReread = 8

func (n *unionNode) decode(d *decoder, v reflect.Value) error {
	if n.begins(d) {
		return n.decodeOnward(d, v)
	}
	return n.decodeAgain(d, v)
}

// begins reports whether an object comes whose first member is the discriminator, written as everybody writes it.
func (n *unionNode) begins(d *decoder) bool {
	if d.peek() != '{' {
		return false
	}
	ahead := scanner{data: d.data, pos: d.pos + 1}
	ahead.peek()
	return ahead.passed(n.quoted)
}

// decodeOnward reads the discriminator and then the members of its case.
func (n *unionNode) decodeOnward(d *decoder, v reflect.Value) error {
	if ok, err := d.opens('{', "an object"); !ok {
		return err
	}
	d.peek()
	d.passed(n.quoted)
	if err := d.expect(':'); err != nil {
		return err
	}
	value, err := d.read()
	if err != nil {
		return err
	}
	strangers := map[string]bool{n.discriminator: true} // to the members of the case
	c := n.pick(value, func(code, message string) { d.report.addMember(n.discriminator, code, message) })
	if c == nil {
		if err := d.admit(value); err != nil {
			return err
		}
		was := d.open
		d.open = true // of an unknown case no member is a known one
		err := new(objectNode).decodeMembers(d, v, strangers)
		d.open = was
		return err
	}
	object := reflect.New(c.typ).Elem()
	if err := c.object.decodeMembers(d, object, strangers); err != nil {
		return err
	}
	v.Addr().Interface().(union).slot().Set(object)
	return nil
}

// decodeAgain reads the whole object to find the discriminator, and then once more as what it is.
func (n *unionNode) decodeAgain(d *decoder, v reflect.Value) error {
	if d.peek() != '{' {
		return d.mismatch("an object")
	}
	raw, err := d.read()
	if err != nil {
		return err
	}
	if err := d.admit(raw); err != nil {
		return err
	}
	if d.within == maxReread {
		d.report.addMember(n.discriminator, CodeDepth, fmt.Sprintf("must come first in a union within %d others where it does not", maxReread))
		return nil
	}
	inner := n.decoders.get()
	defer n.decoders.put(inner)
	inner.open, inner.checked, inner.within = d.open, true, d.within+1 // or else parts of parts would be looked at again and again
	rest, value, err := split(raw, n.discriminator)
	if err != nil {
		return err
	}
	c := n.pick(value, func(code, message string) { d.report.addMember(n.discriminator, code, message) })
	if c == nil {
		return nil
	}
	inner.data = rest
	object := reflect.New(c.typ).Elem()
	if err := c.object.decode(inner, object); err != nil {
		return err
	}
	d.report.adopt(inner.report.found)
	v.Addr().Interface().(union).slot().Set(object)
	return nil
}

// pick finds the case that the discriminator names, and reports when there is none.
func (n *unionNode) pick(value jsontext.Value, refuse func(code, message string)) *unionCase {
	switch {
	case value == nil:
		refuse(CodeRequired, "is required")
		return nil
	case value.Kind() != '"':
		refuse(CodeType, "must be "+wantString)
		return nil
	}
	name := nameOf(value)
	for i := range n.cases {
		if n.cases[i].name == name {
			return &n.cases[i]
		}
	}
	refuse(CodeEnum, "must be one of "+n.names())
	return nil
}

func (n *unionNode) names() string {
	names := make([]string, len(n.cases))
	for i, c := range n.cases {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// adopt records what was found in a part of the document that was read by itself, the one at the current place.
func (r *report) adopt(found Violations) {
	if len(found) == 0 {
		return
	}
	base := r.pointer()
	for _, v := range found {
		if r.full() {
			return
		}
		v.Pointer = base + v.Pointer
		r.append(v)
	}
}

func (n *unionNode) check(r *report, v reflect.Value) {
	slot := unionOf(v).slot()
	if slot.IsNil() {
		r.add(CodeRequired, "must have a value")
		return
	}
	for _, c := range n.cases {
		if c.typ == slot.Elem().Type() {
			c.object.check(r, slot.Elem())
			return
		}
	}
	r.add(CodeType, "must be one of %s", n.names())
}

// describe refers to the union by the name of its interface, and to its cases by both names: Payment, PaymentCard.
func (n *unionNode) describe(d *Definitions, k keywords) keywords {
	if n.face.Name() == "" {
		return n.body(d)
	}
	return d.define(k, definition{typ: n.typ}, typeName(n.face), n.face.PkgPath(), func() keywords { return n.body(d) })
}

func (n *unionNode) body(d *Definitions) keywords {
	var choices []string
	mapping := make(map[string]string, len(n.cases))
	for _, c := range n.cases {
		ref := d.define(nil, definition{n.typ, c.name}, typeName(n.face)+capital(typeName(c.typ)), c.typ.PkgPath(), func() keywords {
			return c.object.tagged(d, n.discriminator, c.name)
		})
		choices = append(choices, ref.render())
		mapping[c.name] = d.names[definition{n.typ, c.name}]
	}
	for name, component := range mapping {
		mapping[name] = schemas + component
	}
	return keywords{}.set("oneOf", "["+strings.Join(choices, ",")+"]").with("discriminator", struct {
		PropertyName string            `json:"propertyName"`
		Mapping      map[string]string `json:"mapping"`
	}{n.discriminator, mapping})
}
