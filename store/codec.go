package store

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/schema"
	"github.com/vade-go/vade/store/driver"
)

// jsonOptions write what package schema describes, and the same bytes for the same value.
var jsonOptions = json.JoinOptions(schema.JSONOptions(), json.Deterministic(true))

// document makes what is stored of a value.
func (c *Collection[T]) document(key Key, value T) (driver.Write, error) {
	data, err := json.Marshal(value, jsonOptions)
	if err != nil {
		return driver.Write{}, fmt.Errorf("the document has no JSON form%w", blame[T](err))
	}
	if len(data) > MaxDocument {
		return driver.Write{}, fmt.Errorf("%w: %d bytes of %d", ErrTooLarge, len(data), MaxDocument)
	}
	entries, err := c.indexed(value)
	return driver.Write{Key: c.key(key), Data: data, Entries: entries}, err
}

// item makes a value of what is stored.
func (c *Collection[T]) item(doc driver.Document) (Item[T], error) {
	item := Item[T]{Key: Key{Partition: doc.Key.Partition, ID: doc.Key.ID}, Version: Version(doc.Version)}
	if err := json.Unmarshal(doc.Data, &item.Value, jsonOptions); err != nil {
		return Item[T]{}, fmt.Errorf("the stored document does not fit%w", blame[T](err))
	}
	return item, nil
}

// entriesOf returns the index entries of a stored document.
func (c *Collection[T]) entriesOf(data []byte) (map[string]string, error) {
	var value T
	if err := json.Unmarshal(data, &value, jsonOptions); err != nil {
		return nil, fmt.Errorf("the stored document does not fit%w", blame[T](err))
	}
	return c.indexed(value)
}

// indexed returns the index entries of a value; nil when there are none.
func (c *Collection[T]) indexed(value T) (map[string]string, error) {
	var entries map[string]string
	for name, of := range c.values {
		text := of(value)
		if text == "" {
			continue
		}
		if err := checkValue(text); err != nil {
			return nil, fmt.Errorf("%w: the value of index %s %w", ErrKey, name, err)
		}
		if entries == nil {
			entries = make(map[string]string, len(c.values))
		}
		entries[name] = text
	}
	return entries, nil
}

// typeError names the types at fault and keeps the rest of an error of package json to itself, which may quote the document.
type typeError struct{ document, part reflect.Type }

func (e typeError) Error() string {
	if e.part == nil || e.part == e.document {
		return fmt.Sprintf(": %v", e.document)
	}
	return fmt.Sprintf(": %v, in a %v", e.document, e.part)
}

func blame[T any](err error) error {
	e := typeError{document: reflect.TypeFor[T]()}
	if semantic := (*json.SemanticError)(nil); errors.As(err, &semantic) {
		e.part = semantic.GoType
	}
	return e
}
