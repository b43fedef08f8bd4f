package store

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"

	"github.com/vade-go/vade/telemetry"
)

// call is one of the methods of a collection.
type call int

const (
	callGet call = iota
	callInsert
	callReplace
	callPut
	callDelete
	callList
	operations // how many there are
)

var callNames = [operations]string{"get", "insert", "replace", "put", "delete", "list"}

// prepareWorks prepares what every call tells about itself: a client span and a duration, named as in the semantic
// conventions of OpenTelemetry for databases.
func (db *DB) prepareWorks(t *telemetry.Telemetry, system string) (err error) {
	prepare := func(operation, collection string) *telemetry.Work {
		if err != nil {
			return nil
		}
		name := operation
		if collection != "" {
			name += " " + collection
		}
		var work *telemetry.Work
		work, err = t.Work(telemetry.WorkConfig{
			Name:   name,
			Kind:   telemetry.Client,
			Metric: "db.client.operation.duration",
			Attributes: []attribute.KeyValue{
				attribute.String("db.system.name", system),
				attribute.String("db.collection.name", collection),
				attribute.String("db.operation.name", operation),
			},
			Labels: []string{"db.system.name", "db.collection.name", "db.operation.name"},
		})
		return work
	}
	db.transaction = prepare("transaction", "")
	for _, c := range db.collections {
		for i, name := range callNames {
			c.works[i] = prepare(name, c.name)
		}
	}
	if err != nil {
		return fmt.Errorf("store: open: %w", err)
	}
	return nil
}

// do runs one call: it tells about it, and says in its error which call it was. The subject is a [Key] or a partition.
func (c *collection) do(ctx context.Context, kind call, subject fmt.Stringer, fn func(ctx context.Context) error) error {
	if c.db.engine == nil {
		return c.explain(kind, subject, ErrClosed)
	}
	ctx, run := c.works[kind].Begin(ctx)
	word := "error" // if fn panics
	var fault error
	defer func() { run.End(word, fault) }()
	err := fn(ctx)
	if word, fault = status(err); err != nil {
		return c.explain(kind, subject, err)
	}
	return nil
}

func (c *collection) explain(kind call, subject fmt.Stringer, err error) error {
	place := c.name
	if subject != nil {
		place += "/" + subject.String()
	}
	return fmt.Errorf("store: %s %s: %w", callNames[kind], place, err)
}
