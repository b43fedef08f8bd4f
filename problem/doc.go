// Package problem is the one shape of every failure that Vade sends over HTTP:
// problem details as described by RFC 9457, media type application/problem+json.
//
// A problem is a value. A service declares the ones its callers can act on,
// returns them as ordinary errors, and finds them again on the other side of a hop:
//
//	var ErrSoldOut = problem.New(http.StatusConflict, "sold-out", "The flight is sold out")
//
//	return Booking{}, ErrSoldOut.WithDetail("flight %s has no seat left", id)
//
//	if errors.Is(err, ErrSoldOut) { … }
//
// # Usage
//
// [New] declares a problem; functions such as [NotFound] return the standard
// ones. [Problem.WithDetail], [Problem.With] and [Problem.WithViolations] return
// enriched copies and leave the declared value alone. [Write] answers a request with
// a problem, [Read] turns the answer of a called service back into one, and
// [From] finds a problem inside any wrapped error.
//
// # Identity
//
// Two problems are the same kind when status and code are equal, so
// [errors.Is] holds between a declared value, its enriched copies, and
// what [Read] got from the wire. Codes are kebab-case words that never change once
// published; titles and details are for people and may.
//
// The member type defaults to the relative reference "/problems/<code>". RFC 9457
// resolves it against the URL of the answer: the application that serves the
// problem serves its documentation there too.
//
// # Guarantees
//
// Violations name the place and the rule, never the offending value. A problem
// that was built wrongly still works: [Write] always produces a
// well-formed answer with an error status. [Problem.Check] reports the mistake, and the framework
// calls it on every declared problem at start.
//
// # Concurrency
//
// A Problem is safe for concurrent use as long as nobody assigns to its fields; all
// methods leave their receiver unchanged.
package problem
