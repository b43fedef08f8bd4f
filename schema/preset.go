package schema

import (
	"reflect"
	"strings"
)

// preset is a value written in a tag: a default or an example.
type preset struct {
	value reflect.Value
	fresh func() reflect.Value // makes another one; nil when copies of value share nothing
}

// preset reads the value of a tag: text as for a parameter where the type has a text form, JSON elsewhere. The value must
// keep the rules of its own place.
func (b *builder) preset(s *Schema, tag, text, where string) *preset {
	read := func() (reflect.Value, error) {
		v := reflect.New(s.typ).Elem()
		var found Violations
		var err error
		if s.Textual() {
			found = s.DecodeText(presetValues(s, text), v)
		} else {
			found, err = s.Decode([]byte(text), v)
		}
		if len(found) > 0 {
			err = found
		}
		return v, err
	}
	v, err := read()
	if err != nil {
		b.fail(where, "%s: %v", tag, err)
		return &preset{value: v}
	}
	p := &preset{value: v}
	if sharesMemory(s.typ) {
		p.fresh = func() reflect.Value { v, _ := read(); return v }
	}
	return p
}

// presetValues are the values that the text of a tag stands for: those of a list are separated by commas.
func presetValues(s *Schema, text string) []string {
	switch {
	case !s.Repeatable():
		return []string{text}
	case text == "":
		return []string{}
	}
	return strings.Split(text, ",")
}

// apply sets dst to the value.
func (p *preset) apply(dst reflect.Value) {
	if p.fresh != nil {
		dst.Set(p.fresh())
		return
	}
	dst.Set(p.value)
}

// describe returns the value as the keyword default or examples; the latter is a list.
func (p *preset) describe(keyword string) keywords {
	value := p.value.Interface()
	if keyword == "examples" {
		value = []any{value}
	}
	return keywords{}.with(keyword, value)
}

// sharesMemory reports whether copies of a value may refer to the same memory, strings aside.
func sharesMemory(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		return true
	case reflect.Array:
		return sharesMemory(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if sharesMemory(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
