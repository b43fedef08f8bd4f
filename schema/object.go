package schema

import "reflect"

// objectNode is the schema of a struct.
type objectNode struct {
	typ     reflect.Type
	members []member
	byName  map[string]*member
}

// member is one field of a struct as a member of an object.
type member struct {
	name     string
	lead     string // what documents mostly write before the value: ,"name":
	index    []int  // of the field, through embedded structs
	position int    // in objectNode.members
	omit     omission
	schema   *Schema
}

// optional reports whether the member may be absent.
func (m *member) optional() bool { return m.schema.optional || m.omit != omitNever }

func (n *objectNode) decode(d *decoder, v reflect.Value) error {
	if ok, err := d.opens('{', "an object"); !ok {
		return err
	}
	return n.decodeMembers(d, v, nil)
}

// decodeMembers reads the members of an object that was opened, and its end. Names in strangers have been read.
func (n *objectNode) decodeMembers(d *decoder, v reflect.Value, strangers map[string]bool) error {
	var seen bitset
	known := 0
	for next, first := 0, strangers == nil; ; next, first = next+1, false {
		m, name, err := n.member(d, next, first)
		if err != nil {
			return err
		}
		if m == nil && name == nil {
			break
		}
		if m == nil {
			if err := d.stranger(name, &strangers); err != nil {
				return err
			}
			continue
		}
		if next = m.position; seen.has(next) {
			return errDuplicate
		}
		seen.set(next)
		known++
		d.report.member(m.name)
		if err := m.schema.node.decode(d, m.place(v)); err != nil {
			return err
		}
		d.report.leave()
	}
	d.depth--
	if known < len(n.members) {
		n.absent(d, v, &seen)
	}
	return nil
}

// member consumes what comes before a value: the comma, unless this is the first one, the name and the colon. It returns the member
// called so, the name if there is none, and neither at the end of the object. Documents mostly keep the order of the struct and have
// no white space, so the member after the last one is tried first.
func (n *objectNode) member(d *decoder, next int, first bool) (*member, []byte, error) {
	if next < len(n.members) {
		m := &n.members[next]
		if first && d.passed(m.lead[1:]) || !first && d.passed(m.lead) {
			return m, nil, nil
		}
	}
	more, err := d.more('}', first)
	if err != nil || !more {
		return nil, nil, err
	}
	name, err := d.name()
	if err != nil {
		return nil, nil, err
	}
	return n.byName[string(name)], name, nil
}

// name consumes the name of a member and the colon after it, and returns its text, valid until the next call. It is never nil.
func (d *decoder) name() ([]byte, error) {
	if d.peek() != '"' {
		return nil, d.unexpected()
	}
	name, _, err := d.unquoted()
	if err != nil {
		return nil, err
	}
	return name, d.expect(':')
}

// stranger reports a member that the struct does not have, unless the document is open, and passes over its value.
func (d *decoder) stranger(name []byte, known *map[string]bool) error {
	text := string(name)
	if (*known)[text] {
		return errDuplicate
	}
	if *known == nil {
		*known = make(map[string]bool)
	}
	(*known)[text] = true
	if !d.open {
		d.report.member(text)
		d.report.add(CodeUnknown, "is not a known member")
		d.report.leave()
	}
	return d.skip()
}

// absent gives members that were not in the document their default, or reports them.
func (n *objectNode) absent(d *decoder, v reflect.Value, seen *bitset) {
	for i := range n.members {
		if seen.has(i) {
			continue
		}
		switch m := &n.members[i]; {
		case m.schema.preset != nil:
			m.schema.preset.apply(m.place(v))
		case !m.optional():
			d.report.addMember(m.name, CodeRequired, "is required")
		}
	}
}

// place returns the settable field of v, making embedded pointers on the way.
func (m *member) place(v reflect.Value) reflect.Value {
	if len(m.index) == 1 {
		return v.Field(m.index[0])
	}
	for i, index := range m.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			v = target(v)
		}
		v = v.Field(index)
	}
	return v
}

// peek returns the field of v, unless an embedded pointer on the way is nil.
func (m *member) peek(v reflect.Value) (reflect.Value, bool) {
	if len(m.index) == 1 {
		return v.Field(m.index[0]), true
	}
	field, err := v.FieldByIndexErr(m.index)
	return field, err == nil
}

func (n *objectNode) check(r *report, v reflect.Value) {
	if r.tooDeep() {
		return
	}
	for i := range n.members {
		m := &n.members[i]
		switch field, ok := m.peek(v); {
		case !ok && !m.optional(): // it will not be written
			r.addMember(m.name, CodeRequired, "is required")
		case ok && !m.omit.leavesOut(field):
			r.member(m.name)
			m.schema.node.check(r, field)
			r.leave()
		}
	}
}

func (n *objectNode) describe(d *Definitions, k keywords) keywords {
	if n.typ.Name() == "" {
		return n.body(d)
	}
	return d.define(k, definition{typ: n.typ}, typeName(n.typ), n.typ.PkgPath(), func() keywords { return n.body(d) })
}

// body describes the struct itself rather than a reference to it.
func (n *objectNode) body(d *Definitions) keywords { return n.with(d, "", "") }

// tagged describes the struct as a case of a union, with its discriminator.
func (n *objectNode) tagged(d *Definitions, discriminator, name string) keywords {
	tag := stringForm(nil).text("const", name)
	return n.with(d, quoted(discriminator)+":"+tag.render(), quoted(discriminator))
}

// with describes the struct with a further member before its own: its name and its schema, and its name among the required ones.
func (n *objectNode) with(d *Definitions, property, name string) keywords {
	var room [1024]byte
	properties, required := append(append(room[:0], '{'), property...), append([]byte{'['}, name...)
	described := make(keywords, 0, 8)
	for i := range n.members {
		m := &n.members[i]
		lead := m.lead
		if len(properties) == 1 {
			lead = lead[1:]
		}
		properties = m.schema.describe(d, described[:0]).append(append(properties, lead...))
		if m.optional() {
			continue
		}
		if len(required) > 1 {
			required = append(required, ',')
		}
		required = append(required, m.lead[1:len(m.lead)-1]...)
	}
	k := keywords{}.set("type", `"object"`).set("properties", string(append(properties, '}')))
	if len(required) > 1 {
		k = k.set("required", string(append(required, ']')))
	}
	return k.set("additionalProperties", "false")
}

// bitset is a set of small integers; the first 64 need no allocation.
type bitset struct {
	low  uint64
	high []uint64
}

func (b *bitset) set(i int) {
	if i < 64 {
		b.low |= 1 << i
		return
	}
	word := i/64 - 1
	if word >= len(b.high) {
		b.high = append(b.high, make([]uint64, word+1-len(b.high))...)
	}
	b.high[word] |= 1 << (i % 64)
}

func (b *bitset) has(i int) bool {
	if i < 64 {
		return b.low&(1<<i) != 0
	}
	word := i/64 - 1
	return word < len(b.high) && b.high[word]&(1<<(i%64)) != 0
}
