package events

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"go.opentelemetry.io/otel/attribute"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/telemetry"
)

// plan compiles the chain around the handler.
func (s *subscription) plan(env *operation.Env, work *telemetry.Work) *operation.Plan {
	return operation.NewPlan(s.steps(env, work), func(ctx context.Context, c *operation.Call) error {
		return s.handle(ctx, c.In)
	})
}

// steps are the stages of a delivery. The first two are not those of requests: what leaves them is no problem for a caller but
// an outcome for the broker. Env and work are nil while the plan is only described.
func (s *subscription) steps(env *operation.Env, work *telemetry.Work) []operation.Step {
	steps := []operation.Step{
		{Stage: operation.StageRecover, Wrap: func(next operation.Handler) operation.Handler { return recovering(env, next) }},
		{Stage: operation.StageTrace, Wrap: func(next operation.Handler) operation.Handler { return tracing(work, next) }},
		{Stage: operation.StageDeadline, Detail: s.timeout.String(), Wrap: func(next operation.Handler) operation.Handler {
			return func(ctx context.Context, c *operation.Call) error {
				ctx, cancel := context.WithTimeout(ctx, s.timeout)
				defer cancel()
				return next(ctx, c)
			}
		}},
		{Stage: operation.StageBind, Detail: s.data.String(), Wrap: s.binder.bind},
		{Stage: operation.StageValidate, Wrap: s.binder.validate},
	}
	steps = append(steps, s.binder.inputs.Step(env)...)
	order := ""
	if s.keyed {
		order = ", in order of the key"
	}
	return append(steps, operation.Step{Stage: operation.StageHandler, Detail: fmt.Sprintf("%d at once%s", s.parallel, order)})
}

// work describes the spans and the metric of a subscription.
func (s *subscription) work(system string) telemetry.WorkConfig {
	return telemetry.WorkConfig{
		Name: "process " + s.topic.Name, Kind: telemetry.Consumer, Metric: "messaging.process.duration",
		Attributes: []attribute.KeyValue{
			attribute.String("messaging.system", system),
			attribute.String("messaging.operation.name", "process"),
			attribute.String("messaging.operation.type", "process"),
			attribute.String("messaging.destination.name", s.topic.Name),
			attribute.String("messaging.consumer.group.name", s.group),
		},
		Labels: []string{"messaging.destination.name", "messaging.consumer.group.name"},
	}
}

var errPanic = errors.New("panic")

// panicked is the error of a handler that panicked.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// recovering turns a panic into an error like any other, and logs its stack.
func recovering(env *operation.Env, next operation.Handler) operation.Handler {
	return func(ctx context.Context, c *operation.Call) (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = &panicked{v}
				env.Log.ErrorContext(ctx, "event handler panicked", "subscription", c.Operation.ID,
					"error", err.Error(), "stack", string(debug.Stack()))
			}
		}()
		return next(ctx, c)
	}
}

// tracing opens the span of a delivery, a child of the publisher's, and measures it.
func tracing(work *telemetry.Work, next operation.Handler) operation.Handler {
	return func(ctx context.Context, c *operation.Call) error {
		d := c.Header.(*delivered)
		ctx, run := work.Begin(ctx)
		run.Set(
			attribute.String("messaging.message.id", d.meta.ID),
			attribute.String("messaging.destination.partition.key", d.meta.Key),
			attribute.Int("vade.attempt", c.Attempt),
		)
		panicking := true
		defer func() {
			if panicking {
				run.End("error", errPanic)
			}
		}()
		err := next(ctx, c)
		status := statusOf(err)
		if err != nil {
			_ = err.Error() // one that panics, such as that of a nil pointer, does so here, where a panic is a failure like any other
		}
		panicking = false
		run.End(status, err)
		return err
	}
}
