package events

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/operation"
)

// Message is an event with its envelope, ready to be stored or sent. It is JSON with the members topic, id, key, headers
// and data, so that an outbox can keep it and send it later with its own identity and trace.
type Message = driver.Message

var (
	// ErrNoEngine says that the program chose no broker.
	ErrNoEngine = errors.New("no engine is configured for events")
	// ErrNotOpen says that a producer was used before its service was opened.
	ErrNotOpen = errors.New("the service is not open")
	// ErrUnsupported says that the broker in force cannot do what is asked.
	ErrUnsupported = errors.New("the broker cannot do this")
)

// Hub is the connection to the broker that all services of a process share. It is safe for concurrent use.
type Hub struct {
	broker driver.Broker
	scheme string

	mu       sync.Mutex
	declared map[string]driver.Topic // by this process, at some time
	gone     map[string]bool         // those of them that the broker seems to have lost
}

// TooLargeError says that an event is larger than the broker takes, less some room for what is added when it becomes a dead letter.
// It was not stored, and trying again does not help.
type TooLargeError = driver.TooLargeError

type hubKey struct{}

// Open returns the hub of the process, connecting it at the first call to the engine that env names for events. It is closed
// with env.Shared. Cancelling ctx ends the attempt.
func Open(ctx context.Context, env *operation.Env) (*Hub, error) {
	v, err := env.Shared.Once(hubKey{}, func() (any, error) { return connect(ctx, env) })
	if err != nil {
		return nil, err
	}
	return v.(*Hub), nil
}

func connect(ctx context.Context, env *operation.Env) (*Hub, error) {
	engine, ok := env.Engines[driver.Capability]
	if !ok || engine.URL == nil {
		return nil, fmt.Errorf("events: %w", ErrNoEngine)
	}
	d, ok := engine.Driver.(driver.Driver)
	if !ok {
		return nil, fmt.Errorf("events: %T is not a driver for events", engine.Driver)
	}
	broker, err := d.Open(ctx, driver.Config{URL: engine.URL, System: env.System, DataDir: env.DataDir, Log: env.Log})
	switch {
	case err != nil && engine.Setting != "":
		return nil, fmt.Errorf("events: %w; see %s", err, engine.Setting)
	case err != nil:
		return nil, fmt.Errorf("events: %w", err)
	}
	return &Hub{
		broker: broker, scheme: engine.URL.Scheme, declared: make(map[string]driver.Topic), gone: make(map[string]bool),
	}, nil
}

// Publish stores a message that [Producer.Encode] made, whatever its topic, and returns when the broker has it durably. An error
// leaves open whether it was stored, unless it is a [*TooLargeError]; publishing it again is harmless within minutes, since its
// ID stays the same. Cancelling ctx ends the wait.
func (h *Hub) Publish(ctx context.Context, m *Message) error {
	if err := h.admit(m); err != nil {
		return err
	}
	return h.send(ctx, m)
}

// spare is the room that is left in every event for the headers of a dead letter and of a replay: those with the cause, which is
// the most of it, with the names of topic and group, and those that were already there.
const spare = 3*maxCause + 1024

// admit refuses an event that could not become a dead letter because of its size.
func (h *Hub) admit(m *Message) error {
	limit := h.broker.Capabilities().MaxMessage
	if limit == 0 {
		return nil
	}
	if size, limit := m.Size(), max(limit-spare, limit/2); size > limit {
		return fmt.Errorf("events: publish %s: %w", m.Topic, &TooLargeError{Size: size, Limit: limit})
	}
	return nil
}

// send publishes a message whatever it is. A topic of this process that the broker has lost is declared again.
func (h *Hub) send(ctx context.Context, m *Message) error {
	err := h.broker.Publish(ctx, m)
	if errors.Is(err, driver.ErrGone) {
		h.mu.Lock()
		topic, ours := h.declared[m.Topic]
		h.mu.Unlock()
		if ours {
			h.forget(m.Topic)
			if err = h.declare(ctx, topic); err == nil {
				err = h.broker.Publish(ctx, m)
			}
		}
	}
	if err != nil {
		return fmt.Errorf("events: publish %s: %w", m.Topic, err)
	}
	return nil
}

// Close disconnects from the broker at once, and stops one that lives in this process.
func (h *Hub) Close() error { return h.broker.Close() }

// declare makes sure of a topic, mostly once in the process. Nobody waits here for somebody else's call.
func (h *Hub) declare(ctx context.Context, t driver.Topic) error {
	h.mu.Lock()
	_, known := h.declared[t.Name]
	gone := h.gone[t.Name]
	h.mu.Unlock()
	if known && !gone {
		return nil
	}
	if err := h.broker.Declare(ctx, t); err != nil {
		return fmt.Errorf("events: declare %s: %w", t.Name, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.declared[t.Name] = t
	delete(h.gone, t.Name)
	return nil
}

// forget makes the next declare ask the broker again, because the topic seems to be gone. That the topic is one of this process
// stays known: the broker may not take a declaration right now, and whoever publishes next has to try again.
func (h *Hub) forget(topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone[topic] = true
}
