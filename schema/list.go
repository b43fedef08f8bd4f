package schema

import (
	"reflect"
	"strconv"
)

// listRules are the constraints on the number and the variety of items.
type listRules struct {
	min, max int // unlimited is negative
	unique   bool
}

// listNode is the schema of a slice or an array.
type listNode struct {
	elem  node
	rules listRules
	fixed bool // a Go array: rules.min and rules.max are its length
}

func (n *listNode) decode(d *decoder, v reflect.Value) error {
	if ok, err := d.opens('[', "an array"); !ok {
		return err
	}
	if !n.fixed {
		v.SetZero()
	}
	length := 0
	var unread bitset
	for ; ; length++ {
		more, err := d.more(']', length == 0)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if n.rules.max >= 0 && length >= n.rules.max || d.report.full() {
			if err := d.skip(); err != nil {
				return err
			}
			continue
		}
		found := len(d.report.found)
		d.report.item(length)
		if err := n.elem.decode(d, n.slot(v, length)); err != nil {
			return err
		}
		d.report.leave()
		if n.rules.unique && d.report.unread(found) {
			unread.set(length)
		}
	}
	d.depth--
	if length == 0 {
		n.clear(v)
	}
	n.rules.check(&d.report, length)
	n.rules.checkUnique(&d.report, v, &unread)
	return nil
}

// slot returns the settable place of item i, growing a slice by it.
func (n *listNode) slot(v reflect.Value, i int) reflect.Value {
	if !n.fixed {
		if i == v.Cap() {
			v.Grow(max(firstGrow(v.Type().Elem()), i))
		}
		v.SetLen(i + 1)
	}
	return v.Index(i)
}

// firstGrow is how many items a slice has room for once it has one: some, as long as they are small.
func firstGrow(elem reflect.Type) int { return min(max(1, 256/(1+int(elem.Size()))), 8) }

// clear makes a slice empty rather than nil, so that it is written as [].
func (n *listNode) clear(v reflect.Value) {
	if !n.fixed {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
}

func (n *listNode) check(r *report, v reflect.Value) {
	if r.tooDeep() {
		return
	}
	n.rules.check(r, v.Len())
	n.rules.checkUnique(r, v, &bitset{})
	for i := range v.Len() {
		r.item(i)
		n.elem.check(r, v.Index(i))
		r.leave()
	}
}

func (n *listNode) describe(d *Definitions, k keywords) keywords {
	k = k.set("type", `"array"`).set("items", n.elem.describe(d, nil).render())
	if n.rules.min >= 0 {
		k = k.with("minItems", n.rules.min)
	}
	if n.rules.max >= 0 {
		k = k.with("maxItems", n.rules.max)
	}
	if n.rules.unique {
		k = k.with("uniqueItems", true)
	}
	return k
}

func (n *listNode) textual() bool {
	return isTextual(n.elem) && !isRepeatable(n.elem) // nor is one of pointers to lists: nothing would keep them apart
}

func (n *listNode) repeatable() bool { return true }

func (n *listNode) encodeText(values []string, v reflect.Value) (_ []string, err error) {
	if values == nil {
		values = make([]string, 0, v.Len()) // an empty list is not an absent one
	}
	for i := 0; i < v.Len() && err == nil; i++ {
		values, err = n.elem.(textual).encodeText(values, v.Index(i))
	}
	return values, err
}

func (n *listNode) decodeText(r *report, items []string, v reflect.Value) {
	if len(items) == 0 {
		n.clear(v)
	}
	n.rules.check(r, len(items))
	if n.rules.max >= 0 && len(items) > n.rules.max {
		return
	}
	var unread bitset
	for i := range items {
		found := len(r.found)
		r.item(i)
		n.elem.(textual).decodeText(r, items[i:i+1], n.slot(v, i))
		r.leave()
		if n.rules.unique && r.unread(found) {
			unread.set(i)
		}
	}
	n.rules.checkUnique(r, v, &unread)
}

// check counts the items.
func (l *listRules) check(r *report, length int) {
	if length < l.min {
		r.add(CodeMinItems, "must have at least %s", count(l.min, "item"))
	}
	if l.max >= 0 && length > l.max {
		r.add(CodeMaxItems, "must have at most %s", count(l.max, "item"))
	}
}

// checkUnique compares the items but those that could not be read: they are zero, whatever was written.
func (l *listRules) checkUnique(r *report, v reflect.Value, unread *bitset) {
	if !l.unique {
		return
	}
	seen := make(map[any]bool, v.Len())
	for i := range v.Len() {
		if unread.has(i) {
			continue
		}
		key := v.Index(i).Interface()
		if seen[key] {
			r.add(CodeUniqueItems, "must not contain the same item twice")
			return
		}
		seen[key] = true
	}
}

// unread reports whether a plain value could not be read at all, as the violations since it was begun say.
func (r *report) unread(since int) bool {
	if len(r.found) == since {
		return false
	}
	code := r.found[len(r.found)-1].Code
	return code == CodeType || code == CodeRange || code == CodeEncoding
}

// count writes "1 item", "2 items".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
