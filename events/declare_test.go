package events_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/events"
	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
)

func accept(context.Context, Order) error { return nil }

func TestMistakesOfDeclarationsNameTheirPlace(t *testing.T) {
	t.Parallel()
	type stranger struct {
		Body  Order
		Other int
	}
	type otherBody struct{ Body int }
	type noBody struct{ Meta events.Meta }
	placed := events.Define[Order]("orders.placed")
	for want, declare := range map[string]func(s *service){
		`topic "Orders": a topic is`: func(s *service) { events.Publisher(s, events.Define[Order]("Orders")) },
		`topic "dead.x": a topic is`: func(s *service) { events.Publisher(s, events.Define[Order]("dead.x")) },
		`topic "a_b": a topic is`:    func(s *service) { events.Subscribe(s, events.Define[Order]("a_b"), accept) },
		`topic orders.channel`:       func(s *service) { events.Publisher(s, events.Define[chan int]("orders.channel")) },
		"orders.placed is defined twice": func(s *service) {
			events.Publisher(s, placed)
			events.Publisher(s, events.Define[Order]("orders.placed"))
		},
		"is neither Body nor a":             func(s *service) { events.Subscribe(s, placed, func(context.Context, stranger) error { return nil }) },
		"Body is int, and the topic":        func(s *service) { events.Subscribe(s, placed, func(context.Context, otherBody) error { return nil }) },
		"has no field Body":                 func(s *service) { events.Subscribe(s, placed, func(context.Context, noBody) error { return nil }) },
		"the handler takes string":          func(s *service) { events.Subscribe(s, placed, func(context.Context, string) error { return nil }) },
		"the handler is nil":                func(s *service) { events.Subscribe[Order, Order](s, placed, nil) },
		"the group is subscribed twice":     func(s *service) { events.Subscribe(s, placed, accept); events.Subscribe(s, placed, accept) },
		`group "A": a group is`:             func(s *service) { events.Subscribe(s, placed, accept, events.Group("A")) },
		"MaxAttempts(0)":                    func(s *service) { events.Subscribe(s, placed, accept, events.MaxAttempts(0)) },
		"Parallel(0)":                       func(s *service) { events.Subscribe(s, placed, accept, events.Parallel(0)) },
		"Timeout(0s)":                       func(s *service) { events.Subscribe(s, placed, accept, events.Timeout(0)) },
		"AckWait(1ms)":                      func(s *service) { events.Subscribe(s, placed, accept, events.AckWait(time.Millisecond)) },
		"Backoff(2s, 1s)":                   func(s *service) { events.Subscribe(s, placed, accept, events.Backoff(2*time.Second, time.Second)) },
		"MaxAttempts(-1): at least 1\nPara": func(s *service) { events.Subscribe(s, placed, accept, events.MaxAttempts(-1), events.Parallel(-1)) },
	} {
		s := newService("bookings")
		declare(s)
		_, err := describe(schema.NewCompiler(), s)
		if err == nil {
			t.Errorf("%s: no error", want)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "events_test/declare_test.go:") {
			t.Errorf("got %v\nwant %s and a place", err, want)
		}
	}
}

func TestADeclarationIsInTheManifest(t *testing.T) {
	t.Parallel()
	s := newService("bookings")
	topic := events.Define("orders.placed", events.Key(func(o Order) string { return o.ID }), events.Summary[Order]("An order came in."))
	if first := events.Publisher(s, topic); events.Publisher(s, topic) != first {
		t.Error("two producers of one topic")
	}
	type input struct {
		Caller auth.Principal
		Meta   events.Meta
		Body   Order
	}
	events.Subscribe(s, topic, func(context.Context, input) error { return nil }, events.Group("mails"), events.MaxAttempts(3), events.Parallel(2))
	m, err := describe(schema.NewCompiler(), s)
	if err != nil {
		t.Fatal(err)
	}
	if p := m.Publishes[0]; p.Name != "orders.placed" || !p.Keyed || p.Summary != "An order came in." || !json.Valid(p.Schema) || p.Source == "" {
		t.Errorf("topic: %+v", p)
	}
	sub := m.Subscriptions[0]
	if sub.Topic != "orders.placed" || sub.Group != "mails" || sub.MaxAttempts != 3 || sub.Parallel != 2 || sub.Source == "" {
		t.Errorf("subscription: %+v", sub)
	}
	var stages []string
	for _, step := range sub.Plan {
		stages = append(stages, step.Stage)
	}
	if got, want := strings.Join(stages, " "), "recover trace deadline bind validate dependencies handler"; got != want {
		t.Errorf("plan: %s, want %s", got, want)
	}
}

func TestAProducerRefusesBeforeItIsOpen(t *testing.T) {
	t.Parallel()
	p := events.Publisher(newService("orders"), events.Define[Order]("orders.placed"))
	if err := p.Publish(t.Context(), Order{}); !errors.Is(err, events.ErrNotOpen) {
		t.Errorf("publish: %v", err)
	}
	if _, err := p.Encode(t.Context(), Order{}); !errors.Is(err, events.ErrNotOpen) {
		t.Errorf("encode: %v", err)
	}
}

func TestAProgramWithoutABrokerIsToldSo(t *testing.T) {
	t.Parallel()
	if _, err := events.Open(t.Context(), &operation.Env{Shared: new(operation.Shared)}); !errors.Is(err, events.ErrNoEngine) {
		t.Errorf("got %v", err)
	}
}

// lesser is a driver whose brokers admit to fewer capabilities than they have.
type lesser struct {
	driver.Driver
	caps driver.Capabilities
}

func (l lesser) Open(ctx context.Context, cfg driver.Config) (driver.Broker, error) {
	b, err := l.Driver.Open(ctx, cfg)
	return lesserBroker{b, l.caps}, err
}

type lesserBroker struct {
	driver.Broker
	caps driver.Capabilities
}

func (l lesserBroker) Capabilities() driver.Capabilities { return l.caps }

func TestASubscriptionThatTheBrokerCannotServeIsRefused(t *testing.T) {
	t.Parallel()
	w := launch(t, t.TempDir(), lesser{natsevents.Driver(), driver.Capabilities{}})
	s := newService("bookings")
	events.Subscribe(s, events.Define[Order]("orders.placed"), accept)
	if _, err := describe(w.env.Compiler, s); err != nil {
		t.Fatal(err)
	}
	err := s.parts[0].Open(t.Context(), w.env)
	if !errors.Is(err, events.ErrUnsupported) || !strings.Contains(err.Error(), "declare_test.go") || !strings.Contains(err.Error(), "delayed redelivery") {
		t.Errorf("open: %v", err)
	}
	if _, err := w.hub().DeadLetters(t.Context(), "orders.placed", "bookings", 1); !errors.Is(err, events.ErrUnsupported) {
		t.Errorf("dead letters: %v", err)
	}
}

func TestAnEventThatBreaksItsSchemaIsNotPublished(t *testing.T) {
	t.Parallel()
	s := newService("orders")
	p := events.Publisher(s, events.Define[Order]("orders.placed"))
	embedded(t, s)
	var bad schema.Violations
	if err := p.Publish(t.Context(), Order{ID: "a"}); !errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
}

func TestMetaBelongsToEvents(t *testing.T) {
	t.Parallel()
	if err := new(events.Meta).Resolve(t.Context(), &operation.Call{Door: operation.DoorHTTP}); err == nil {
		t.Error("a request has no event")
	}
}
