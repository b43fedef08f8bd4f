// Package stopclock is a clock that rings when nothing happens for a while: the deadline of a request whose body, or of an
// answer that, flows for as long as both sides like.
//
// # Usage
//
//	ctx, cancel := context.WithCancelCause(ctx)
//	clock := stopclock.Start(30*time.Second, func() { cancel(context.DeadlineExceeded) })
//	defer clock.Stop()
//	… clock.Wind() // for every part that arrives
package stopclock
