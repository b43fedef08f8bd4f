package schema

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// field is a struct field that is a member of the JSON object.
type field struct {
	name  string
	named bool // by its json tag
	index []int
	omit  omission
	field reflect.StructField
}

// fields lists the members of a struct by the rules of go-json-experiment/json: a breadth-first walk through embedded
// structs, where the shallowest field of a name wins, then the only one that is named by its tag.
func (b *builder) fields(root reflect.Type, where string) []field {
	type entry struct {
		typ   reflect.Type
		index []int
	}
	var found []field
	visited := map[reflect.Type]bool{root: true}
	for queue := []entry{{typ: root}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		b.checkValidate(at.typ, where)
		for i := range at.typ.NumField() {
			f, embedded := b.field(at.typ.Field(i), where)
			switch {
			case f == nil:
			case embedded != nil && visited[embedded]:
				b.fail(where+"."+f.field.Name, "%s is embedded twice", embedded)
			case embedded != nil:
				if !f.field.Anonymous && hasValidate(embedded) && !hasValidate(at.typ) {
					b.fail(where+"."+f.field.Name, "Go does not promote the Validate method of %s: embed it without a name", embedded)
				}
				visited[embedded] = true
				queue = append(queue, entry{embedded, append(slices.Clone(at.index), i)})
			default:
				f.index = append(slices.Clone(at.index), i)
				if slices.ContainsFunc(found, func(other field) bool {
					return other.name == f.name && slices.Equal(other.index[:len(other.index)-1], at.index)
				}) {
					b.fail(where+"."+f.field.Name, "another field has the JSON name %q too", f.name)
				}
				found = append(found, *f)
			}
		}
	}
	if len(found) == 0 && root.NumField() > 0 && !hasJSONTag(root) {
		b.fail(where, "%s has no exported fields", root)
	}
	return dominant(found)
}

// field reads one struct field: nil if JSON ignores it, with the struct type if it is embedded.
func (b *builder) field(sf reflect.StructField, where string) (*field, reflect.Type) {
	where += "." + sf.Name
	tag, tagged := sf.Tag.Lookup("json")
	if tag == "-" {
		return nil, nil
	}
	name, options, more := strings.Cut(tag, ",")
	if strings.ContainsAny(name, "\\'\"`") {
		b.fail(where, "json name %q has a backslash or a quote", name)
	}
	f := &field{name: cmp.Or(name, sf.Name), named: name != "", field: sf}
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
			b.fail(where, "json option %s is not supported", cmp.Or(option, `""`))
		}
	}
	if !embed {
		if sf.IsExported() {
			if _, wrapped := asWrapper(sf.Type); wrapped && f.omit&omitZero == 0 {
				b.fail(where, "add the json option omitzero: an absent value would be written as null")
			}
			return f, nil
		}
		if tagged {
			b.fail(where, "has a json tag and is not exported")
		}
		return nil, nil
	}
	return b.embedded(f, where)
}

// embedded checks that a field can be taken apart into the members of its struct.
func (b *builder) embedded(f *field, where string) (*field, reflect.Type) {
	t, pointer := f.field.Type, false
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		t, pointer = t.Elem(), true
	}
	switch {
	case t.Kind() != reflect.Struct:
		b.fail(where, "only structs can be embedded; give the field a JSON name")
	case hasOwnForm(t):
		b.fail(where, "%s has its own JSON form and cannot be embedded; give the field a JSON name", t)
	case pointer && !f.field.IsExported():
		b.fail(where, "an embedded pointer must be to an exported type")
	default:
		return f, t
	}
	return nil, nil
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
	slices.SortFunc(kept, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return kept
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
