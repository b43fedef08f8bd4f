package events

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
)

// Subscribe declares that the service handles the events of a topic.
//
// In is T itself, or a struct with a field Body of type T, whose other exported fields resolve themselves for every event: [Meta],
// auth.Principal (anonymous, unless a policy says more), and any operation.Dependency. Another In is an error of the declaration.
//
// The result of h decides what becomes of the event:
//
//   - nil: it is done.
//   - [Retry]: another attempt, after the time that it names.
//   - [Reject]: it becomes a dead letter now.
//   - any other error, a panic, or the end of its time: another attempt after the back-off.
//
// After the last attempt the event becomes a dead letter. Data that breaks the schema does so at once, without a call of h; members
// that T does not have are passed over, since the publisher may be newer. H must bear to see an event twice: that is the "at
// least" of at least once.
func Subscribe[T, In any](s operation.Scope, t *Topic[T], h func(context.Context, In) error, opts ...SubscribeOption) {
	sub := &subscription{
		settings: defaults(s.Name()),
		topic:    t.declaration(),
		keyed:    t.key != nil,
		source:   operation.Source(1),
		compile:  t.compile,
		input:    reflect.TypeFor[In](),
		data:     reflect.TypeFor[T](),
		make:     func() reflect.Value { return reflect.ValueOf(new(In)).Elem() },
		handle:   func(ctx context.Context, in reflect.Value) error { return h(ctx, *in.Addr().Interface().(*In)) },
		missing:  h == nil,
	}
	for _, o := range opts {
		o(&sub.settings)
	}
	s.Declare(sub, func() operation.Part { return sub })
}

// SubscribeOption changes how a subscription works.
type SubscribeOption func(*settings)

// settings are what options change.
type settings struct {
	group       string
	maxAttempts int
	backoff     backoff
	parallel    int
	timeout     time.Duration
	ackWait     time.Duration
	fromNow     bool
	stall       time.Duration // without a delivery, before the watchdog asks why
	overtime    time.Duration // of a handler, before it is left behind
}

func defaults(service string) settings {
	return settings{
		group: service, maxAttempts: 10, backoff: backoff{time.Second, time.Minute},
		parallel: 8, timeout: 30 * time.Second, ackWait: 10 * time.Second, stall: 30 * time.Second, overtime: 5 * time.Second,
	}
}

// Group names the consumer group: its members, in however many processes, share the events. Default: the service's name.
func Group(name string) SubscribeOption { return func(s *settings) { s.group = name } }

// MaxAttempts is how often an event is tried before it becomes a dead letter. Default: 10. Deliveries that a crash or a stop
// cut short count too, but only an attempt that fails makes a dead letter.
func MaxAttempts(n int) SubscribeOption { return func(s *settings) { s.maxAttempts = n } }

// Backoff is the time between the first two attempts and the longest one; in between it doubles. Half of it is random.
// Default: 1s and 1m.
func Backoff(first, longest time.Duration) SubscribeOption {
	return func(s *settings) { s.backoff = backoff{first, longest} }
}

// Parallel is how many events are handled at once in this process. Default: 8. About twice as many are fetched.
func Parallel(n int) SubscribeOption { return func(s *settings) { s.parallel = n } }

// Timeout is how long one attempt may take; then its context ends, and the event is tried again. Default: 30s. A handler that has not
// returned 5s later is left behind: it goes on, but nobody waits for its result. Up to [Parallel] handlers are, beyond which the
// subscription waits until some return.
func Timeout(d time.Duration) SubscribeOption { return func(s *settings) { s.timeout = d } }

// AckWait is how long the broker waits for a sign of life before it gives an event to somebody else. Default: 10s. While a handler
// runs signs are sent, so this is the delay after a crash, not a limit for handlers.
func AckWait(d time.Duration) SubscribeOption { return func(s *settings) { s.ackWait = d } }

// FromNow lets a group that is new begin with what is published from now on. By default it begins with the oldest event that the
// broker has.
func FromNow() SubscribeOption { return func(s *settings) { s.fromNow = true } }

func (s *settings) check() error {
	var errs []error
	if err := checkGroupName(s.group); err != nil {
		errs = append(errs, err)
	}
	if s.maxAttempts < 1 {
		errs = append(errs, fmt.Errorf("MaxAttempts(%d): at least 1", s.maxAttempts))
	}
	if s.backoff.first <= 0 || s.backoff.max < s.backoff.first {
		errs = append(errs, fmt.Errorf("Backoff(%s, %s): the first is positive, the longest not shorter", s.backoff.first, s.backoff.max))
	}
	if s.parallel < 1 || s.parallel > 1000 {
		errs = append(errs, fmt.Errorf("Parallel(%d): 1 to 1000", s.parallel))
	}
	if s.timeout <= 0 {
		errs = append(errs, fmt.Errorf("Timeout(%s): must be positive", s.timeout))
	}
	if s.ackWait < time.Second {
		errs = append(errs, fmt.Errorf("AckWait(%s): at least 1s", s.ackWait))
	}
	return errors.Join(errs...)
}

// window is the most deliveries in this process: those in work, and a few that wait for their turn.
func (s *settings) window() int { return s.parallel + min(s.parallel, 16) }

// subscription is the declared part and, between Start and Stop, the consumer.
type subscription struct {
	settings
	topic   driver.Topic
	keyed   bool
	source  string
	compile func(*schema.Compiler) (*schema.Schema, error)
	input   reflect.Type
	data    reflect.Type
	make    func() reflect.Value
	handle  func(context.Context, reflect.Value) error
	missing bool // no handler

	op     *manifest.Operation
	binder *binder
	worker *worker
}

// Describe checks the declaration and writes it into the manifest.
func (s *subscription) Describe(d *operation.Description) error {
	compiled, err := s.compile(d.Compiler)
	if err == nil {
		s.binder, err = newBinder(s.input, s.data, compiled)
	}
	if s.missing {
		err = errors.Join(err, errors.New("the handler is nil"))
	}
	same := func(m manifest.Subscription) bool { return m.Topic == s.topic.Name && m.Group == s.group }
	if i := slices.IndexFunc(d.Service.Subscriptions, same); i >= 0 {
		err = errors.Join(err, fmt.Errorf("the group is subscribed twice, first at %s; name another with events.Group",
			d.Service.Subscriptions[i].Source))
	}
	if err = errors.Join(err, s.check()); err != nil {
		return fmt.Errorf("events: %s: subscribe %s to %s: %w", s.source, s.group, s.topic.Name, err)
	}
	s.op = &manifest.Operation{ID: s.group + "<" + s.topic.Name, Timeout: s.timeout.String(), Source: s.source}
	s.binder.inputs.DescribeOperation(s.op)
	s.op.Plan = operation.DescribeSteps(s.steps(nil, nil))
	d.Service.Subscriptions = append(d.Service.Subscriptions, manifest.Subscription{
		Topic: s.topic.Name, Group: s.group, MaxAttempts: s.maxAttempts, Parallel: s.parallel, Plan: s.op.Plan, Source: s.source,
	})
	return nil
}

// Open makes sure of the topic and compiles the running plan. Nothing is received before Start.
func (s *subscription) Open(ctx context.Context, env *operation.Env) error {
	hub, err := Open(ctx, env)
	if err != nil {
		return err
	}
	if !hub.broker.Capabilities().Delay {
		return fmt.Errorf("events: %s: subscribe %s to %s: %w: the back-off needs delayed redelivery, and the driver of %q has none",
			s.source, s.group, s.topic.Name, ErrUnsupported, hub.scheme)
	}
	if err := hub.declare(ctx, s.topic); err != nil {
		return err
	}
	work, err := env.Telemetry.Work(s.work(hub.scheme))
	if err != nil {
		return fmt.Errorf("events: subscribe %s to %s: %w", s.group, s.topic.Name, err)
	}
	s.worker = newWorker(s, hub, env.Log, s.plan(env, work))
	return nil
}

// Start begins to receive.
func (s *subscription) Start(ctx context.Context) error { return s.worker.start(ctx) }

// Stop receives no more, gives back what was not begun and lets running handlers finish. When ctx ends first their contexts end,
// and what they had not finished is delivered again.
func (s *subscription) Stop(ctx context.Context) error { return s.worker.stop(ctx) }
