package events

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
)

// binder fills the input of a handler. It is immutable.
type binder struct {
	schema *schema.Schema
	body   []int // index of the field Body; nil: the input is the data
	inputs *operation.Inputs
}

func newBinder(in, data reflect.Type, s *schema.Schema) (*binder, error) {
	b := &binder{schema: s, inputs: operation.NewInputs(nil)}
	if in == data {
		return b, nil
	}
	if in.Kind() != reflect.Struct {
		return nil, fmt.Errorf("the handler takes %s; it can take %s, or a struct with a field Body of that type", in, data)
	}
	b.inputs = operation.NewInputs(in)
	var errs []error
	for _, f := range reflect.VisibleFields(in) {
		switch {
		case f.Name == "Body" && f.Type == data && len(f.Index) == 1:
			b.body = f.Index
		case f.Name == "Body" && len(f.Index) == 1:
			errs = append(errs, fmt.Errorf("field %s.Body is %s, and the topic carries %s", in, f.Type, data))
		case len(f.Index) == 1 && !b.inputs.Has(f.Index):
			errs = append(errs, fmt.Errorf("field %s.%s (%s) is neither Body nor a request dependency", in, f.Name, f.Type))
		}
	}
	if b.body == nil && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("%s has no field Body of type %s", in, data))
	}
	return b, errors.Join(errs...)
}

func (b *binder) data(in reflect.Value) reflect.Value {
	if b.body == nil {
		return in
	}
	return in.FieldByIndex(b.body)
}

// bind decodes the event. Its publisher may be newer and know members that this consumer does not: they are passed over. What is
// malformed now will be malformed for ever, so it is rejected.
func (b *binder) bind(next operation.Handler) operation.Handler {
	return func(ctx context.Context, c *operation.Call) error {
		bad, err := b.schema.DecodeOpen(c.Header.(*delivered).raw, b.data(c.In))
		if err != nil {
			return Reject(err)
		}
		if len(bad) > 0 {
			return Reject(bad)
		}
		return next(ctx, c)
	}
}

// validate calls the Validate methods of the data.
func (b *binder) validate(next operation.Handler) operation.Handler {
	return func(ctx context.Context, c *operation.Call) error {
		if bad := b.schema.Validate(ctx, b.data(c.In)); len(bad) > 0 {
			return Reject(bad)
		}
		return next(ctx, c)
	}
}
