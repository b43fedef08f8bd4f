package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// Webhook describes a POST request that the service sends to whoever has asked for it, at an address that it was given by other means
// than an operation of its own. In is the request as its receiver sees it: what would be the input of its operation. It is
// description alone; sending is the service's business, best as a task or from a subscription.
//
// The options may be [Summary], [Description], [Tags], [Tag], [Deprecated] and [Example]. The name is one word, unique in the system:
// "booking-confirmed".
func Webhook[In any](s operation.Scope, name string, options ...Option) {
	if g, ok := s.(*Router); ok {
		s = g.Scope
	}
	all := s.Declare(webhooksKey{}, func() operation.Part { return new(webhooks) }).(*webhooks)
	all.list = append(all.list, &notification{name: name, in: reflect.TypeFor[In](), options: options, source: operation.Source(1)})
}

// Callback describes a POST request that the service sends because of an operation, to an address that the operation was given. It is
// an option of that operation, and description alone, as [Webhook] is; it takes the same options.
//
// URL says where the request goes, with runtime expressions of OpenAPI 3.1 (section 4.8.20.4) in braces: "{$request.body#/notify_url}"
// is the member notify_url of the body of the request. What they refer to must be there.
func Callback[In any](name, url string, options ...Option) Option {
	return &callback{notification{name: name, url: url, in: reflect.TypeFor[In](), options: options, source: operation.Source(1)}}
}

type webhooksKey struct{}

// webhooks are those of one service.
type webhooks struct{ list []*notification }

// Describe writes the webhooks into the manifest. Every mistake comes back.
func (w *webhooks) Describe(d *operation.Description) error {
	var errs []error
	for i, n := range w.list {
		described, err := n.describe(d)
		if slices.ContainsFunc(w.list[:i], func(other *notification) bool { return other.name == n.name }) {
			err = errors.Join(err, fmt.Errorf("%w: the service has another webhook of the name", ErrDuplicate))
		}
		if err != nil {
			errs = append(errs, &DeclarationError{Source: n.source, Operation: "webhook " + n.name, Err: err})
			continue
		}
		d.Service.Webhooks = append(d.Service.Webhooks, described)
	}
	return errors.Join(errs...)
}

// Open does nothing: nobody calls a webhook here.
func (*webhooks) Open(context.Context, *operation.Env) error { return nil }

type callback struct{ notification }

// DescribeOperation does nothing yet: the types of the callback are compiled with those of the operation.
func (*callback) DescribeOperation(*manifest.Operation) {}

// describeCallbacks writes the callbacks of the operation into its description.
func (e *endpoint) describeCallbacks(d *operation.Description) error {
	var errs []error
	for _, o := range e.options {
		c, ok := o.(*callback)
		if !ok {
			continue
		}
		described, err := c.describe(d)
		if slices.ContainsFunc(e.op.Callbacks, func(other manifest.Notification) bool { return other.Name == c.name }) {
			err = errors.Join(err, errors.New("another callback has the name"))
		}
		if err := errors.Join(err, checkCallbackURL(e.op, c.url)); err != nil {
			errs = append(errs, fmt.Errorf("api.Callback(%q) at %s: %w", c.name, c.source, err))
			continue
		}
		e.op.Callbacks = append(e.op.Callbacks, described)
	}
	return errors.Join(errs...)
}

// notification is a request that the service sends.
type notification struct {
	name, url, source string
	in                reflect.Type
	options           []Option
}

func (n *notification) describe(d *operation.Description) (manifest.Notification, error) {
	// It is described as the operation of the receiver would be.
	e := &endpoint{method: http.MethodPost, path: "/", in: n.in, out: reflect.TypeFor[None](), options: n.options,
		op: new(manifest.Operation), wire: newWire(nil)}
	operation.Apply(e.op, n.options)
	errs := []error{n.checkName(), n.checkOptions(e.op)}
	var err error
	if n.in.Kind() == reflect.Interface || n.in.Kind() == reflect.Pointer {
		return manifest.Notification{}, errors.Join(append(errs, fmt.Errorf("input %s: an input is a value, best a struct", n.in))...)
	}
	if e.binder, err = newBinder(d.Compiler, n.in, e.method, e.path); err != nil {
		return manifest.Notification{}, errors.Join(append(errs, err)...)
	}
	if e.binder.inputs.Len() > 0 {
		errs = append(errs, fmt.Errorf("input %s: a request that is sent has no dependencies", n.in))
	}
	e.describeInput(d)
	errs = append(errs, e.describeExamples(d.Compiler), describeTags(d, n.options))
	return manifest.Notification{
		Name: n.name, URL: n.url, Summary: e.op.Summary, Description: e.op.Description, Tags: e.op.Tags, Deprecated: e.op.Deprecated,
		Parameters: e.op.Parameters, Body: e.op.Body, Source: n.source,
	}, errors.Join(errs...)
}

func (n *notification) checkName() error {
	if !isToken(n.name) {
		return fmt.Errorf("%q is no name: write a word such as booking-confirmed", n.name)
	}
	return nil
}

// checkOptions reports options that mean nothing to a request that others answer.
func (n *notification) checkOptions(op *manifest.Operation) error {
	rest := *op
	rest.Summary, rest.Description, rest.Tags, rest.Deprecated = "", "", nil, false
	strange := !reflect.DeepEqual(rest, manifest.Operation{})
	for _, o := range n.options {
		switch o.(type) {
		case operation.OptionFunc, *example, *tag, nil:
		default:
			strange = true
		}
	}
	if strange {
		return errors.New("a request that is sent takes the options Summary, Description, Tags, Tag, Deprecated and Example, and no others")
	}
	return nil
}
