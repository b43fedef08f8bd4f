package schema

import (
	"reflect"
	"slices"
	"time"
	"unicode/utf8"
)

// node compiles a type. It always returns a usable node, so that one run finds every mistake.
func (b *builder) node(t reflect.Type, tags *tags, where string) node {
	if !hasMethods(t) {
		return b.plain(t, tags, where)
	}
	if w, ok := asWrapper(t); ok {
		return b.nested(t, where, func() node {
			return &optionalNode{elem: b.node(w.inner(), tags, where), null: w.nullable()}
		})
	}
	if u, ok := asUnion(t); ok {
		return b.union(t, u, where)
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &codecNode{codec: timeCodec(), rules: unlimited()}
	case t == reflect.TypeFor[time.Duration]():
		return &codecNode{codec: durationCodec(), rules: unlimited()}
	case hasJSONMethods(t):
		return b.opaque(t, where)
	case hasTextMethods(t):
		return b.text(t, tags)
	}
	return b.plain(t, tags, where)
}

// plain compiles a type whose methods have no say in its form.
func (b *builder) plain(t reflect.Type, tags *tags, where string) node {
	switch t.Kind() {
	case reflect.Bool:
		return boolNode{}
	case reflect.String:
		return &stringNode{rules: tags.text()}
	case reflect.Pointer:
		return b.nested(t, where, func() node { return &pointerNode{elem: b.required(t.Elem(), tags, where)} })
	case reflect.Slice, reflect.Array:
		return b.list(t, tags, where)
	case reflect.Map:
		return b.mapping(t, tags, where)
	case reflect.Struct:
		return b.object(t, where)
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return &opaqueNode{options: b.compiler.options}
		}
	}
	if n := numeric(t, tags); n != nil {
		return n
	}
	b.fail(where, "%s has no JSON form", t)
	return &opaqueNode{}
}

// nested guards against types that contain themselves without a struct in between: they could not be described.
func (b *builder) nested(t reflect.Type, where string, build func() node) node {
	if slices.Contains(b.open, t) {
		b.fail(where, "%s contains itself without a struct in between", t)
		return &opaqueNode{}
	}
	b.open = append(b.open, t)
	defer func() { b.open = b.open[:len(b.open)-1] }()
	return build()
}

// required compiles a part that is always there, where an Opt makes no sense.
func (b *builder) required(t reflect.Type, tags *tags, where string) node {
	if w, ok := asWrapper(t); ok && !w.nullable() {
		b.fail(where, "%s can only be a field", t)
	}
	return b.node(t, tags, where)
}

func (b *builder) opaque(t reflect.Type, where string) node {
	n, err := newOpaque(t, b.compiler.options)
	if err != nil {
		b.fail(where, "%s: %v", t, err)
		return &opaqueNode{}
	}
	return n
}

// text compiles a type with a text form of its own. Constraints on its text need MarshalText too: Check has no other way to see it.
func (b *builder) text(t reflect.Type, tags *tags) node {
	n := &codecNode{codec: textCodec(t), rules: unlimited(), options: b.compiler.options}
	if n.codec.print != nil {
		n.rules = tags.text()
	}
	if d, ok := reflect.New(t).Interface().(Describer); ok {
		form, err := parseKeywords(d.JSONSchema())
		if err != nil {
			b.fail(tags.where, "%s: %v", t, err)
		}
		n.codec.form = func(k keywords) keywords { return append(k, form...) }
	}
	return n
}

func (b *builder) list(t reflect.Type, tags *tags, where string) node {
	if t.Elem() == reflect.TypeFor[byte]() {
		if t.Kind() == reflect.Array {
			return &codecNode{codec: bytesCodec(t), rules: unlimited()}
		}
		return &codecNode{codec: bytesCodec(t), rules: tags.lengths()}
	}
	return b.nested(t, where, func() node {
		n := &listNode{rules: listRules{min: -1, max: -1}}
		if t.Kind() == reflect.Array {
			n.rules.min, n.rules.max, n.fixed = t.Len(), t.Len(), true
		} else {
			n.rules = tags.items()
		}
		n.elem = b.required(t.Elem(), tags, where+"[]")
		if n.rules.unique && !isPlain(n.elem) {
			b.fail(where, "uniqueItems: items must be strings, numbers or booleans")
		}
		return n
	})
}

func (b *builder) mapping(t reflect.Type, tags *tags, where string) node {
	key := t.Key()
	if key.Kind() != reflect.String || hasOwnForm(key) {
		b.fail(where, "%s has keys other than plain strings", t)
	}
	return b.nested(t, where, func() node {
		n := &mapNode{min: tags.size("minProperties"), max: tags.size("maxProperties"), options: b.compiler.options}
		tags.ordered("minProperties", n.min, n.max)
		n.elem = b.required(t.Elem(), tags, where+"{}")
		return n
	})
}

// object compiles a struct once. While its fields are compiled it can already be referred to.
func (b *builder) object(t reflect.Type, where string) node {
	if n := b.compiler.objects[t]; n != nil {
		return n
	}
	if n := b.pending[t]; n != nil {
		return n
	}
	if t.Name() != "" {
		where = t.String()
	}
	n := &objectNode{typ: t}
	if b.pending == nil {
		b.pending = make(map[reflect.Type]*objectNode)
	}
	b.pending[t] = n
	outer := b.open
	b.open = nil // a struct is in between now
	defer func() { b.open = outer }()
	fields := b.fields(t, where)
	n.members, n.byName = make([]member, 0, len(fields)), make(map[string]*member, len(fields))
	for i, f := range fields {
		s := b.place(f.typ, f.tag, where+"."+f.goName)
		if _, hasPreset := f.tag.Lookup("default"); hasPreset && f.omit != omitNever {
			b.fail(where+"."+f.goName, "default: a value that is not written would be read as the default: leave out omitzero and omitempty")
		}
		if !utf8.ValidString(f.name) {
			b.fail(where+"."+f.goName, "its JSON name is not valid UTF-8")
		}
		n.members = append(n.members, member{name: f.name, lead: "," + quoted(f.name) + ":", index: f.index, position: i, omit: f.omit, schema: s})
	}
	for i := range n.members {
		n.byName[n.members[i].name] = &n.members[i]
	}
	return n
}

// unlimited are text rules without any.
func unlimited() textRules { return textRules{minLength: -1, maxLength: -1} }

// isPlain reports whether items can be compared as Go values in place of their JSON.
func isPlain(n node) bool {
	switch n.(type) {
	case boolNode, *stringNode, *numberNode[int64], *numberNode[uint64], *numberNode[float64]:
		return true
	}
	return false
}
