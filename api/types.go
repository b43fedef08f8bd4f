package api

import "github.com/vade-go/vade/schema"

// Opt is a value that may be absent. See schema.Opt.
type Opt[T any] = schema.Opt[T]

// Some returns an optional value that is there.
func Some[T any](value T) Opt[T] { return schema.Some(value) }

// Null is a value that may be absent, null, or there. See schema.Null.
type Null[T any] = schema.Null[T]

// Violation is one broken rule in an input; a Validate method returns some. See schema.Violation.
type Violation = schema.Violation

// Violations are several broken rules at once. See schema.Violations.
type Violations = schema.Violations
