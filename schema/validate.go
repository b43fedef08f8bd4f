package schema

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
)

// Validator is implemented by types with rules that tags cannot express.
//
// Validate returns nil, a [Violation] or [Violations] whose pointers are relative to the value,
// or any other error, whose text is shown to the caller under [CodeCustom].
type Validator interface {
	Validate(ctx context.Context) error
}

// Validate calls the Validate method of v and of every value in it that has one, inner values first, and returns
// what they object to. Types that decode themselves are not looked into. Which types have the method is known from compiling: where
// none does, Validate costs nothing. Cancelling ctx matters as far as the methods heed it.
func (s *Schema) Validate(ctx context.Context, v reflect.Value) Violations {
	if s.validation == nil {
		return nil
	}
	var r report
	s.validation.walk(ctx, &r, v)
	return r.violations()
}

// validation is the way to the Validate methods in values of one type. It is nil where there are none.
type validation struct {
	calls  bool // the type itself has the method
	kind   reflect.Kind
	wraps  bool                         // Opt or Null
	cases  map[reflect.Type]*validation // of a Union
	elem   *validation                  // of a pointer, slice, array, map, Opt or Null
	fields []validatedField
}

type validatedField struct {
	member
	validation *validation
}

func (p *validation) walk(ctx context.Context, r *report, v reflect.Value) {
	if p.nests() && r.tooDeep() {
		return
	}
	p.descend(ctx, r, v)
	if p.calls {
		if err := addressable(v).Addr().Interface().(Validator).Validate(ctx); err != nil {
			r.reject(err)
		}
	}
}

// nests reports whether the values have parts one level below them: in a document they are objects and arrays.
func (p *validation) nests() bool {
	return p.fields != nil || p.elem != nil && !p.wraps && p.kind != reflect.Pointer
}

func (p *validation) descend(ctx context.Context, r *report, v reflect.Value) {
	switch {
	case p.wraps:
		if inner, ok := wrapperOf(v).peek(); ok {
			p.elem.walk(ctx, r, inner)
		}
	case p.cases != nil:
		if slot := unionOf(v).slot(); !slot.IsNil() {
			if inner := p.cases[slot.Elem().Type()]; inner != nil {
				inner.walk(ctx, r, slot.Elem())
			}
		}
	case p.kind == reflect.Struct:
		for i := range p.fields {
			f := &p.fields[i]
			if field, ok := f.peek(v); ok {
				r.member(f.name)
				f.validation.walk(ctx, r, field)
				r.leave()
			}
		}
	case p.elem == nil:
	case p.kind == reflect.Pointer:
		if !v.IsNil() {
			p.elem.walk(ctx, r, v.Elem())
		}
	case p.kind == reflect.Map:
		for _, key := range sortedKeys(v) {
			r.member(key.String())
			p.elem.walk(ctx, r, v.MapIndex(key))
			r.leave()
		}
	default:
		for i := range v.Len() {
			r.item(i)
			p.elem.walk(ctx, r, v.Index(i))
			r.leave()
		}
	}
}

// reject records what a Validate method returned, under the pointer of its value.
func (r *report) reject(err error) {
	base := r.pointer()
	many, isMany := errors.AsType[Violations](err)
	one, isOne := errors.AsType[Violation](err)
	switch {
	case isMany:
	case isOne:
		many = Violations{one}
	default:
		many = Violations{{Code: CodeCustom, Message: err.Error()}}
	}
	for _, v := range many {
		if r.full() {
			return
		}
		if v.Pointer != "" && !strings.HasPrefix(v.Pointer, "/") {
			v.Pointer = "/" + v.Pointer
		}
		v.Pointer = base + v.Pointer
		r.append(v)
	}
}

// validationOf finds the way to the Validate methods in t; nil if there is none. The compiler is locked.
func (c *Compiler) validationOf(t reflect.Type) *validation {
	if p, known := c.validations[t]; known {
		return p
	}
	var visited []reflect.Type
	if !c.validates(t, &visited) {
		for _, v := range visited {
			c.validations[v] = nil
		}
		return nil
	}
	p := &validation{calls: hasValidate(t), kind: t.Kind()}
	c.validations[t] = p // before its parts, which may contain t
	w, wraps := asWrapper(t)
	u, isUnion := asUnion(t)
	switch {
	case wraps:
		p.wraps, p.elem = true, c.validationOf(w.inner())
	case isUnion:
		p.cases = make(map[reflect.Type]*validation)
		_, cases := u.cases()
		for _, kase := range cases {
			if inner := c.validationOf(kase.typ); inner != nil {
				p.cases[kase.typ] = inner
			}
		}
	case hasOwnForm(t):
	case t.Kind() == reflect.Struct:
		discard := &builder{compiler: c} // compiling t has reported its errors
		for _, f := range discard.fields(t, t.String()) {
			if inner := c.validationOf(f.typ); inner != nil {
				p.fields = append(p.fields, validatedField{member{name: f.name, index: f.index}, inner})
			}
		}
	case hasElem(t):
		p.elem = c.validationOf(t.Elem())
	}
	return p
}

// validates reports whether values of t can contain one with a Validate method. When it is false for the first t, it is so for all
// that were visited.
func (c *Compiler) validates(t reflect.Type, visited *[]reflect.Type) bool {
	if p, known := c.validations[t]; known {
		return p != nil
	}
	if slices.Contains(*visited, t) || !hasMethods(t) && !hasParts(t) {
		return false
	}
	*visited = append(*visited, t)
	if hasValidate(t) {
		return true
	}
	if w, ok := asWrapper(t); ok {
		return c.validates(w.inner(), visited)
	}
	if u, ok := asUnion(t); ok {
		_, cases := u.cases()
		return slices.ContainsFunc(cases, func(kase Case) bool { return c.validates(kase.typ, visited) })
	}
	switch {
	case hasOwnForm(t):
		return false
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			if c.validates(t.Field(i).Type, visited) {
				return true
			}
		}
		return false
	}
	return hasElem(t) && c.validates(t.Elem(), visited)
}

// checkValidate reports a struct of which Go calls no Validate although several embedded ones have it.
func (b *builder) checkValidate(t reflect.Type, embedded []reflect.StructField, where string) {
	if len(embedded) < 2 || hasValidate(t) {
		return
	}
	var names []string
	for _, f := range embedded {
		typ := f.Type
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if hasValidate(typ) {
			names = append(names, f.Name)
		}
	}
	if len(names) > 1 {
		b.fail(where, "%s embeds several types with a Validate method, and Go promotes none of them: give it one that calls those of %s",
			t, strings.Join(names, " and "))
	}
}

// hasValidate reports whether *t has the method. A pointer type does not count itself: its target does.
func hasValidate(t reflect.Type) bool {
	return t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && hasMethods(t) &&
		reflect.PointerTo(t).Implements(reflect.TypeFor[Validator]())
}

// hasParts reports whether values of t are made of others.
func hasParts(t reflect.Type) bool { return t.Kind() == reflect.Struct || hasElem(t) }

func hasElem(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return true
	}
	return false
}
