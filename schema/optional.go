package schema

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Opt is a value that may be absent. The zero Opt is absent. In JSON it is a member that may be missing,
// while null is refused; for parameters it is one that need not be given.
//
// A field of this type needs the json option omitzero: without it an absent value would be written as null.
type Opt[T any] struct {
	value   T
	present bool
}

// Some returns a present value.
func Some[T any](value T) Opt[T] { return Opt[T]{value: value, present: true} }

// None returns an absent value.
func None[T any]() Opt[T] { return Opt[T]{} }

// Get returns the value and whether it is present.
func (o Opt[T]) Get() (T, bool) { return o.value, o.present }

// Or returns the value, or fallback when it is absent.
func (o Opt[T]) Or(fallback T) T {
	if o.present {
		return o.value
	}
	return fallback
}

// IsZero reports whether the value is absent; the JSON option omitzero goes by it.
func (o Opt[T]) IsZero() bool { return !o.present }

// MarshalJSONTo writes the value, or null when it is absent.
func (o *Opt[T]) MarshalJSONTo(enc *jsontext.Encoder) error {
	if !o.present {
		return enc.WriteToken(jsontext.Null)
	}
	return json.MarshalEncode(enc, &o.value)
}

// UnmarshalJSONFrom reads a value; null makes it absent, as written by MarshalJSONTo.
func (o *Opt[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*o = Opt[T]{}
	if dec.PeekKind() == 'n' {
		return dec.SkipValue()
	}
	o.present = true
	return json.UnmarshalDecode(dec, &o.value)
}

// Null is a value that may be absent, null, or a value: what a patch needs to
// tell "leave it" from "clear it". The zero Null is absent.
//
// A field of this type needs the json option omitzero: without it an absent value would be written as null.
type Null[T any] struct {
	value T
	state nullState
}

type nullState uint8

const (
	stateAbsent nullState = iota
	stateNull
	stateValue
)

// NotNull returns a value that is neither absent nor null.
func NotNull[T any](value T) Null[T] { return Null[T]{value: value, state: stateValue} }

// ExplicitNull returns the value null.
func ExplicitNull[T any]() Null[T] { return Null[T]{state: stateNull} }

// Get returns the value and whether there is one: it is neither absent nor null.
func (n Null[T]) Get() (T, bool) { return n.value, n.state == stateValue }

// Or returns the value, or fallback when it is absent or null.
func (n Null[T]) Or(fallback T) T {
	if n.state == stateValue {
		return n.value
	}
	return fallback
}

// IsNull reports whether null was given.
func (n Null[T]) IsNull() bool { return n.state == stateNull }

// IsZero reports whether the value is absent; the JSON option omitzero goes by it.
func (n Null[T]) IsZero() bool { return n.state == stateAbsent }

// MarshalJSONTo writes the value, or null when there is none.
func (n *Null[T]) MarshalJSONTo(enc *jsontext.Encoder) error {
	if n.state != stateValue {
		return enc.WriteToken(jsontext.Null)
	}
	return json.MarshalEncode(enc, &n.value)
}

// UnmarshalJSONFrom reads a value or null.
func (n *Null[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*n = Null[T]{state: stateNull}
	if dec.PeekKind() == 'n' {
		return dec.SkipValue()
	}
	n.state = stateValue
	return json.UnmarshalDecode(dec, &n.value)
}
