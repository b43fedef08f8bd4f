package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// State is how far a [Group] has come. It only moves forward.
type State int

// The states of a group.
const (
	Idle     State = iota // not started
	Starting              // components are being started
	Ready                 // all components are up
	Draining              // components are being stopped, be it after a failed start
	Stopped               // nothing runs any more
)

// String returns the name of the state in lower case.
func (s State) String() string {
	names := [...]string{"idle", "starting", "ready", "draining", "stopped"}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("state %d", int(s))
	}
	return names[s]
}

// ErrStopped is returned by Start when the group was stopped before or meanwhile.
var ErrStopped = errors.New("lifecycle: the group was stopped")

// Group starts components in order and stops them in reverse. The zero value is an empty group. All methods are safe for
// concurrent use. A group lives once: it is not started again after Stop. It is a [Component] and a [Failer] itself, so that
// groups nest.
type Group struct {
	mu       sync.Mutex
	parts    []part
	started  int // so many of the parts are up
	state    State
	health   *Health            // follows the state; may be nil
	grace    time.Duration      // to take down what is up when the start fails; 0: DefaultGrace
	cancel   context.CancelFunc // of the start that runs
	ready    chan struct{}      // closed when all are up
	draining chan struct{}      // closed before the first component is stopped
	settled  chan struct{}      // closed when startErr stands
	done     chan struct{}      // closed when stopErr stands
	failed   chan error         // made by the first call of Failed
	startErr error
	stopErr  error
}

type part struct {
	name string
	Component
}

// lock also makes the channels of a group that was the zero value until now.
func (g *Group) lock() {
	g.mu.Lock()
	if g.ready == nil {
		g.ready, g.draining = make(chan struct{}), make(chan struct{})
		g.settled, g.done = make(chan struct{}), make(chan struct{})
	}
}

// to moves on to a state and tells those who wait for it. The caller holds the lock.
func (g *Group) to(s State) {
	g.state = s
	g.health.follow(s)
	switch s {
	case Ready:
		close(g.ready)
	case Draining:
		close(g.draining)
	case Stopped:
		close(g.done)
	}
}

// Add appends a component under a name for error texts. A component that is added after Start is never started.
func (g *Group) Add(name string, c Component) {
	g.lock()
	defer g.mu.Unlock()
	g.parts = append(g.parts, part{name, c})
}

// State returns how far the group has come.
func (g *Group) State() State {
	g.lock()
	defer g.mu.Unlock()
	return g.state
}

// Ready returns a channel that is closed once all components are up; never, if they do not come up.
func (g *Group) Ready() <-chan struct{} {
	g.lock()
	defer g.mu.Unlock()
	return g.ready
}

// Done returns a channel that is closed when the group has been stopped, be it after a failed start.
func (g *Group) Done() <-chan struct{} {
	g.lock()
	defer g.mu.Unlock()
	return g.done
}

// Start starts the components in order and returns when all are up or one has failed. Those that were up are stopped then, in
// reverse, within [DefaultGrace] or the grace period of [Run]. Cancelling ctx aborts the start in the same way; it does nothing
// once Start has returned. A later call waits for the first, whatever its ctx, and returns its result.
func (g *Group) Start(ctx context.Context) error {
	g.lock()
	if g.state != Idle {
		g.mu.Unlock()
		<-g.settled
		return g.startErr
	}
	starting, cancel := context.WithCancel(ctx)
	defer cancel()
	g.cancel = cancel
	g.to(Starting)
	parts := g.parts
	g.mu.Unlock()

	err := g.startAll(starting, parts)
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.state == Draining: // the Stop that came meanwhile takes down what is up
		err = errors.Join(ErrStopped, err)
	case err == nil:
		g.to(Ready)
	default:
		g.to(Draining)
		g.mu.Unlock()
		err = errors.Join(err, g.takeDown(ctx))
		g.mu.Lock()
		g.to(Stopped)
	}
	g.startErr = err
	close(g.settled)
	return err
}

func (g *Group) startAll(ctx context.Context, parts []part) error {
	for _, p := range parts {
		err := ctx.Err()
		if err == nil {
			err = launch(ctx, func(ctx context.Context) error { return p.Start(ctx) }).wait(ctx)
		}
		if err != nil {
			return fmt.Errorf("lifecycle: start %s: %w", p.name, err)
		}
		g.mu.Lock()
		g.started++
		g.mu.Unlock()
	}
	return nil
}

// takeDown stops what a failed start has left. The start may have been cancelled; taking down goes on all the same.
func (g *Group) takeDown(ctx context.Context) error {
	g.mu.Lock()
	grace := cmp.Or(g.grace, DefaultGrace)
	g.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return g.stopAll(ctx)
}

// Stop stops the components that are up, in reverse, and joins their errors. A start that still runs is cancelled and waited
// for. The end of ctx hurries components, each by its own rules, but all of them are told to stop; one that does not return
// even then is left behind with [ErrStuck]. After a failed start there is nothing left to stop. A later call waits for the
// first, whatever its ctx, and returns its result.
func (g *Group) Stop(ctx context.Context) error {
	g.lock()
	before := g.state
	if before == Draining || before == Stopped {
		g.mu.Unlock()
		<-g.done
		return g.stopErr
	}
	g.to(Draining)
	switch before {
	case Idle:
		g.startErr = ErrStopped
		close(g.settled)
	case Starting:
		g.cancel()
	}
	g.mu.Unlock()
	<-g.settled

	err := g.stopAll(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopErr = err
	g.to(Stopped)
	return err
}

func (g *Group) stopAll(ctx context.Context) error {
	var errs []error
	for p, ok := g.last(); ok; p, ok = g.last() {
		if err := launch(ctx, func(ctx context.Context) error { return p.Stop(ctx) }).wait(ctx); err != nil {
			errs = append(errs, fmt.Errorf("lifecycle: stop %s: %w", p.name, err))
		}
	}
	return errors.Join(errs...)
}

// last takes the component that was started last off those that are up.
func (g *Group) last() (part, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.started == 0 {
		return part{}, false
	}
	g.started--
	return g.parts[g.started], true
}

// Failed returns a channel that delivers the first failure of a component that is a [Failer], naming it. All calls return the
// same channel. It watches from the first call, which comes after Start, until the group has stopped.
func (g *Group) Failed() <-chan error {
	g.lock()
	defer g.mu.Unlock()
	if g.failed != nil {
		return g.failed
	}
	g.failed = make(chan error, 1)
	for _, p := range g.parts {
		if f, ok := p.Component.(Failer); ok {
			go g.watch(p.name, f.Failed())
		}
	}
	return g.failed
}

func (g *Group) watch(name string, failed <-chan error) {
	select {
	case err := <-failed:
		if err == nil {
			return
		}
		select {
		case g.failed <- fmt.Errorf("lifecycle: %s: %w", name, err):
		default: // another one was first
		}
	case <-g.done:
	}
}
