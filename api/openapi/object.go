package openapi

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value jsontext.Value
}

// parseObject reads an object. It is nil when v is anything else, or is not well formed.
func parseObject(v jsontext.Value) object {
	dec := jsontext.NewDecoder(bytes.NewReader(v))
	if dec.PeekKind() != '{' {
		return nil
	}
	o := object{}
	_, err := dec.ReadToken()
	for err == nil && dec.PeekKind() == '"' {
		var name jsontext.Token
		if name, err = dec.ReadToken(); err != nil {
			break
		}
		m := member{name: name.String()}
		if m.value, err = dec.ReadValue(); err == nil {
			m.value = m.value.Clone()
			o = append(o, m)
		}
	}
	if _, end := dec.ReadToken(); err != nil || end != nil {
		return nil
	}
	return o
}

// parseList reads an array. It is nil when v is anything else, or is not well formed.
func parseList(v jsontext.Value) []jsontext.Value {
	var list []jsontext.Value
	if v.Kind() != '[' || json.Unmarshal(v, &list) != nil {
		return nil
	}
	return list
}

// get returns the value of a member, nil when there is none.
func (o object) get(name string) jsontext.Value {
	if i := o.index(name); i >= 0 {
		return o[i].value
	}
	return nil
}

func (o object) index(name string) int {
	return slices.IndexFunc(o, func(m member) bool { return m.name == name })
}

// with returns the object with a member more, or another value of the one that it has.
func (o object) with(name string, value jsontext.Value) object {
	if i := o.index(name); i >= 0 {
		o[i].value = value
		return o
	}
	return append(o, member{name, value})
}

func (o object) without(name string) object {
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool { return m.name == name })
}

func (o object) render() jsontext.Value {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		out, _ = jsontext.AppendQuote(out, m.name) // it was read from JSON
		out = append(append(out, ':'), m.value...)
	}
	return append(out, '}')
}

func renderList(list []jsontext.Value) jsontext.Value {
	return append(append([]byte{'['}, bytes.Join(rawList(list), []byte{','})...), ']')
}

func rawList(list []jsontext.Value) [][]byte {
	raw := make([][]byte, len(list))
	for i, v := range list {
		raw[i] = v
	}
	return raw
}

// one is the object of a single member.
func one(name string, value jsontext.Value) jsontext.Value { return object{{name, value}}.render() }
