package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// Configure gives options to everything that the service declares, ahead of those of its groups, wherever in the program it
// stands: also what was declared before. Several add up, in their order. Nothing of it reaches another service of the process.
//
// Besides the options of groups it takes those that concern the service as a whole, such as [OnIncident].
func Configure(s operation.Scope, options ...Option) {
	source := operation.Source(1)
	if g, ok := s.(*Router); ok {
		c := &of(g.Scope).configuration
		c.errs = append(c.errs, fmt.Errorf("%s: api.Configure is for a whole service; give the options of a part of it to api.Group", source))
		return
	}
	c := &of(s).configuration
	for _, o := range options {
		whole, ok := o.(serviceOption)
		if !ok {
			c.options = append(c.options, o)
			continue
		}
		if err := whole.configure(c); err != nil {
			c.errs = append(c.errs, fmt.Errorf("%s: %w", source, err))
		}
	}
}

// configuration is what a service says about all of its operations.
type configuration struct {
	options []Option
	hooks   operation.Hooks
	errs    []error

	background BackgroundConfig
}

func (c *configuration) check() error { return errors.Join(c.errs...) }

// serviceOption is an option of the service as a whole, for Configure alone.
type serviceOption interface {
	Option
	configure(c *configuration) error
}

// onlyConfigure makes a function of a configuration a serviceOption.
type onlyConfigure struct {
	name string // for mistakes: "api.OnIncident"
	set  func(c *configuration) error
}

func (o *onlyConfigure) configure(c *configuration) error { return o.set(c) }

// DescribeOperation does nothing: the option says nothing of a single operation.
func (o *onlyConfigure) DescribeOperation(*manifest.Operation) {}

// Validate is asked where the option was given to an operation or a group, and refuses that.
func (o *onlyConfigure) Validate() error {
	return fmt.Errorf("%s concerns the service as a whole: give it to api.Configure", o.name)
}

// Incident is a failure that was not declared, so that the caller learnt no more of it than its ID.
type Incident = operation.Incident

// OnIncident lets f see every failure of the service that nobody declared and every panic, after it was logged and before the
// caller has the answer; a reporter of errors is told here. Ctx is that of the call, with its span and its request id, and may have
// ended. F is called by many goroutines at once; what takes long it does in one of its own. Several are called in their order.
// It is an option of [Configure].
func OnIncident(f func(ctx context.Context, i *Incident)) Option {
	return &onlyConfigure{"api.OnIncident", func(c *configuration) error {
		if f == nil {
			return errors.New("api.OnIncident: the function is nil")
		}
		before := c.hooks.Incident
		c.hooks.Incident = f
		if before != nil {
			c.hooks.Incident = func(ctx context.Context, i *Incident) { before(ctx, i); f(ctx, i) }
		}
		return nil
	}}
}

// hooked makes the hooks of the service known to a call, and says when to come again after one that found no room for its work. It is no
// policy, and so no stage of its own.
func hooked(h *operation.Hooks) operation.Step {
	return operation.Step{Stage: operation.StageRecover, Wrap: func(next operation.Handler) operation.Handler {
		return func(ctx context.Context, c *operation.Call) error {
			c.Hooks = h
			err := next(ctx, c)
			if err != nil && errors.Is(err, ErrBusy) {
				c.SetHeader("Retry-After", "1")
			}
			return err
		}
	}}
}
