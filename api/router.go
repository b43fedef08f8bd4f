package api

import (
	"context"
	"net/http"
	"reflect"
	"runtime"
	"strings"

	"github.com/vade-go/vade/operation"
)

// Router is a group of operations with a common path prefix and common options. It is made by [Group], and is itself a
// place for operations and further groups.
type Router struct {
	operation.Scope
	prefix  string
	options []Option
}

// Group returns a group of operations under a path prefix. Its options apply to every operation in it, before the
// operation's own; a group inside a group adds to the outer one.
func Group(s operation.Scope, prefix string, options ...Option) *Router {
	g := &Router{Scope: s, prefix: prefix, options: options}
	if outer, ok := s.(*Router); ok {
		g.Scope = outer.Scope
		g.prefix = outer.prefix + prefix
		g.options = append(append([]Option{}, outer.options...), options...)
	}
	return g
}

// Get declares an operation that reads. Path is relative to the group and may hold parameters: "/{id}".
func Get[In, Out any](s operation.Scope, path string, h func(context.Context, In) (Out, error), options ...Option) {
	add(s, http.MethodGet, path, h, options)
}

// Post declares an operation that makes something or starts something.
func Post[In, Out any](s operation.Scope, path string, h func(context.Context, In) (Out, error), options ...Option) {
	add(s, http.MethodPost, path, h, options)
}

// Put declares an operation that replaces something.
func Put[In, Out any](s operation.Scope, path string, h func(context.Context, In) (Out, error), options ...Option) {
	add(s, http.MethodPut, path, h, options)
}

// Patch declares an operation that changes part of something.
func Patch[In, Out any](s operation.Scope, path string, h func(context.Context, In) (Out, error), options ...Option) {
	add(s, http.MethodPatch, path, h, options)
}

// Delete declares an operation that removes something.
func Delete[In, Out any](s operation.Scope, path string, h func(context.Context, In) (Out, error), options ...Option) {
	add(s, http.MethodDelete, path, h, options)
}

// add is where generics end: behind it, inputs are reflect values and outputs are any.
func add[In, Out any](s operation.Scope, method, path string, h func(context.Context, In) (Out, error), options []Option) {
	e := &endpoint{
		method:  method,
		path:    path,
		options: options,
		source:  operation.Source(2),
		name:    functionName(reflect.ValueOf(h)),
		in:      reflect.TypeFor[In](),
		out:     reflect.TypeFor[Out](),
		handle: func(ctx context.Context, in reflect.Value, out any) (err error) {
			*out.(*Out), err = h(ctx, *in.Addr().Interface().(*In))
			return err
		},
		exchange:       newExchange[In, Out],
		handlerMissing: h == nil,
	}
	if g, ok := s.(*Router); ok {
		e.path = g.prefix + path
		e.options = append(append([]Option{}, g.options...), options...)
		e.inherited = len(g.options)
		s = g.Scope
	}
	of(s).add(e)
}

// functionName returns the bare name of a function or method value, or "" for a function literal.
func functionName(f reflect.Value) string {
	fn := runtime.FuncForPC(f.Pointer())
	if fn == nil {
		return ""
	}
	name := strings.TrimSuffix(strings.TrimSuffix(fn.Name(), "-fm"), "[...]")
	name = name[strings.LastIndexByte(name, '.')+1:]
	if strings.Trim(strings.TrimPrefix(name, "func"), "0123456789") == "" { // "func1", or "2" for one inside of it
		return ""
	}
	return name
}
