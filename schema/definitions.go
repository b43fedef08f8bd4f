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
	names   map[definition]string
	schemas map[string]jsontext.Value
	room    keywords // for a schema in the making
}

// definition is what has a name: a struct or a union, or one case of a union.
type definition struct {
	typ  reflect.Type
	kase string
}

// schemas is where references point to.
const schemas = "#/schemas/"

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
		k = append(k, keyword{name, string(schema)})
	}
	return k.append(nil)
}

// define adds a reference to a definition to k and writes it when the reference is the first one. Name is what it is called unless
// something else of another package is.
func (d *Definitions) define(k keywords, key definition, name, pkg string, body func() keywords) keywords {
	chosen, known := d.names[key]
	if !known {
		if d.names == nil {
			d.names, d.schemas = make(map[definition]string), make(map[string]jsontext.Value)
		}
		chosen = d.choose(name, pkg)
		d.names[key] = chosen
		d.schemas[chosen] = nil // taken, before the members may refer to it
		d.schemas[chosen] = body().append(nil)
	}
	return k.text("$ref", schemas+chosen)
}

// choose finds a free name: the one that is wished, then qualified by more and more of the package path, then numbered.
func (d *Definitions) choose(name, pkg string) string {
	free := func(name string) bool { _, taken := d.schemas[name]; return !taken }
	if free(name) {
		return name
	}
	elements := strings.Split(pkg, "/")
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
		base += capital(word)
	}
	return componentName(base)
}

// capital makes a word one inside of a name.
func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
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
