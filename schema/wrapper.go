package schema

import "reflect"

// wrapper is how the compiler sees *Opt and *Null without knowing T.
type wrapper interface {
	inner() reflect.Type
	nullable() bool
	setNull()
	// open marks the value as present and returns its settable place.
	open() reflect.Value
	// peek returns the value if there is one.
	peek() (reflect.Value, bool)
	// absent is true for neither a value nor null.
	absent() bool
}

func (*Opt[T]) inner() reflect.Type { return reflect.TypeFor[T]() }
func (*Opt[T]) nullable() bool      { return false }
func (o *Opt[T]) setNull()          { *o = Opt[T]{} }
func (o *Opt[T]) open() reflect.Value {
	o.present = true
	return reflect.ValueOf(&o.value).Elem()
}
func (o *Opt[T]) absent() bool                { return !o.present }
func (o *Opt[T]) peek() (reflect.Value, bool) { return reflect.ValueOf(&o.value).Elem(), o.present }

func (*Null[T]) inner() reflect.Type { return reflect.TypeFor[T]() }
func (*Null[T]) nullable() bool      { return true }
func (n *Null[T]) setNull()          { n.state = stateNull }
func (n *Null[T]) open() reflect.Value {
	n.state = stateValue
	return reflect.ValueOf(&n.value).Elem()
}
func (n *Null[T]) absent() bool { return n.state == stateAbsent }
func (n *Null[T]) peek() (reflect.Value, bool) {
	return reflect.ValueOf(&n.value).Elem(), n.state == stateValue
}

// asWrapper returns an empty t as a wrapper, if it is one.
func asWrapper(t reflect.Type) (wrapper, bool) {
	if t.Kind() != reflect.Struct || !reflect.PointerTo(t).Implements(reflect.TypeFor[wrapper]()) {
		return nil, false // without making a t
	}
	w, ok := reflect.New(t).Interface().(wrapper)
	return w, ok
}

// wrapperOf returns the wrapper at v, copying v when it cannot be addressed.
func wrapperOf(v reflect.Value) wrapper { return addressable(v).Addr().Interface().(wrapper) }

// addressable returns v, or a copy of it that has an address.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	return copied
}

// optionalNode is the schema of an Opt or a Null.
type optionalNode struct {
	elem node
	null bool
}

func (n *optionalNode) decode(d *decoder, v reflect.Value) error {
	w := wrapperOf(v)
	if n.null && d.peek() == 'n' {
		w.setNull()
		return d.skip()
	}
	return n.elem.decode(d, w.open())
}

func (n *optionalNode) check(r *report, v reflect.Value) {
	if inner, ok := wrapperOf(v).peek(); ok {
		n.elem.check(r, inner)
	}
}

func (n *optionalNode) describe(d *Definitions, k keywords) keywords {
	if n.null {
		return orNull(n.elem.describe(d, k))
	}
	return n.elem.describe(d, k)
}

func (n *optionalNode) textual() bool    { return isTextual(n.elem) }
func (n *optionalNode) repeatable() bool { return isRepeatable(n.elem) }

func (n *optionalNode) encodeText(values []string, v reflect.Value) ([]string, error) {
	w := wrapperOf(v)
	if inner, ok := w.peek(); ok {
		return n.elem.(textual).encodeText(values, inner)
	}
	if !w.absent() {
		return nil, errNoText
	}
	return values, nil
}

func (n *optionalNode) decodeText(r *report, values []string, v reflect.Value) {
	n.elem.(textual).decodeText(r, values, wrapperOf(v).open())
}

// pointerNode is the schema of a pointer: its target or null.
type pointerNode struct{ elem node }

func (n *pointerNode) decode(d *decoder, v reflect.Value) error {
	if d.peek() == 'n' {
		v.SetZero()
		return d.skip()
	}
	return n.elem.decode(d, target(v))
}

func (n *pointerNode) check(r *report, v reflect.Value) {
	if !v.IsNil() {
		n.elem.check(r, v.Elem())
	}
}

func (n *pointerNode) describe(d *Definitions, k keywords) keywords {
	return orNull(n.elem.describe(d, k))
}

func (n *pointerNode) textual() bool    { return isTextual(n.elem) }
func (n *pointerNode) repeatable() bool { return isRepeatable(n.elem) }

func (n *pointerNode) encodeText(values []string, v reflect.Value) ([]string, error) {
	if v.IsNil() {
		return nil, errNoText
	}
	return n.elem.(textual).encodeText(values, v.Elem())
}

func (n *pointerNode) decodeText(r *report, values []string, v reflect.Value) {
	n.elem.(textual).decodeText(r, values, target(v))
}

// target returns what the pointer v refers to, making it first if need be.
func target(v reflect.Value) reflect.Value {
	if v.IsNil() {
		v.Set(reflect.New(v.Type().Elem()))
	}
	return v.Elem()
}

func isTextual(n node) bool {
	t, ok := n.(textual)
	return ok && t.textual()
}

func isRepeatable(n node) bool {
	t, ok := n.(textual)
	return ok && t.repeatable()
}
