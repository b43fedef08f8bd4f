package schema

import (
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// mapNode is the schema of a map with string keys.
type mapNode struct {
	elem     node
	min, max int          // of members; unlimited is negative
	options  json.Options // of the library, which writes it
}

func (n *mapNode) decode(d *decoder, v reflect.Value) error {
	if ok, err := d.opens('{', "an object"); !ok {
		return err
	}
	v.Set(reflect.MakeMap(v.Type()))
	key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
	for first := true; ; first = false {
		more, err := d.more('}', first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		text, err := d.name()
		if err != nil {
			return err
		}
		name := string(text)
		key.SetString(name)
		if v.MapIndex(key).IsValid() {
			return errDuplicate
		}
		value.SetZero()
		if d.report.full() {
			err = d.skip()
		} else {
			d.report.member(name)
			err = n.elem.decode(d, value)
			d.report.leave()
		}
		if err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	d.depth--
	n.checkSize(&d.report, v)
	return nil
}

func (n *mapNode) checkSize(r *report, v reflect.Value) {
	if v.Len() < n.min {
		r.add(CodeMinProperties, "must have at least %s", count(n.min, "member"))
	}
	if n.max >= 0 && v.Len() > n.max {
		r.add(CodeMaxProperties, "must have at most %s", count(n.max, "member"))
	}
}

func (n *mapNode) check(r *report, v reflect.Value) {
	if r.tooDeep() {
		return
	}
	n.checkSize(r, v)
	for _, key := range sortedKeys(v) {
		r.member(key.String())
		isUTF8(r, key.String())
		n.elem.check(r, v.MapIndex(key))
		r.leave()
	}
}

func (n *mapNode) describe(d *Definitions, k keywords) keywords {
	k = k.set("type", `"object"`).set("additionalProperties", n.elem.describe(d, nil).render())
	if n.min >= 0 {
		k = k.with("minProperties", n.min)
	}
	if n.max >= 0 {
		k = k.with("maxProperties", n.max)
	}
	return k
}

// sortedKeys returns the keys of a map in a stable order, so that violations have one too.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}
