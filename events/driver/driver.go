package driver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"
)

// Capability is the name under which a program finds drivers of this kind.
const Capability = "events"

var (
	// ErrClosed says that the broker or the consumer was closed on this side.
	ErrClosed = errors.New("closed")
	// ErrGone says that the broker no longer knows the consumer or its topic: somebody removed it. Declaring and subscribing
	// again helps.
	ErrGone = errors.New("gone from the broker")
)

// Driver opens brokers of one product. It is a plain value without state, safe for concurrent use.
type Driver interface {
	// Capability returns the constant [Capability].
	Capability() string
	// Schemes are the URL schemes that the driver answers to: "embedded", "nats".
	Schemes() []string
	// Open connects to the broker, or starts it when it lives in this process, and returns when it is usable. It does
	// not retry: a broker that cannot be reached at start is an error that says so. Cancelling ctx ends the attempt and
	// leaves nothing behind; it has no effect on a broker that was opened.
	Open(ctx context.Context, cfg Config) (Broker, error)
}

// Config is what a broker is opened with.
type Config struct {
	URL     *url.URL     // which broker; its query holds the driver's own settings
	System  string       // name of the system, which keeps systems on one broker apart
	DataDir string       // folder for what a broker in this process keeps
	Log     *slog.Logger // never nil
}

// Broker is a connection to a broker, shared by everything in a process. It is safe for concurrent use.
//
// A connection that is lost is restored by the driver, without end and with jitter; until then calls wait within their
// context. Names of topics and groups are made of lower-case letters, digits, hyphens and dots; a driver maps them to
// names that its product allows, never two to one.
type Broker interface {
	// Capabilities are the promises that the broker keeps. They don't change.
	Capabilities() Capabilities
	// Declare makes sure that the topics exist, in the form given. It is idempotent, never removes anything, and any
	// number of processes may do it at once.
	Declare(ctx context.Context, topics ...Topic) error
	// Publish stores one message and returns when the broker has it durably: a broker that dies right after still
	// delivers it. The driver does not change the message and keeps no reference to it. Messages that one goroutine
	// publishes to one topic are stored in that order.
	//
	// An error means that it is unknown whether the message was stored, unless it wraps a [*TooLargeError], or [ErrGone] because
	// the broker does not know the topic. A Close that comes while Publish waits for the broker's answer leaves it unknown, too. The
	// driver may retry only what cannot store twice, given Capabilities.Dedupe. Cancelling ctx ends the wait.
	Publish(ctx context.Context, m *Message) error
	// Subscribe joins a durable group on a declared topic, creating the group if needed, and starts to receive. Ctx covers
	// the call only, not the consumer.
	Subscribe(ctx context.Context, s Subscription) (Consumer, error)
	// Close ends every consumer without settling what they hold, disconnects, and stops a broker that lives in this process.
	// Blocked calls return an error that wraps [ErrClosed]. A second Close does nothing.
	Close() error
}

// Log is a [Broker] that keeps messages after they were settled and reads them again. A broker that declares
// Capabilities.Replay is one.
type Log interface {
	// Read returns the stored messages of a topic, oldest first, from the position given on (0: the oldest), at most limit.
	// It touches no group. A topic that was never declared has none.
	Read(ctx context.Context, topic string, from uint64, limit int) ([]Stored, error)
	// Remove deletes a stored message for good. One that is no longer there is no error.
	Remove(ctx context.Context, topic string, position uint64) error
}

// Stored is a message in a topic.
type Stored struct {
	Position uint64 // grows along the topic; gaps are normal
	Message  *Message
}

// Capabilities are promises that not every broker can keep. What is declared is proven by package drivertest.
type Capabilities struct {
	KeyedOrder bool // of all members of a group, one at a time has the messages of a key, in order
	Delay      bool // Nak can wait before the next delivery
	Replay     bool // the broker is a [Log]
	Dedupe     bool // a message with the ID of another one stored within the last minutes is stored once
	MaxMessage int  // the largest [Message.Size] that is certain to be taken; 0: any
}

// Topic is a stream of messages that is kept by the broker.
type Topic struct {
	Name   string        // "payments.captured"
	Retain time.Duration // how long messages are kept, settled or not; 0: for ever
}

// Message is one event on its way. Its headers are the whole envelope: a driver passes them on as they are.
type Message struct {
	Topic   string            `json:"topic"`
	ID      string            `json:"id"`                // the identity for Capabilities.Dedupe; empty: none
	Key     string            `json:"key,omitempty"`     // messages of one key keep their order; empty: none
	Headers map[string]string `json:"headers,omitempty"` // names in lower case, values in visible ASCII and single spaces
	Data    []byte            `json:"data,omitempty"`    // any bytes
}

// Size is what the message weighs, in bytes: its data, ID and headers, with four bytes around each of them.
func (m *Message) Size() int {
	size := len(m.Data) + len(m.ID) + 4
	for name, value := range m.Headers {
		size += len(name) + len(value) + 4
	}
	return size
}

// TooLargeError says that a message is larger than the broker takes. Nothing was stored, and trying again does not help.
type TooLargeError struct {
	Size  int // of the message, see [Message.Size]
	Limit int
}

// Error names both sizes.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the message has %d bytes with its headers, and %d are allowed; send a reference to what is large", e.Size, e.Limit)
}

// Subscription says what a consumer receives.
type Subscription struct {
	Topic   string
	Group   string        // its members share the messages of the topic; every group gets all of them
	Window  int           // the most deliveries that the consumer holds unsettled, in its buffers or its owner's hands; at least 1
	AckWait time.Duration // a delivery that is neither settled nor extended for so long is delivered again; at least 1s
	FromNow bool          // a new group begins with the messages that are stored from now on; otherwise with the oldest one
}

// Consumer is one member of a group. Next is called by one goroutine; the other methods are safe for concurrent use.
type Consumer interface {
	// Next returns the next delivery, waiting for it. Cancelling ctx ends the wait and loses nothing. A connection that
	// is lost is no error: Next waits on. After Stop or Close the error wraps [ErrClosed]. An error that wraps [ErrGone]
	// ends the consumer: it must be stopped and subscribed anew.
	Next(ctx context.Context) (Delivery, error)
	// Pending is the number of messages that the group has not been given yet. It may lag behind the traffic for a moment.
	Pending(ctx context.Context) (int, error)
	// Stop ends the consumer: no further message is asked for, and deliveries that Next has not returned go back
	// to the group at once. It returns when the broker knows of them and of all that was settled before. Deliveries that Next
	// has returned may still be settled. When ctx ends first, what is in the buffers is delivered again after AckWait.
	// A further Stop only waits until the broker knows what was settled since.
	Stop(ctx context.Context) error
}

// Delivery is a message that was handed to one member of a group and must be settled: by Ack or Nak, once. Settling again does
// nothing and returns nil. It is safe for concurrent use.
//
// Settling needs no answer from the broker: if it is lost, the message is delivered again. That is the
// "at least" of at least once.
type Delivery interface {
	// Message is what was published. It belongs to the receiver.
	Message() *Message
	// Attempt counts the deliveries of this message to the group: 1 for the first. A member that died counts too.
	Attempt() int
	// Ack settles the message: the group is done with it.
	Ack(ctx context.Context) error
	// Nak gives the message back, to be delivered to some member not before the delay is over. Later messages may overtake it. A
	// delay needs Capabilities.Delay.
	Nak(ctx context.Context, delay time.Duration) error
	// Extend starts the AckWait anew.
	Extend(ctx context.Context) error
}
