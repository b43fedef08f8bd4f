package operation

import (
	"context"
	"reflect"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/manifest"
)

// Dependency is a type of input field that finds its own value for every call: the current tenant, a loaded account, a
// database transaction. The pointer to the field's type implements it, and the same type works in operations,
// subscriptions and tasks.
//
// Fields of a dependency that are dependencies themselves are resolved before it. A type is resolved once in a call,
// however many fields have it. A type that also implements [Option] describes itself in the manifest.
type Dependency interface {
	// Resolve fills the receiver. An error ends the call: a *problem.Problem is shown to the caller if it was declared.
	// What must be given back is given to [Call.Defer].
	Resolve(ctx context.Context, c *Call) error
}

var (
	dependencyType = reflect.TypeFor[Dependency]()
	optionType     = reflect.TypeFor[Option]()
	principalType  = reflect.TypeFor[auth.Principal]()
)

// IsDependency reports whether fields of type t resolve themselves.
func IsDependency(t reflect.Type) bool {
	return t == principalType || reflect.PointerTo(t).Implements(dependencyType)
}

// Inputs is the compiled list of the dependencies among a struct's fields. It is immutable and safe for concurrent use.
type Inputs struct {
	fields []input
}

type input struct {
	index    []int
	typ      reflect.Type
	nested   *Inputs                                                       // of the dependency itself
	replaced func(ctx context.Context, c *Call, field reflect.Value) error // nil: by its own Resolve
}

// resolved is a dependency's value, kept for the other fields of its type.
type resolved struct {
	typ   reflect.Type
	value reflect.Value
}

// NewInputs compiles the dependencies of t, which need not be a struct. Structs hold each other by value here, so
// dependencies cannot need each other in a circle.
func NewInputs(t reflect.Type) *Inputs {
	in := new(Inputs)
	if t == nil || t.Kind() != reflect.Struct || t == principalType {
		return in
	}
	for _, f := range candidates(t) {
		if f.IsExported() && IsDependency(f.Type) && !insideDependency(t, f.Index) {
			in.fields = append(in.fields, input{index: f.Index, typ: f.Type, nested: NewInputs(f.Type)})
		}
	}
	return in
}

// candidates returns the fields of t that may be dependencies: all that are visible if something is embedded, which may hold some, and
// else those that are.
func candidates(t reflect.Type) []reflect.StructField {
	var found []reflect.StructField
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			return reflect.VisibleFields(t)
		}
		if IsDependency(f.Type) {
			found = append(found, f)
		}
	}
	return found
}

// insideDependency reports whether the field at index is promoted from an embedded dependency, which fills its fields by itself.
func insideDependency(t reflect.Type, index []int) bool {
	for n := 1; n < len(index); n++ {
		if IsDependency(t.FieldByIndex(index[:n]).Type) {
			return true
		}
	}
	return false
}

// Has reports whether the field at index is one of the dependencies.
func (in *Inputs) Has(index []int) bool {
	for _, f := range in.fields {
		if reflect.DeepEqual(f.index, index) {
			return true
		}
	}
	return false
}

// Len is the number of dependencies, not counting those of dependencies.
func (in *Inputs) Len() int { return len(in.fields) }

// DescribeOperation lets every dependency that describes itself do so.
func (in *Inputs) DescribeOperation(op *manifest.Operation) {
	for _, f := range in.fields {
		f.nested.DescribeOperation(op)
		if reflect.PointerTo(f.typ).Implements(optionType) {
			reflect.New(f.typ).Interface().(Option).DescribeOperation(op)
		}
	}
}

// Resolve fills the dependencies of the struct v, in the order of its fields. Whatever the fields held before is
// overwritten, so that a caller inside the process cannot choose who it is.
func (in *Inputs) Resolve(ctx context.Context, c *Call, v reflect.Value) error {
	for i := range in.fields {
		f := &in.fields[i]
		if err := f.resolve(ctx, c, v.FieldByIndex(f.index)); err != nil {
			return err
		}
	}
	return nil
}

func (f *input) resolve(ctx context.Context, c *Call, field reflect.Value) error {
	if f.typ == principalType {
		field.Set(reflect.ValueOf(c.Principal()))
		return nil
	}
	for _, known := range c.take().memo {
		if known.typ == f.typ {
			field.Set(known.value)
			return nil
		}
	}
	field.SetZero()
	if err := f.find(ctx, c, field); err != nil {
		return err
	}
	t := c.take()
	t.memo = append(t.memo, resolved{typ: f.typ, value: reflect.ValueOf(field.Interface())})
	return nil
}

// find fills the field of a dependency that is not known yet in this call.
func (f *input) find(ctx context.Context, c *Call, field reflect.Value) error {
	if f.replaced != nil {
		return f.replaced(ctx, c, field)
	}
	if err := f.nested.Resolve(ctx, c, field); err != nil {
		return err
	}
	return field.Addr().Interface().(Dependency).Resolve(ctx, c)
}

// Step returns the stage that resolves the dependencies of a call's input, or no step when there are none. Env says which of them
// are replaced; it is nil while the plan is only described.
func (in *Inputs) Step(env *Env) []Step {
	if in.Len() == 0 {
		return nil
	}
	in = in.with(env)
	names := ""
	for i, f := range in.fields {
		if i > 0 {
			names += ", "
		}
		names += f.typ.String()
		if f.replaced != nil {
			names += " (replaced)"
		}
	}
	return []Step{{Stage: StageDependencies, Detail: names, Wrap: func(next Handler) Handler {
		return func(ctx context.Context, c *Call) error {
			if err := in.Resolve(ctx, c, c.In); err != nil {
				return err
			}
			return next(ctx, c)
		}
	}}}
}
