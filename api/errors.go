package api

import (
	"errors"
	"fmt"
)

// Mistakes of a declaration, found when the system is described, before anything starts.
var (
	// ErrUndecided: the operation does not say who may call it.
	ErrUndecided = errors.New("nothing says who may call this operation")
	// ErrPath: path parameters and input fields do not agree, or the path is not well formed.
	ErrPath = errors.New("path")
	// ErrDuplicate: the method and path are taken.
	ErrDuplicate = errors.New("declared twice")
)

// DeclarationError is a mistake in the declaration of one operation.
type DeclarationError struct {
	Source    string // "import/path/file.go:12"
	Operation string // "POST /bookings"
	Err       error  // one mistake, or several joined
}

// Error names the place, the operation and every mistake.
func (e *DeclarationError) Error() string {
	return fmt.Sprintf("%s: %s: %v", e.Source, e.Operation, e.Err)
}

// Unwrap returns the mistakes.
func (e *DeclarationError) Unwrap() error { return e.Err }
