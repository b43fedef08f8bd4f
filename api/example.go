package api

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
)

// Example shows a value in the documentation: one of the body of the request, or of the answer, whichever has the type T. Where both
// have, it is an example of both; the input of an operation that takes a form is an example of the form. Name says in a few words what
// the example is about, and is its own among those of a body. A value that breaks the rules of its type is a mistake of the
// declaration; what a method Validate would say is not asked, since time may pass. A member that is readOnly is left out of the request,
// one that is writeOnly out of the answer.
//
// A problem that is given to [Fails] with a detail, extensions or violations is the example of its kind.
func Example[T any](name string, value T) Option {
	return &example{name: name, value: reflect.ValueOf(&value).Elem(), source: operation.Source(1)}
}

// example is one value for the documentation.
type example struct {
	name   string
	value  reflect.Value
	source string
}

// DescribeOperation does nothing yet: which body it belongs to is known when both are described.
func (*example) DescribeOperation(*manifest.Operation) {}

// describeExamples gives the bodies of the operation their examples, and reports those that are wrong.
func (e *endpoint) describeExamples(c *schema.Compiler) error {
	var errs []error
	for _, o := range e.options {
		x, ok := o.(*example)
		if !ok {
			continue
		}
		if err := e.describeExample(c, x); err != nil {
			errs = append(errs, fmt.Errorf("api.Example(%q) at %s: %w", x.name, x.source, err))
		}
	}
	return errors.Join(errs...)
}

func (e *endpoint) describeExample(c *schema.Compiler, x *example) error {
	t := x.value.Type()
	request, err := e.binder.example(x)
	if err != nil {
		return err
	}
	if request != nil {
		if err := addExample(e.op.Body, x.name, request); err != nil {
			return err
		}
	}
	answered := false
	for i := range e.op.Responses {
		content := e.op.Responses[i].Content
		if content == nil || shapeOf(e.out).body != t {
			continue
		}
		s, err := c.Compile(t)
		if err != nil {
			return err
		}
		answer, err := exampleOf(s, x.value)
		if err == nil {
			answer, err = withoutMembers(s, answer, ofRequests)
		}
		if err == nil {
			err = addExample(content, x.name, answer)
		}
		if err != nil {
			return err
		}
		answered = true
	}
	if request == nil && !answered {
		return fmt.Errorf("%s is neither the type of the request's body nor that of the answer's", t)
	}
	return nil
}

// example returns the JSON form of an example that fits the body of the request; nil of one that does not.
func (b *binder) example(x *example) ([]byte, error) {
	switch {
	case b.form && x.value.Type() == b.in:
		return b.formExample(x.value)
	case b.body != nil && x.value.Type() == b.body.schema.Type():
		return requestExample(b.body.schema, x.value)
	}
	return nil, nil
}

// requestExample is an example of what clients send, without the members that only answers have, which may hold anything.
func requestExample(s *schema.Schema, v reflect.Value) ([]byte, error) {
	data, err := json.Marshal(v.Interface(), jsonOptions, json.Deterministic(true))
	if err != nil {
		return exampleOf(s, v) // its rules say why
	}
	sent, err := withoutMembers(s, data, ofAnswers)
	if err != nil || len(sent) == len(data) {
		return exampleOf(s, v)
	}
	broken, err := s.Decode(sent, reflect.New(s.Type()).Elem())
	if len(broken) > 0 {
		err = broken
	}
	return sent, err
}

// formExample is an example of a form: its fields, as members of an object, without the files.
func (b *binder) formExample(in reflect.Value) ([]byte, error) {
	fields := make(map[string]jsontext.Value)
	for _, p := range b.params {
		field := in.FieldByIndex(p.index)
		if p.in != inForm || p.files || (p.schema.Optional() && field.IsZero()) {
			continue
		}
		data, err := exampleOf(p.schema, field)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		fields[p.name] = data
	}
	return json.Marshal(fields, json.Deterministic(true))
}

// exampleOf returns the JSON form of a value that keeps the rules of its schema.
func exampleOf(s *schema.Schema, v reflect.Value) ([]byte, error) {
	if broken := s.Check(v); len(broken) > 0 {
		return nil, broken
	}
	data, err := json.Marshal(v.Interface(), jsonOptions, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	// What a type with methods of its own writes, its rules are asked about too.
	broken, err := s.Decode(data, reflect.New(s.Type()).Elem())
	if len(broken) > 0 {
		err = broken
	}
	return data, err
}

func addExample(content *manifest.Content, name string, data []byte) error {
	switch {
	case name == "":
		return errors.New("an example needs a name")
	case slices.ContainsFunc(content.Examples, func(other manifest.Example) bool { return other.Name == name }):
		return errors.New("another example has the name")
	}
	content.Examples = append(content.Examples, manifest.Example{Name: name, Value: data})
	return nil
}
