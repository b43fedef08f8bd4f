package schema

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// field is a struct field that is a member of the JSON object.
type field struct {
	name   string
	named  bool // by its json tag
	index  []int
	omit   omission
	goName string
	typ    reflect.Type
	tag    reflect.StructTag
}

// fields lists the members of a struct by the rules of go-json-experiment/json: a breadth-first walk through embedded
// structs, where the shallowest field of a name wins, then the only one that is named by its tag.
func (b *builder) fields(root reflect.Type, where string) []field {
	type entry struct {
		typ   reflect.Type
		index []int
	}
	found := make([]field, 0, root.NumField())
	visited := []reflect.Type{root}
	for queue := []entry{{typ: root}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		var anonymous []reflect.StructField
		for i := range at.typ.NumField() {
			sf := at.typ.Field(i)
			if sf.Anonymous {
				anonymous = append(anonymous, sf)
			}
			f, embedded, ok := b.field(sf, where)
			switch {
			case !ok:
			case embedded != nil && slices.Contains(visited, embedded):
				b.fail(where+"."+f.goName, "%s is embedded twice", embedded)
			case embedded != nil:
				if !sf.Anonymous && hasValidate(embedded) && !hasValidate(at.typ) {
					b.fail(where+"."+f.goName, "Go does not promote the Validate method of %s: embed it without a name", embedded)
				}
				visited = append(visited, embedded)
				queue = append(queue, entry{embedded, within(at.index, sf.Index)})
			default:
				f.index = within(at.index, sf.Index)
				if slices.ContainsFunc(found, func(other field) bool {
					return other.name == f.name && slices.Equal(other.index[:len(other.index)-1], at.index)
				}) {
					b.fail(where+"."+f.goName, "another field has the JSON name %q too", f.name)
				}
				found = append(found, f)
			}
		}
		b.checkValidate(at.typ, anonymous, where)
	}
	if len(found) == 0 && root.NumField() > 0 && !hasJSONTag(root) {
		b.fail(where, "%s has no exported fields", root)
	}
	return dominant(found)
}

// within returns the index of a field of an embedded struct, as seen from the root.
func within(outer, inner []int) []int {
	if len(outer) == 0 {
		return inner
	}
	return slices.Concat(outer, inner)
}

// field reads one struct field, with the struct type if it is embedded; not ok if JSON ignores it.
func (b *builder) field(sf reflect.StructField, where string) (f field, embedded reflect.Type, ok bool) {
	fail := func(format string, args ...any) { b.fail(where+"."+sf.Name, format, args...) }
	tag, tagged := sf.Tag.Lookup("json")
	if tag == "-" {
		return field{}, nil, false
	}
	name, options, more := strings.Cut(tag, ",")
	if strings.ContainsAny(name, "\\'\"`") {
		fail("json name %q has a backslash or a quote", name)
	}
	f = field{name: cmp.Or(name, sf.Name), named: name != "", goName: sf.Name, typ: sf.Type, tag: sf.Tag}
	embed := sf.Anonymous && name == ""
	for more {
		var option string
		option, options, more = strings.Cut(options, ",")
		switch option, _, _ = strings.Cut(option, ":"); option {
		case "embed":
			embed = true
		case "omitzero":
			f.omit |= omitZero
		case "omitempty":
			f.omit |= omitEmpty
		default: // a misspelt one would be lost, or fail when the first value is written
			fail("json option %s is not supported", cmp.Or(option, `""`))
		}
	}
	if !embed {
		if sf.IsExported() {
			if _, wrapped := asWrapper(sf.Type); wrapped && f.omit&omitZero == 0 {
				fail("add the json option omitzero: an absent value would be written as null")
			}
			return f, nil, true
		}
		if tagged {
			fail("has a json tag and is not exported")
		}
		return field{}, nil, false
	}
	embedded, ok = embeddable(sf, fail)
	return f, embedded, ok
}

// embeddable checks that a field can be taken apart into the members of its struct, which it returns.
func embeddable(f reflect.StructField, fail func(format string, args ...any)) (reflect.Type, bool) {
	t, pointer := f.Type, false
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		t, pointer = t.Elem(), true
	}
	switch {
	case t.Kind() != reflect.Struct:
		fail("only structs can be embedded; give the field a JSON name")
	case hasOwnForm(t):
		fail("%s has its own JSON form and cannot be embedded; give the field a JSON name", t)
	case pointer && !f.IsExported():
		fail("an embedded pointer must be to an exported type")
	default:
		return t, true
	}
	return nil, false
}

func hasJSONTag(t reflect.Type) bool {
	for i := range t.NumField() {
		if _, ok := t.Field(i).Tag.Lookup("json"); ok {
			return true
		}
	}
	return false
}

// dominant keeps, of all fields of one name, the one that JSON sees, in the order of the struct.
func dominant(found []field) []field {
	if allDiffer(found) {
		slices.SortStableFunc(found, func(a, b field) int { return slices.Compare(a.index, b.index) })
		return found
	}
	slices.SortStableFunc(found, func(a, b field) int {
		return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(len(a.index), len(b.index)), compareBools(b.named, a.named))
	})
	var kept []field
	for len(found) > 0 {
		n := 1
		for n < len(found) && found[n].name == found[0].name {
			n++
		}
		if n == 1 || len(found[0].index) != len(found[1].index) || found[0].named != found[1].named {
			kept = append(kept, found[0])
		}
		found = found[n:]
	}
	slices.SortStableFunc(kept, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return kept
}

// allDiffer reports whether no two fields have the same name.
func allDiffer(found []field) bool {
	for i := range found {
		for j := range i {
			if found[i].name == found[j].name {
				return false
			}
		}
	}
	return true
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
