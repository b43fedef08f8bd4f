package schema

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Union is a value of one of several struct types. In JSON it is the object of that struct with one member more, the
// discriminator, which says which of them it is. It is written first and may stand anywhere in the object, unless that is within eight
// unions already where it does not come first.
//
// V is an interface that all of them implement, and D lists them. The zero Union has no value; it is refused wherever it is
// checked or written. A switch over the type of Value tells the cases apart.
type Union[V any, D Discriminated] struct {
	Value V
}

// Discriminated lists the cases of a [Union]. It is implemented by an empty struct.
type Discriminated interface {
	// Cases returns the name of the discriminator and what its values stand for, the same at every call.
	Cases() (discriminator string, cases []Case)
}

// Case is one case of a [Union].
type Case struct {
	name string
	typ  reflect.Type
}

// CaseOf returns the case that the discriminator calls name: a struct of type T.
func CaseOf[T any](name string) Case { return Case{name: name, typ: reflect.TypeFor[T]()} }

// union is how the compiler sees a *Union without knowing its types.
type union interface {
	cases() (discriminator string, cases []Case)
	// slot returns the settable place of the value, an interface.
	slot() reflect.Value
}

func (u *Union[V, D]) cases() (discriminator string, cases []Case) {
	var d D
	switch t := reflect.TypeFor[D](); t.Kind() {
	case reflect.Interface: // nobody who could list them
		return "", nil
	case reflect.Pointer: // a method of its target needs one
		d = reflect.New(t.Elem()).Interface().(D)
	}
	return d.Cases()
}

func (u *Union[V, D]) slot() reflect.Value { return reflect.ValueOf(&u.Value).Elem() }

// asUnion returns an empty t as a union, if it is one.
func asUnion(t reflect.Type) (union, bool) {
	if t.Kind() != reflect.Struct || !reflect.PointerTo(t).Implements(reflect.TypeFor[union]()) {
		return nil, false // without making a t
	}
	u, ok := reflect.New(t).Interface().(union)
	return u, ok
}

// unionOf returns the union at v, copying v when it cannot be addressed.
func unionOf(v reflect.Value) union { return addressable(v).Addr().Interface().(union) }

var errNoCase = errors.New("schema: the value of the union is none of its cases")

// MarshalJSONTo writes the value with its discriminator first. A value that is none of the cases is an error.
func (u *Union[V, D]) MarshalJSONTo(enc *jsontext.Encoder) error {
	discriminator, cases := u.cases()
	slot := u.slot()
	if slot.Kind() != reflect.Interface || slot.IsNil() {
		return errNoCase
	}
	for _, c := range cases {
		if c.typ != slot.Elem().Type() {
			continue
		}
		object, err := json.Marshal(u.Value, enc.Options())
		if err != nil {
			return err
		}
		out, err := jsontext.AppendQuote([]byte{'{'}, discriminator)
		if err == nil {
			out, err = jsontext.AppendQuote(append(out, ':'), c.name)
		}
		if err != nil {
			return err
		}
		if rest := bytes.TrimSpace(object[1:]); rest[0] != '}' {
			out = append(out, ',')
		}
		return enc.WriteValue(append(out, object[1:]...))
	}
	return errNoCase
}

// UnmarshalJSONFrom reads a value of the case that the discriminator names.
func (u *Union[V, D]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	discriminator, cases := u.cases()
	if dec.PeekKind() != '{' {
		return errors.Join(dec.SkipValue(), errNoCase)
	}
	object, err := dec.ReadValue()
	if err != nil {
		return err
	}
	rest, text, err := split(object, discriminator)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if text != nil && nameOf(text) == c.name {
			v := reflect.New(c.typ)
			if err := json.Unmarshal(rest, v.Interface(), dec.Options()); err != nil {
				return err
			}
			if !v.Elem().Type().Implements(reflect.TypeFor[V]()) {
				return fmt.Errorf("schema: %v is no %v", c.typ, reflect.TypeFor[V]())
			}
			u.slot().Set(v.Elem())
			return nil
		}
	}
	return errNoCase
}

// nameOf returns the text of a JSON string, and of any other value none that is the name of a case.
func nameOf(raw jsontext.Value) string {
	text, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return "\xff"
	}
	return string(text)
}

// split takes the member called name out of a well-formed object: rest is the object without it, value is nil when it has none.
func split(object []byte, name string) (rest []byte, value jsontext.Value, err error) {
	rest = []byte{'{'}
	s := scanner{data: object, pos: 1}
	for first := true; ; first = false {
		more, err := s.more('}', first)
		if err != nil || !more {
			return append(rest, '}'), value, err
		}
		s.peek()
		start := s.pos
		if _, _, err := s.text(); err != nil {
			return nil, nil, err
		}
		quoted := object[start:s.pos]
		if err := s.expect(':'); err != nil {
			return nil, nil, err
		}
		s.peek()
		inner := s.pos
		if err := s.pass(math.MaxInt); err != nil {
			return nil, nil, err
		}
		if nameOf(quoted) == name {
			value = object[inner:s.pos]
			continue
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		rest = append(rest, object[start:s.pos]...)
	}
}
