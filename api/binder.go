package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// binder is the compiled way from a request to an input value.
type binder struct {
	in       reflect.Type
	fields   []reflect.StructField // the visible ones of in, while it is described
	params   []param
	body     *bodyField // nil: takes no body
	inputs   *operation.Inputs
	hasQuery bool
	cookies  bool       // some parameter is one
	form     bool       // the body is a form
	flow     *flowField // the body is read by the handler
	files    bool       // with files

	validates bool // the envelope itself has rules
}

// bodyField is the part of the input that the body fills: a field, or with an empty index the whole input.
type bodyField struct {
	index    []int
	schema   *schema.Schema
	required bool
}

var transportTags = [...]string{inPath, inQuery, inHeader, inCookie, inForm}

// newBinder compiles the input type t of an operation, reporting every mistake at once.
func newBinder(c *schema.Compiler, t reflect.Type, method, path string) (*binder, error) {
	b := &binder{in: t, fields: visibleFields(t), inputs: new(operation.Inputs)}
	wild, err := wildcards(path)
	errs := []error{err}
	switch {
	case t.Kind() == reflect.Struct && t.NumField() == 0: // it takes nothing, as None
	case !isEnvelope(b.fields):
		errs = append(errs, b.wholeBody(c, method))
	default:
		errs = append(errs, b.envelope(c, method))
	}
	if err == nil {
		errs = append(errs, b.matchPath(wild))
	}
	b.validates = b.envelopeValidates()
	return b, errors.Join(errs...)
}

// visibleFields returns the fields of an input, none when it is not a struct.
func visibleFields(t reflect.Type) []reflect.StructField {
	if t.Kind() != reflect.Struct {
		return nil
	}
	fields := make([]reflect.StructField, t.NumField())
	for i := range fields {
		if fields[i] = t.Field(i); fields[i].Anonymous {
			return reflect.VisibleFields(t)
		}
	}
	return fields // nothing is embedded, so these are all
}

// isEnvelope reports whether an input spreads over the request: some field has a transport tag, is a dependency, or is Body.
func isEnvelope(fields []reflect.StructField) bool {
	for i := range fields {
		f := &fields[i]
		if !f.IsExported() {
			continue
		}
		if tag, _ := transportTag(f.Tag); tag != "" || operation.IsDependency(f.Type) || f.Name == "Body" {
			return true
		}
	}
	return false
}

func transportTag(of reflect.StructTag) (in, name string) {
	for _, tag := range transportTags {
		if v, ok := of.Lookup(tag); ok {
			return tag, v
		}
	}
	return "", ""
}

func takesBody(method string) bool {
	return method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch
}

func (b *binder) wholeBody(c *schema.Compiler, method string) error {
	if !takesBody(method) {
		return fmt.Errorf("input %s: a %s takes no body; give its fields path, query, header or cookie tags", b.in, method)
	}
	s, err := c.Compile(b.in)
	if err != nil {
		return fmt.Errorf("input: %w", err)
	}
	b.body = &bodyField{schema: s, required: true}
	return nil
}

func (b *binder) envelope(c *schema.Compiler, method string) error {
	b.inputs, b.params = operation.NewInputs(b.in), make([]param, 0, len(b.fields))
	var errs []error
	for _, f := range b.fields {
		if !f.IsExported() || insideDependency(b.in, f) {
			continue
		}
		in, name := transportTag(f.Tag)
		switch {
		case in != "":
			if in == inForm && !takesBody(method) {
				errs = append(errs, fmt.Errorf("input %s: field %s: a %s takes no form", b.in, f.Name, method))
				continue
			}
			errs = append(errs, b.addParam(c, f, in, name))
		case operation.IsDependency(f.Type):
		case f.Name == "Body":
			if !takesBody(method) {
				errs = append(errs, fmt.Errorf("input %s: a %s takes no body", b.in, method))
				continue
			}
			if flows(f.Type) {
				b.flow = &flowField{index: f.Index, parts: f.Type == reflect.TypeFor[Parts]()}
				continue
			}
			s, err := c.Field(f)
			if err != nil {
				errs = append(errs, fmt.Errorf("input: %w", err))
				continue
			}
			b.body = &bodyField{index: f.Index, schema: s, required: !s.Optional()}
		case f.Anonymous && f.Type.Kind() == reflect.Pointer:
			errs = append(errs, fmt.Errorf("input %s: field %s: embed %s itself, not a pointer to it", b.in, f.Name, f.Type.Elem()))
		case f.Anonymous:
		default:
			errs = append(errs, fmt.Errorf("input %s: field %s has no path, query, header or cookie tag and is not a dependency; "+
				"what belongs to the body goes into the field Body", b.in, f.Name))
		}
	}
	if b.form && (b.body != nil || b.flow != nil) {
		errs = append(errs, fmt.Errorf("input %s: the body is a form or JSON: take the field Body or the tags form away", b.in))
	}
	return errors.Join(errs...)
}

// insideDependency reports whether f is promoted from an embedded dependency, which fills its fields by itself.
func insideDependency(t reflect.Type, f reflect.StructField) bool {
	for n := 1; n < len(f.Index); n++ {
		if operation.IsDependency(t.FieldByIndex(f.Index[:n]).Type) {
			return true
		}
	}
	return false
}

func (b *binder) addParam(c *schema.Compiler, f reflect.StructField, in, name string) error {
	if err := checkField(f, in, name); err != nil {
		return fmt.Errorf("input %s: field %s: %w", b.in, f.Name, err)
	}
	if in == inHeader {
		name = http.CanonicalHeaderKey(name)
	}
	for _, p := range b.params {
		if p.in == in && p.name == name {
			return fmt.Errorf("input %s: field %s: the %s parameter %q has a field already", b.in, f.Name, in, name)
		}
	}
	s, err := c.Field(f)
	if err != nil {
		return fmt.Errorf("input: %w", err)
	}
	if err := checkParam(f.Type, in, s); err != nil {
		return fmt.Errorf("input %s: field %s: %w", b.in, f.Name, err)
	}
	for _, p := range b.params {
		if in == inQuery && p.in == inQuery && (within(name, p.name, p.schema) || within(p.name, name, s)) {
			return fmt.Errorf("input %s: field %s: the query parameters %q and %q overlap: one is a key of the other", b.in, f.Name, name, p.name)
		}
	}
	// A list or a map that is not there is empty; minItems and minProperties say otherwise.
	optional := s.Optional() || f.Type.Kind() == reflect.Slice || s.Keyed()
	files := holdsFiles(f.Type)
	b.hasQuery = b.hasQuery || in == inQuery
	b.cookies = b.cookies || in == inCookie
	b.form = b.form || in == inForm
	b.files = b.files || files
	b.params = append(b.params, param{
		in: in, name: name, doc: f.Tag.Get("doc"), index: f.Index, schema: s, required: in == inPath || !optional, files: files,
	})
	return nil
}

// matchPath checks that the wildcards of the path and the path parameters of the input are the same.
func (b *binder) matchPath(wild []string) error {
	var errs []error
	fields := make(map[string]bool)
	for _, p := range b.params {
		if p.in == inPath {
			fields[p.name] = true
		}
	}
	for _, name := range wild {
		if !fields[name] && !b.names(name) {
			errs = append(errs, fmt.Errorf("%w: {%s} has no field in %s; add one with the tag `path:%q`", ErrPath, name, b.in, name))
		}
		delete(fields, name)
	}
	for _, p := range b.params {
		if p.in == inPath && fields[p.name] {
			errs = append(errs, fmt.Errorf("%w: the field for %q of %s names no {%s} in the path", ErrPath, p.name, b.in, p.name))
		}
	}
	return errors.Join(errs...)
}

// names reports whether a field of the input is for this path parameter, which may be wrong for another reason: that is said already.
func (b *binder) names(parameter string) bool {
	return slices.ContainsFunc(b.fields, func(f reflect.StructField) bool {
		in, name := transportTag(f.Tag)
		return in == inPath && name == parameter && f.IsExported() && !insideDependency(b.in, f)
	})
}

// wildcards returns the names of the parameters of a path.
func wildcards(path string) ([]string, error) {
	if !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("%w: %q does not begin with a slash", ErrPath, path)
	}
	if strings.HasSuffix(path, "/") && path != "/" {
		return nil, fmt.Errorf("%w: %q ends with a slash; it names the same resource without", ErrPath, path)
	}
	var names []string
	for segment := range strings.SplitSeq(path[1:], "/") {
		open, inner := strings.HasPrefix(segment, "{"), strings.Trim(segment, "{}")
		switch {
		case !strings.ContainsAny(segment, "{}"):
			continue
		case !open || !strings.HasSuffix(segment, "}") || inner == "" || strings.ContainsAny(inner, "{}$. "):
			return nil, fmt.Errorf("%w: %q: the segment %q is not a {name}", ErrPath, path, segment)
		}
		names = append(names, inner)
	}
	return names, nil
}

// steps returns the stages bind and validate. The first is where the wire begins: on the way in it reads the request, on the way
// out it encodes the answer, so that an output without a JSON form is a fault like any other.
func (b *binder) steps(op *manifest.Operation, x *wire) []operation.Step {
	var detail []string
	switch n := len(b.params); n {
	case 0:
	case 1:
		detail = append(detail, "1 parameter")
	default:
		detail = append(detail, fmt.Sprintf("%d parameters", n))
	}
	if op.StrictQuery {
		detail = append(detail, "no others in the query")
	}
	switch {
	case b.body != nil:
		detail = append(detail, "JSON body")
	case b.flow != nil:
		detail = append(detail, "a body that flows")
	case b.files:
		detail = append(detail, "form with files")
	case b.form:
		detail = append(detail, "form")
	}
	return []operation.Step{
		{Stage: operation.StageBind, Detail: strings.Join(detail, ", "), Wrap: func(next operation.Handler) operation.Handler {
			return func(ctx context.Context, c *operation.Call) error {
				if c.Door != operation.DoorHTTP {
					err := next(ctx, c)
					c.Status, _, _ = represent(c.Out)
					return err
				}
				if err := b.bind(c, x); err != nil {
					return err
				}
				if err := next(ctx, c); err != nil {
					return err
				}
				return x.encode(ctx, c)
			}
		}},
		{Stage: operation.StageValidate, Wrap: func(next operation.Handler) operation.Handler {
			return func(ctx context.Context, c *operation.Call) error {
				if err := b.validate(ctx, c); err != nil {
					return err
				}
				return next(ctx, c)
			}
		}},
	}
}

// validate runs the rules that a request's binding has not: a local call's constraints, and the Validate methods of both.
func (b *binder) validate(ctx context.Context, c *operation.Call) error {
	var all []problem.Violation
	for i := range b.params {
		p := &b.params[i]
		field := c.In.FieldByIndex(p.index)
		if c.Door != operation.DoorHTTP {
			all = append(p.collect(all, p.schema.Check(field)), p.unfitting(c.In)...)
		}
		all = p.collect(all, p.schema.Validate(ctx, field))
	}
	if b.body != nil {
		field := b.body.field(c.In)
		if c.Door != operation.DoorHTTP {
			all = collectBody(all, b.body.schema.Check(field))
		}
		all = collectBody(all, b.body.schema.Validate(ctx, field))
	}
	if len(all) == 0 && b.validates {
		if err := c.In.Addr().Interface().(validator).Validate(ctx); err != nil {
			all = b.collectError(all, err)
		}
	}
	return invalid(all)
}

// validator is an input with rules of its own.
type validator interface {
	Validate(ctx context.Context) error
}

// envelopeValidates reports whether the envelope itself has rules; those of a whole-body input belong to its schema.
func (b *binder) envelopeValidates() bool {
	return (b.body == nil || b.body.index != nil) && reflect.PointerTo(b.in).Implements(reflect.TypeFor[validator]())
}

func (f *bodyField) field(in reflect.Value) reflect.Value {
	if f.index == nil {
		return in
	}
	return in.FieldByIndex(f.index)
}
