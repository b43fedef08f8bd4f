package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// State is how far a [Group] has come. It only moves forward.
type State int

// The states of a group.
const (
	Idle     State = iota // not started
	Starting              // components are being started
	Ready                 // all components are up
	Draining              // components are being stopped
	Stopped               // nothing runs any more
)

// String returns the name of the state in lower case.
func (s State) String() string {
	return [...]string{"idle", "starting", "ready", "draining", "stopped"}[s]
}

// ErrStopped is returned by Start when the group was stopped before or meanwhile.
var ErrStopped = errors.New("lifecycle: the group was stopped")

// Group starts components in order and stops them in reverse. The zero value is an empty group. All methods are safe for
// concurrent use. A group lives once: it is not started again after Stop.
type Group struct {
	mu       sync.Mutex
	parts    []part
	started  int // so many of the parts are up
	state    State
	cancel   context.CancelFunc // of the start that runs
	ready    chan struct{}      // closed when all are up
	settled  chan struct{}      // closed when Start has its result
	done     chan struct{}      // closed when Stop has its result
	startErr error
	stopErr  error
}

type part struct {
	name string
	Component
}

// Add appends a component. A component that is added after Start is never started.
func (g *Group) Add(name string, c Component) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.parts = append(g.parts, part{name, c})
}

// State returns how far the group has come.
func (g *Group) State() State {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.state
}

// Ready returns a channel that is closed once all components are up; never, if they do not come up.
func (g *Group) Ready() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.channels()
	return g.ready
}

// Done returns a channel that is closed when the group has been stopped.
func (g *Group) Done() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.channels()
	return g.done
}

func (g *Group) channels() {
	if g.ready == nil {
		g.ready, g.settled, g.done = make(chan struct{}), make(chan struct{}), make(chan struct{})
	}
}

// Start starts the components in order and returns when all are up or one has failed; those that were up are stopped then.
// Cancelling ctx keeps further components from being started. A second call waits for the first and returns its result.
func (g *Group) Start(ctx context.Context) error {
	g.mu.Lock()
	g.channels()
	if g.state != Idle {
		settled := g.settled
		g.mu.Unlock()
		<-settled
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.startErr
	}
	g.state = Starting
	ctx, g.cancel = context.WithCancel(ctx)
	parts := g.parts
	g.mu.Unlock()

	err := g.startAll(ctx, parts)
	g.cancel()

	g.mu.Lock()
	defer g.mu.Unlock()
	if err == nil && g.state == Draining {
		err = ErrStopped // whoever stops takes down what was started
	}
	g.startErr = err
	switch {
	case err == nil:
		g.state = Ready
		close(g.ready)
	case g.state == Starting: // everything is down again
		g.state = Stopped
		close(g.done)
	}
	close(g.settled)
	return err
}

func (g *Group) startAll(ctx context.Context, parts []part) error {
	for _, p := range parts {
		err := ctx.Err()
		if err == nil {
			err = guarded(ctx, p.Start)
		}
		if err != nil {
			err = fmt.Errorf("lifecycle: start %s: %w", p.name, err)
			if g.State() == Draining {
				return errors.Join(ErrStopped, err)
			}
			// The start may have been cancelled; taking down must go on all the same.
			return errors.Join(err, g.stopAll(context.WithoutCancel(ctx)))
		}
		g.mu.Lock()
		g.started++
		g.mu.Unlock()
	}
	return nil
}

// Stop stops the components that are up, in reverse, and joins their errors. A start that still runs is cancelled and waited
// for. The end of ctx hurries components, each by its own rules, but all of them are told to stop. A second call waits for
// the first and returns its result.
func (g *Group) Stop(ctx context.Context) error {
	g.mu.Lock()
	g.channels()
	before := g.state
	if before == Draining || before == Stopped {
		done := g.done
		g.mu.Unlock()
		<-done
		return g.stopErr
	}
	g.state = Draining
	if before == Idle {
		g.startErr = ErrStopped
		close(g.settled)
	}
	if before == Starting {
		g.cancel()
	}
	settled := g.settled
	g.mu.Unlock()
	<-settled

	err := g.stopAll(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.state, g.stopErr = Stopped, err
	close(g.done)
	return err
}

func (g *Group) stopAll(ctx context.Context) error {
	var errs []error
	for {
		g.mu.Lock()
		if g.started == 0 {
			g.mu.Unlock()
			return errors.Join(errs...)
		}
		g.started--
		p := g.parts[g.started]
		g.mu.Unlock()
		if err := guarded(ctx, p.Stop); err != nil {
			errs = append(errs, fmt.Errorf("lifecycle: stop %s: %w", p.name, err))
		}
	}
}

// failed returns a channel that delivers the first failure of a running component. Its goroutines end with ctx.
func (g *Group) failed(ctx context.Context) <-chan error {
	g.mu.Lock()
	defer g.mu.Unlock()
	first := make(chan error, 1)
	for _, p := range g.parts {
		f, ok := p.Component.(Failer)
		if !ok {
			continue
		}
		go func() {
			select {
			case err := <-f.Failed():
				select {
				case first <- fmt.Errorf("lifecycle: %s: %w", p.name, err):
				default:
				}
			case <-ctx.Done():
			}
		}()
	}
	return first
}
