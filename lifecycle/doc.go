// Package lifecycle starts and stops the parts of a program in order, and says to the outside how far it has come.
//
// # Usage
//
// A [Component] is anything long-lived. A [Group] starts components in the order in which they were added and stops them in
// reverse, so that what leans on something stops before it:
//
//	var group lifecycle.Group
//	group.Add("database", database)
//	group.Add("consumers", consumers)
//	group.Add("listener", listener)
//	err := lifecycle.Run(ctx, &group, lifecycle.RunOptions{Grace: 30 * time.Second, Health: health})
//
// [Run] starts the group, waits for the end of its context, a signal, or a component that fails, and stops the group again.
// A second signal does not wait.
//
// # Guarantees
//
//   - Start and Stop of a group may be called any number of times, from any goroutine: they act once, and every caller gets the
//     result of that one time.
//   - A component that does not start takes those started before it down again, and nothing after it is started.
//   - Stop reaches every started component, whatever the others answer and even when its context has ended.
//   - A component is never waited for longer than five seconds after its context has ended. It is left behind then, and what
//     it leans on is stopped under it.
//   - Readiness goes down before the first component stops.
//
// # Concurrency
//
// Components are started and stopped one at a time, each call in a goroutine of its own. [Group] and [Health] are safe for
// concurrent use.
//
// # Errors
//
// Errors name the component: "lifecycle: start gateway: …". A panic in Start or Stop is a [*PanicError]; a component that was
// left behind is [ErrStuck]. A start that was stopped is [ErrStopped], a stop that was cut short [ErrQuit].
//
// # Testing
//
// lifecycletest.Stress starts and stops a component of yours from many goroutines at once.
package lifecycle
