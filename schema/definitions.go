package schema

import (
	"iter"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Definitions collects the schemas of the named structs that other schemas refer to as "#/schemas/Name".
// The zero value is empty and ready. It is not safe for concurrent use.
//
// A struct is named after its Go type: Booking; Page[Booking] becomes PageBooking. When another
// package has taken the name, the later one is qualified: "refunds.Booking". So names depend only on the
// order in which schemas are written, and the same declarations give the same names.
type Definitions struct {
	names   map[reflect.Type]string
	schemas map[string]jsontext.Value
}

// All returns the definitions in the order of their names.
func (d *Definitions) All() iter.Seq2[string, jsontext.Value] {
	return func(yield func(string, jsontext.Value) bool) {
		for _, name := range slices.Sorted(maps.Keys(d.schemas)) {
			if !yield(name, d.schemas[name]) {
				return
			}
		}
	}
}

// JSON returns all definitions as one object from name to schema, sorted by name.
func (d *Definitions) JSON() jsontext.Value {
	var k keywords
	for name, schema := range d.All() {
		k = append(k, keyword{name, schema})
	}
	return k.render()
}

// reference returns a reference to the struct and defines it when it is the first one.
func (d *Definitions) reference(n *objectNode) keywords {
	name, known := d.names[n.typ]
	if !known {
		if d.names == nil {
			d.names, d.schemas = make(map[reflect.Type]string), make(map[string]jsontext.Value)
		}
		name = d.choose(n.typ)
		d.names[n.typ] = name
		d.schemas[name] = nil // taken, before the members may refer to it
		d.schemas[name] = n.body(d).render()
	}
	return keywords{}.with("$ref", "#/schemas/"+name)
}

// choose finds a free name: the type's own, then qualified by more and more of its package path, then numbered.
func (d *Definitions) choose(t reflect.Type) string {
	name := typeName(t)
	free := func(name string) bool { _, taken := d.schemas[name]; return !taken }
	if free(name) {
		return name
	}
	elements := strings.Split(t.PkgPath(), "/")
	qualified := name
	for _, element := range slices.Backward(elements) {
		qualified = componentName(element) + "." + qualified
		if free(qualified) {
			return qualified
		}
	}
	for i := 2; ; i++ {
		if numbered := name + strconv.Itoa(i); free(numbered) {
			return numbered
		}
	}
}

// typeName returns the name of a type without packages and brackets: Page[x/bookings.Booking] is PageBooking.
func typeName(t reflect.Type) string {
	base, arguments, generic := strings.Cut(t.Name(), "[")
	if !generic {
		return componentName(base)
	}
	words := strings.FieldsFunc(arguments, func(r rune) bool { return strings.ContainsRune("[],*{} ;", r) })
	for _, word := range words {
		word = word[strings.LastIndexAny(word, "/.")+1:]
		word, _, _ = strings.Cut(word, "·") // the compiler's mark of a type declared in a function
		if word != "" {
			base += strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return componentName(base)
}

// componentName keeps the characters that OpenAPI 3.1 allows in the name of a component.
func componentName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (isLetter(byte(r)) || isDigit(byte(r)) || strings.ContainsRune("._-", r)) {
			return r
		}
		return '_'
	}, name)
}
