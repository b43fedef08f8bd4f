// Package call is the calling side of a contract: how a service reaches another one.
//
// A [Conn] is declared while services are declared and bound when the program starts, by what runs where: a service of the
// same process is called as a function ([Local]), any other over HTTP ([HTTP]). The code that calls is the same.
//
// # Usage
//
// Services do not use this package by hand. The contract package of a service offers a typed client over api.Connect:
//
//	flights := flightsapi.Connect(svc)
//	flight, err := flights.Get(ctx, flightsapi.Get{ID: "VD10-20270105"})
//
// # Guarantees
//
// Both ways run the same plan on the other side: deadline, security, validation and traces. A local call skips the socket
// and the codec and nothing else: nothing is copied, so what the input and the output refer to (slices, maps, pointers) belongs to
// both sides, and neither may change it afterwards. Tests find out by the option Isolated of vade.Config, which writes and reads what is
// said between services of one process as well. What the caller still waits travels as [DeadlineHeader], its bearer token as
// Authorization, its trace as traceparent, its request id as X-Request-Id.
//
// A call is made once: nothing is called again by itself. Whoever calls again gives both calls the same [IdempotencyKey], and an operation
// that is declared with api.Idempotent is carried out once.
//
// # Errors
//
// Every failure is an [*Error]. A problem that the other side declared comes back inside, equal by errors.Is to the declared
// value. A service that cannot be reached is problem.Unavailable, wrapped with the cause for the log. A call that ran out of
// time, on whichever side, is problem.Timeout and context.DeadlineExceeded; one that was cancelled is context.Canceled.
package call
