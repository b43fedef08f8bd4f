package operation

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// Override says how a type of dependency is resolved instead, wherever it is an input: the fake of a test. See [Replace].
type Override struct {
	typ     reflect.Type
	source  string
	resolve func(ctx context.Context, c *Call, field reflect.Value) error // nil: the function is missing
}

// Replace resolves every input of type T with f instead of its own Resolve. What T itself depends on is not resolved. The value is
// kept for the call, as T's own would be; an error of f ends the call, and f may give clean-up to [Call.Defer].
//
// Auth.Principal cannot be replaced: who calls is decided by the verifier, for a handler as for its security.
func Replace[T any](f func(ctx context.Context, c *Call) (T, error)) Override {
	o := Override{typ: reflect.TypeFor[T](), source: Source(1)}
	if f != nil {
		o.resolve = func(ctx context.Context, c *Call, field reflect.Value) error {
			v, err := f(ctx, c)
			if err != nil {
				return err
			}
			*field.Addr().Interface().(*T) = v
			return nil
		}
	}
	return o
}

// At names another place as the one where the override was written, for errors: that of a caller further out. See [Source].
func (o Override) At(source string) Override {
	o.source = source
	return o
}

func (o Override) check() error {
	switch {
	case o.typ == nil:
		return errors.New("operation: an override is empty; make it with operation.Replace")
	case o.typ == principalType:
		return fmt.Errorf("operation: %s: override of %s: the caller is known by a token; give the call another one", o.source, o.typ)
	case !IsDependency(o.typ):
		return fmt.Errorf("operation: %s: override of %s: it is no dependency: *%s has no method Resolve", o.source, o.typ, o.typ)
	case o.resolve == nil:
		return fmt.Errorf("operation: %s: override of %s: the function is nil", o.source, o.typ)
	}
	return nil
}

// Overrides are the dependencies that are replaced in a system, one for each type. They are safe for concurrent use.
type Overrides struct {
	list []Override
	mu   sync.Mutex
	used map[reflect.Type]bool
}

// NewOverrides collects overrides. Mistakes come back, joined: a type that is no dependency, or that is replaced twice.
func NewOverrides(list ...Override) (*Overrides, error) {
	o := &Overrides{used: make(map[reflect.Type]bool)}
	var errs errorList
	for _, next := range list {
		if err := next.check(); err != nil {
			errs.add(err)
			continue
		}
		if i := o.index(next.typ); i >= 0 {
			errs.add(fmt.Errorf("operation: %s: override of %s: it is replaced already at %s", next.source, next.typ, o.list[i].source))
		}
		o.list = append(o.list, next)
	}
	return o, errs.join()
}

func (o *Overrides) index(t reflect.Type) int {
	return slices.IndexFunc(o.list, func(known Override) bool { return known.typ == t })
}

// Check reports the overrides that no input has used: mistakes of whoever wrote them. It is asked after everything was opened.
func (o *Overrides) Check() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var errs errorList
	for _, next := range o.list {
		if !o.used[next.typ] {
			errs.add(fmt.Errorf("operation: %s: override of %s: nothing that was opened depends on it", next.source, next.typ))
		}
	}
	return errs.join()
}

// find returns the override of a type, and remembers that it was asked for.
func (o *Overrides) find(t reflect.Type) (Override, bool) {
	i := o.index(t)
	if i < 0 {
		return Override{}, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.used[t] = true
	return o.list[i], true
}

// with returns the inputs as they are in an environment: the same ones, unless dependencies are replaced there.
func (in *Inputs) with(env *Env) *Inputs {
	if env == nil || env.Overrides == nil || len(in.fields) == 0 {
		return in
	}
	out := &Inputs{fields: make([]input, len(in.fields))}
	for i, f := range in.fields {
		if o, ok := env.Overrides.find(f.typ); ok {
			f.nested, f.replaced = new(Inputs), o.resolve
		} else {
			f.nested = f.nested.with(env)
		}
		out.fields[i] = f
	}
	return out
}
