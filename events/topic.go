package events

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/schema"
)

// Retention is how long a broker keeps the events of a topic, handled or not.
const Retention = 7 * 24 * time.Hour

// Topic is a named stream of events of one type: a contract value that the publisher and its consumers share, best a package
// variable of a small contract package. It never changes and is safe for concurrent use.
type Topic[T any] struct {
	name    string
	source  string
	summary string
	key     func(T) string
}

// TopicOption describes a topic of events of type T.
type TopicOption[T any] func(*Topic[T])

// Define returns the topic with the name, a dotted path of words in lower case, by custom the service and what has happened:
// "payments.captured". T is the data of an event and must have a JSON form; its constraints are checked on both sides.
// Mistakes are reported when a service that uses the topic is described.
func Define[T any](name string, opts ...TopicOption[T]) *Topic[T] {
	t := &Topic[T]{name: name, source: operation.Source(1)}
	for _, o := range opts {
		o(t)
	}
	return t
}

// Key makes events of one key keep their order: one consumer handles them one after another. What this means when an event
// is retried is said in the package documentation, under Order. An event whose key is empty has none.
func Key[T any](f func(T) string) TopicOption[T] { return func(t *Topic[T]) { t.key = f } }

// Summary says in a few words what has happened when an event is published.
func Summary[T any](text string) TopicOption[T] { return func(t *Topic[T]) { t.summary = text } }

// Name returns the topic's name.
func (t *Topic[T]) Name() string { return t.name }

const deadPrefix = "dead."

var (
	topicPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)*$`)
	groupPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	errTopicName = errors.New(`a topic is a dotted path of words in lower case, such as "payments.captured", ` +
		`at most 100 bytes, and does not begin with "dead."`)
	errGroupName = errors.New(`a group is a word in lower case, perhaps with hyphens, such as "seat-maps", at most 60 bytes`)
)

func checkTopicName(name string) error {
	if !topicPattern.MatchString(name) || strings.HasPrefix(name, deadPrefix) || len(name) > 100 {
		return fmt.Errorf("topic %q: %w", name, errTopicName)
	}
	return nil
}

func checkGroupName(name string) error {
	if !groupPattern.MatchString(name) || len(name) > 60 {
		return fmt.Errorf("group %q: %w", name, errGroupName)
	}
	return nil
}

// compile checks the topic and returns the schema of its data.
func (t *Topic[T]) compile(c *schema.Compiler) (*schema.Schema, error) {
	if err := checkTopicName(t.name); err != nil {
		return nil, fmt.Errorf("events: %s: %w", t.source, err)
	}
	s, err := c.Compile(reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("events: %s: topic %s: %w", t.source, t.name, err)
	}
	return s, nil
}

// describe returns the topic as manifest data.
func (t *Topic[T]) describe(d *operation.Description, s *schema.Schema) manifest.Topic {
	return manifest.Topic{
		Name: t.name, Summary: t.summary, Schema: []byte(s.JSON(d.Definitions)), Keyed: t.key != nil, Source: t.source,
	}
}

func (t *Topic[T]) declaration() driver.Topic { return driver.Topic{Name: t.name, Retain: Retention} }
