package api

import "github.com/vade-go/vade/schema"

// Opt is a value that may be absent. See schema.Opt.
type Opt[T any] = schema.Opt[T]

// Some returns an optional value that is there.
func Some[T any](value T) Opt[T] { return schema.Some(value) }

// Null is a value that may be absent, null, or there. See schema.Null.
type Null[T any] = schema.Null[T]

// Union is a value of one of several struct types, told apart by a member of the JSON object. See schema.Union.
type Union[V any, D schema.Discriminated] = schema.Union[V, D]

// Case is one case of a [Union].
type Case = schema.Case

// CaseOf returns the case of a [Union] that the discriminator calls name: a struct of type T.
func CaseOf[T any](name string) Case { return schema.CaseOf[T](name) }

// Violation is one broken rule in an input; a Validate method returns some. See schema.Violation.
type Violation = schema.Violation

// Violations are several broken rules at once. See schema.Violations.
type Violations = schema.Violations
