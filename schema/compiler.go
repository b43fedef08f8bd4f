package schema

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json"
)

// Compiler makes schemas of Go types and remembers them. It is safe for concurrent use; one
// per program is enough. The zero value is not ready: use [NewCompiler].
type Compiler struct {
	decoders decoders
	options  json.Options // of the library, for what is left to it

	mu          sync.Mutex
	schemas     map[reflect.Type]*Schema
	objects     map[reflect.Type]*objectNode
	validations map[reflect.Type]*validation // nil: there is none in the type
	patterns    map[string]*pattern
}

// NewCompiler returns a compiler that has compiled nothing yet.
func NewCompiler() *Compiler {
	return &Compiler{
		options:     JSONOptions(),
		schemas:     make(map[reflect.Type]*Schema),
		objects:     make(map[reflect.Type]*objectNode),
		validations: make(map[reflect.Type]*validation),
		patterns:    make(map[string]*pattern),
	}
}

// DeclarationError says what is wrong with a Go type or its tags.
type DeclarationError struct {
	// Where names type and field, such as "bookings.NewBooking.Seats".
	Where string
	// Reason says what is wrong with it.
	Reason string
}

// Error returns place and reason.
func (e *DeclarationError) Error() string { return "schema: " + e.Where + ": " + e.Reason }

// Compile returns the schema of a JSON value of type t. Compiling the same type again returns the same schema.
//
// Its error joins one [*DeclarationError] for everything that is wrong in t and the types it is made of: a bad or
// inapplicable tag, a default that breaks its own rules, a type without a JSON form.
func (c *Compiler) Compile(t reflect.Type) (*Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.schemas[t]; s != nil {
		return s, nil
	}
	s, err := c.build(t, "", t.String())
	if err == nil {
		c.schemas[t] = s
	}
	return s, err
}

// Field returns the schema of a struct field: its type under the constraints of its tags. Its errors are those of
// [Compiler.Compile] and begin with the name of the field.
func (c *Compiler) Field(f reflect.StructField) (*Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.build(f.Type, f.Tag, f.Name)
}

// build compiles one place and keeps the structs it met only if everything is right.
func (c *Compiler) build(t reflect.Type, tag reflect.StructTag, where string) (*Schema, error) {
	b := &builder{compiler: c}
	s := b.place(t, tag, where)
	if len(b.errs) == 0 {
		for _, f := range b.later {
			f()
		}
	}
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	maps.Copy(c.objects, b.pending)
	s.validation = c.validationOf(t)
	return s, nil
}

// builder is one run of the compiler.
type builder struct {
	compiler *Compiler
	pending  map[reflect.Type]*objectNode // structs of this run, complete only at its end
	open     []reflect.Type               // whose parts are being compiled
	later    []func()                     // what needs complete structs
	errs     []error
}

func (b *builder) fail(where, format string, args ...any) {
	b.errs = append(b.errs, &DeclarationError{Where: where, Reason: fmt.Sprintf(format, args...)})
}

// place compiles a type under the tags of a place.
func (b *builder) place(t reflect.Type, tag reflect.StructTag, where string) *Schema {
	tags := b.tags(tag, where)
	s := &Schema{compiler: b.compiler, typ: t, notes: tags.notes()}
	preset, hasPreset := tags.take("default")
	example, hasExample := tags.take("example")
	s.node = b.node(t, tags, where)
	tags.done(t)
	_, wrapped := asWrapper(t)
	if wrapped && hasPreset {
		b.fail(where, "default: a value with a default is never absent: write the type without Opt or Null")
	}
	s.optional = wrapped || hasPreset || s.notes != nil && s.notes.readOnly
	if !hasPreset && !hasExample {
		return s
	}
	if s.notes == nil {
		s.notes = new(notes)
	}
	b.later = append(b.later, func() {
		if hasPreset {
			s.preset = b.preset(s, "default", preset, where)
			s.notes.preset = s.preset.describe("default")
		}
		if hasExample {
			s.notes.example = b.preset(s, "example", example, where).describe("examples")
		}
	})
	return s
}
