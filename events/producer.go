package events

import (
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	"go.opentelemetry.io/otel/attribute"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
	"github.com/vade-go/vade/telemetry"
)

// Producer publishes the events of one topic for one service. It is safe for concurrent use once the service is open.
type Producer[T any] struct {
	topic   *Topic[T]
	service string
	source  string
	live    atomic.Pointer[producing]
}

// producing is what a producer has after Open.
type producing struct {
	hub    *Hub
	schema *schema.Schema
	work   *telemetry.Work
}

type producerKey struct{ topic any }

// Publisher declares that the service publishes the topic. Declaring it again returns the same producer.
func Publisher[T any](s operation.Scope, t *Topic[T]) *Producer[T] {
	source := operation.Source(1)
	return s.Declare(producerKey{t}, func() operation.Part {
		return &Producer[T]{topic: t, service: s.Name(), source: source}
	}).(*Producer[T])
}

// Describe writes the topic into the manifest.
func (p *Producer[T]) Describe(d *operation.Description) error {
	compiled, err := p.topic.compile(d.Compiler)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(d.Service.Publishes, func(t manifest.Topic) bool { return t.Name == p.topic.name }); i >= 0 {
		return fmt.Errorf("events: %s: topic %s is defined twice, at %s and %s",
			p.source, p.topic.name, p.topic.source, d.Service.Publishes[i].Source)
	}
	d.Service.Publishes = append(d.Service.Publishes, p.topic.describe(d, compiled))
	return nil
}

// Open connects the producer and makes sure of its topic.
func (p *Producer[T]) Open(ctx context.Context, env *operation.Env) error {
	hub, err := Open(ctx, env)
	if err != nil {
		return err
	}
	compiled, err := p.topic.compile(env.Compiler)
	if err != nil {
		return err
	}
	if err := hub.declare(ctx, p.topic.declaration()); err != nil {
		return err
	}
	work, err := env.Telemetry.Work(telemetry.WorkConfig{
		Name: "publish " + p.topic.name, Kind: telemetry.Producer, Metric: "messaging.client.operation.duration",
		Attributes: []attribute.KeyValue{
			attribute.String("messaging.system", hub.scheme),
			attribute.String("messaging.operation.name", "publish"),
			attribute.String("messaging.operation.type", "send"),
			attribute.String("messaging.destination.name", p.topic.name),
		},
		Labels: []string{"messaging.operation.name", "messaging.destination.name"},
	})
	if err != nil {
		return fmt.Errorf("events: publisher of %s: %w", p.topic.name, err)
	}
	p.live.Store(&producing{hub: hub, schema: compiled, work: work})
	return nil
}

// PublishOption adds to one event.
type PublishOption func(*Meta)

// ID gives the event an identity, unique among those of the service. Publishing the same identity again within ten minutes
// stores nothing, if the broker drops duplicates. Default: a random one.
func ID(id string) PublishOption { return func(m *Meta) { m.ID = id } }

// Time says when it happened. Default: now.
func Time(t time.Time) PublishOption { return func(m *Meta) { m.Time = t } }

// Publish checks value against the constraints of its type and publishes it. It returns nil when the broker has the event
// durably. Any other error than one of the value leaves open whether it was stored. Cancelling ctx ends the wait.
//
// An event about something that is stored in a database belongs into the same transaction: see package outbox.
func (p *Producer[T]) Publish(ctx context.Context, value T, opts ...PublishOption) error {
	live := p.live.Load()
	if live == nil {
		return fmt.Errorf("events: publish %s: %w", p.topic.name, ErrNotOpen)
	}
	ctx, run := live.work.Begin(ctx)
	m, err := p.encode(ctx, live, value, opts)
	if err == nil {
		err = live.hub.Publish(ctx, m)
	}
	end(run, err)
	return err
}

// Encode checks value and returns the message that Publish would send, with the trace context of ctx. It stores nothing and
// does no I/O.
func (p *Producer[T]) Encode(ctx context.Context, value T, opts ...PublishOption) (*Message, error) {
	live := p.live.Load()
	if live == nil {
		return nil, fmt.Errorf("events: publish %s: %w", p.topic.name, ErrNotOpen)
	}
	return p.encode(ctx, live, value, opts)
}

// PublishEncoded sends a message that Encode made, as often as needed, like [Hub.Publish].
func (p *Producer[T]) PublishEncoded(ctx context.Context, m *Message) error {
	live := p.live.Load()
	if live == nil {
		return fmt.Errorf("events: publish %s: %w", m.Topic, ErrNotOpen)
	}
	ctx, run := live.work.Begin(telemetry.Extract(ctx, headers(m.Headers)))
	err := live.hub.Publish(ctx, m)
	end(run, err)
	return err
}

// Topic returns what the producer publishes.
func (p *Producer[T]) Topic() *Topic[T] { return p.topic }

func (p *Producer[T]) encode(ctx context.Context, live *producing, value T, opts []PublishOption) (*Message, error) {
	v := reflect.ValueOf(&value).Elem()
	if bad := append(live.schema.Check(v), live.schema.Validate(ctx, v)...); len(bad) > 0 {
		return nil, fmt.Errorf("events: publish %s: %w", p.topic.name, bad)
	}
	data, err := json.Marshal(value, schema.JSONOptions())
	if err != nil {
		return nil, fmt.Errorf("events: publish %s: %w", p.topic.name, err)
	}
	meta := Meta{Source: "/" + p.service, Type: p.topic.name}
	if p.topic.key != nil {
		meta.Key = p.topic.key(value)
	}
	for _, o := range opts {
		o(&meta)
	}
	if meta.ID == "" {
		meta.ID = rand.Text()
	}
	if meta.Time.IsZero() {
		meta.Time = time.Now()
	}
	m := seal(meta, p.topic.name, data)
	telemetry.Inject(ctx, headers(m.Headers))
	return m, nil
}

func end(run *telemetry.Run, err error) {
	if err != nil {
		run.End("error", err)
		return
	}
	run.End("ok", nil)
}
