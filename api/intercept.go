package api

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// Intercept runs f around the handler of an operation. F sees the input after it was checked and its dependencies were resolved,
// may change it, which is not checked again, and decides whether next is called, with which context, and what becomes of its
// result. What f returns is treated as if the handler had. Interceptors run for typed calls in the same process, too.
//
// The types must be those of the operation; several operations of different types take [InterceptAll]. Of several interceptors those
// of the outer group run first. The call itself is in ctx: see operation.FromContext.
func Intercept[In, Out any](f func(ctx context.Context, in *In, next func(context.Context) (Out, error)) (Out, error)) Option {
	i := &interceptor{source: operation.Source(1), in: reflect.TypeFor[In](), out: reflect.TypeFor[Out]()}
	if f == nil {
		return i
	}
	i.name = functionName(reflect.ValueOf(f))
	i.around = func(ctx context.Context, in any, next func(context.Context) (any, error)) (any, error) {
		return f(ctx, in.(*In), func(ctx context.Context) (Out, error) {
			out, err := next(ctx)
			typed, _ := out.(Out) // zero with an error
			return typed, err
		})
	}
	return i
}

// InterceptAll is [Intercept] for operations of any types: in is a pointer to the input of the operation, and the result must be of
// the type of its output.
func InterceptAll(f func(ctx context.Context, in any, next func(context.Context) (any, error)) (any, error)) Option {
	i := &interceptor{source: operation.Source(1), around: f}
	if f != nil {
		i.name = functionName(reflect.ValueOf(f))
	}
	return i
}

type interceptor struct {
	source, name string
	in, out      reflect.Type // nil: any
	around       func(ctx context.Context, in any, next func(context.Context) (any, error)) (any, error)
}

// DescribeOperation does nothing: the steps of the plan are described by themselves.
func (i *interceptor) DescribeOperation(*manifest.Operation) {}

// Validate reports an interceptor that is nil.
func (i *interceptor) Validate() error {
	if i.around == nil {
		return errors.New("api.Intercept: the function is nil")
	}
	return nil
}

// Steps runs the interceptor in the plan of an operation, which must have its types.
func (i *interceptor) Steps(s operation.Signature) ([]operation.Step, error) {
	if i.in != nil && (i.in != s.In || i.out != s.Out) {
		return nil, fmt.Errorf("api.Intercept at %s: it is for operations from %s to %s, and this one is from %s to %s; use api.InterceptAll",
			i.source, i.in, i.out, s.In, s.Out)
	}
	return []operation.Step{{
		Stage: operation.StageIntercept, Detail: i.name, Origin: i.source,
		Wrap: func(next operation.Handler) operation.Handler { return i.run(s.Out, next) },
	}}, nil
}

// run is the handler around next, in an operation with the output type out.
func (i *interceptor) run(out reflect.Type, next operation.Handler) operation.Handler {
	return func(ctx context.Context, c *operation.Call) error {
		result, err := i.around(ctx, c.In.Addr().Interface(), func(ctx context.Context) (any, error) {
			if err := next(ctx, c); err != nil {
				return nil, err
			}
			return output(c), nil
		})
		if err != nil {
			return err
		}
		if got := reflect.TypeOf(result); got != out {
			return fmt.Errorf("api: the interceptor %s at %s returned %v, and the operation answers %v", i.name, i.source, got, out)
		}
		reflect.ValueOf(c.Place).Elem().Set(reflect.ValueOf(result))
		c.Out = c.Place
		return nil
	}
}
