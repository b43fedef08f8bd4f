// Package results is where the results of idempotent operations are kept: what api.Idempotent needs behind it.
//
// # Usage
//
// Services have no need of this package: the results of a service are kept in its database (see package store), or in memory when it has
// none. It is for those who keep them elsewhere; package resultstest holds them to the rules.
//
// # The model
//
// A key stands for one thing that a client wants done. The first run that asks for it gets the claim, a lease under a token of its own; until
// the run completes the claim with its [Result] or releases it, others learn that it is running. A claim that is neither completed nor
// released, because its process died, lapses when its lease ends, and the next one gets it. From then on the late first is refused with
// [ErrLost]: it cannot overwrite what came after. A result is kept for as long as its completion says.
//
// # Concurrency
//
// Whatever implements [Store] is safe for concurrent use, by several processes when what it keeps outlives one.
package results
