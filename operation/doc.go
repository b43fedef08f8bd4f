// Package operation is what an HTTP request, an event and a task have in common: something comes in through a door, passes
// the same stages in the same order, and reaches a handler.
//
// # Usage
//
// Services declare with the packages api, events and store. This package is for those who build such a capability, and for
// those who write policies and request dependencies of their own.
//
// A capability declares on a [Scope]: it puts a [Part] there, which describes itself in the manifest and later opens on
// what the program gives it in an [Env]. It compiles every handler into a [Plan], made of [Step] values, and hands each
// [Call] to the plan.
//
// # Stages
//
// A plan has one order, whatever the order of the declarations:
//
//	middleware → recover → trace → deadline → shed → address-limit → authenticate → authorise → subject-limit → idempotency
//	→ cache → translate → bind → validate → dependencies → intercept → handler
//
// Middleware is plain net/http around an HTTP operation: it sees requests, no typed calls and no events. The stage recover is the
// barrier between inside and outside: a declared problem passes it, everything else becomes an opaque failure with an id, and is logged
// with its cause and its stack under that id. The caller is known before the body is read. The stage translate stands around all that
// reads and handles the input, so an error of the domain becomes a declared problem wherever it comes from, and idempotency and cache
// see what the caller will see. The stage intercept is the last before the handler: its functions see the typed input and output.
//
// # Request dependencies
//
// A [Dependency] is a type of input field that resolves itself for every call:
//
//	type Tenant struct{ Name string }
//
//	func (t *Tenant) Resolve(ctx context.Context, c *operation.Call) error {
//		t.Name = c.Header.Get("X-Tenant")
//		if t.Name == "" {
//			return problem.Forbidden()
//		}
//		return nil
//	}
//
// It works in operations, subscriptions and tasks alike, is resolved once in a call, may have dependencies itself, and gives
// back what it took through [Call.Defer]. A field of type auth.Principal is the caller.
//
// A test replaces the dependencies that it does not have with [Replace], in everything that is opened in one [Env].
//
// # Concurrency
//
// Plans and compiled inputs are immutable and safe for concurrent use. A call belongs to one goroutine.
package operation
