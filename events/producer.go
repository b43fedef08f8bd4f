package events

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

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
// stores nothing, if the broker drops duplicates. One that is not allowed is [ErrAttribute]. Default: a random one.
func ID(id string) PublishOption { return func(m *Meta) { m.ID = id } }

// Time says when it happened. Default: now.
func Time(t time.Time) PublishOption { return func(m *Meta) { m.Time = t } }

// Publish checks value against the constraints of its type and publishes it. It returns nil when the broker has the event
// durably. Any other error than one of the value, or [ErrAttribute], leaves open whether it was stored. Cancelling ctx ends the wait.
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
	if err := meta.check(); err != nil {
		return nil, fmt.Errorf("events: publish %s: %w", p.topic.name, err)
	}
	m := seal(meta, p.topic.name, data)
	telemetry.Inject(ctx, headers(m.Headers))
	return m, live.hub.admit(m)
}

// MaxAttribute is the most bytes of an event's id, key, source and type. They travel in headers, of which brokers take only so much.
const MaxAttribute = 255

// ErrAttribute says that an event's id, key, source, type or time is not allowed. Texts have up to [MaxAttribute] bytes of UTF-8
// without control characters, as CloudEvents demands; only the key may be empty.
var ErrAttribute = errors.New("attribute is not allowed")

// check holds the attributes to their rules, so that a broker has no reason to refuse them later.
func (m *Meta) check() error {
	for _, a := range []struct{ name, text string }{{"id", m.ID}, {"source", m.Source}, {"type", m.Type}, {"key", m.Key}} {
		switch {
		case a.text == "" && a.name != "key":
			return fmt.Errorf("%w: %s is empty", ErrAttribute, a.name)
		case len(a.text) > MaxAttribute:
			return fmt.Errorf("%w: %s has more than %d bytes", ErrAttribute, a.name, MaxAttribute)
		case !utf8.ValidString(a.text):
			return fmt.Errorf("%w: %s is not UTF-8", ErrAttribute, a.name)
		case strings.ContainsFunc(a.text, unicode.IsControl):
			return fmt.Errorf("%w: %s has a control character", ErrAttribute, a.name)
		}
	}
	if year := m.Time.UTC().Year(); year < 1 || year > 9999 { // RFC 3339 has no others
		return fmt.Errorf("%w: time is not of the years 1 to 9999", ErrAttribute)
	}
	return nil
}

func end(run *telemetry.Run, err error) {
	if err != nil {
		run.End("error", err)
		return
	}
	run.End("ok", nil)
}
