package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// DefaultGrace is how long a stop may take when nothing else is said.
const DefaultGrace = 30 * time.Second

// ErrQuit is returned by [Run] when a second signal ended the wait for the stop: components may still be running.
var ErrQuit = errors.New("lifecycle: a second signal cut the stop short")

// RunOptions shape [Run].
type RunOptions struct {
	// Grace is how long the stop may take before components are hurried. Default: [DefaultGrace].
	Grace time.Duration
	// Signals delivers the signals that end the program. Default: interrupt and terminate of the operating system.
	Signals <-chan os.Signal
	// OnReady is called once all components are up.
	OnReady func()
	// OnSecondSignal is called, once, when a signal comes while the program stops because of another. Run returns [ErrQuit]
	// after it; a program that must not wait for its own deferred calls ends itself here.
	OnSecondSignal func()
	// Health, if there is one, follows the group: ready once all components are up, not ready before the first is stopped.
	Health *Health
	// Log says why the program stops. Default: nothing is said.
	Log *slog.Logger
}

// Run starts the group and waits until ctx ends, a signal comes, a component fails or somebody else stops the group. Then it
// stops the group within the grace period; ctx is not needed for that any more. It returns nil after an orderly life, and
// otherwise, joined, what went wrong: a start that failed, a component that broke while it ran, components that did not stop.
//
// A second signal ends the wait at once, unless it comes within a tenth of a second of the first. When the program stops for another reason than a signal, the first one is only
// noted.
func Run(ctx context.Context, g *Group, opts RunOptions) error {
	opts, release := opts.withDefaults()
	defer release()
	g.drive(opts.Health, opts.Grace)

	begun := make(chan error, 1)
	// The end of ctx reaches a start that still runs through Stop, like every other reason to stop.
	go func() { begun <- g.Start(context.WithoutCancel(ctx)) }()

	signalled, reason := await(ctx, g, opts)
	err := stop(ctx, g, opts, signalled)
	if errors.Is(err, ErrQuit) {
		return errors.Join(reason, err)
	}
	if start := <-begun; !errors.Is(start, ErrStopped) { // being stopped is no failure of a start
		reason = errors.Join(start, reason)
	}
	err = errors.Join(reason, err)
	if p, ok := errors.AsType[*PanicError](err); ok {
		opts.Log.Error("a component panicked", "panic", fmt.Sprint(p.Value), "stack", string(p.Stack))
	}
	return err
}

func (o RunOptions) withDefaults() (opts RunOptions, release func()) {
	if o.Grace <= 0 {
		o.Grace = DefaultGrace
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OnReady == nil {
		o.OnReady = func() {}
	}
	if o.OnSecondSignal == nil {
		o.OnSecondSignal = func() {}
	}
	if o.Signals != nil {
		return o, func() {}
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	o.Signals = signals
	return o, func() { signal.Stop(signals) }
}

// drive sets what follows the group and how long a failed start may take to come down.
func (g *Group) drive(h *Health, grace time.Duration) {
	g.lock()
	defer g.mu.Unlock()
	g.health, g.grace = h, grace
	h.follow(g.state)
}

// await returns when the group has to stop, or stops already, with the failure that is the reason, if it is one.
func await(ctx context.Context, g *Group, opts RunOptions) (signalled bool, reason error) {
	ready, failed := g.Ready(), (<-chan error)(nil)
	for {
		select {
		case <-ready:
			ready, failed = nil, g.Failed()
			opts.OnReady()
		case <-ctx.Done():
			opts.Log.Info("stopping", "reason", context.Cause(ctx).Error(), "grace", opts.Grace.String())
			return false, nil
		case s := <-opts.Signals:
			opts.Log.Info("stopping", "reason", s.String(), "grace", opts.Grace.String())
			return true, nil
		case reason = <-failed:
			opts.Log.Error("stopping", "reason", reason.Error(), "grace", opts.Grace.String())
			return false, reason
		case <-g.draining: // the start has failed, or somebody else stops the group
			return false, nil
		}
	}
}

// together is how far apart signals may be that mean the same: some tools send one to a process and to its group.
const together = 100 * time.Millisecond

// stop stops the group and waits for that, or for the second signal.
func stop(ctx context.Context, g *Group, opts RunOptions, signalled bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), opts.Grace)
	defer cancel()
	began := time.Now()
	last := began // that a signal counted
	stopped := make(chan error, 1)
	go func() { stopped <- g.Stop(ctx) }()
	for {
		select {
		case err := <-stopped:
			if err == nil {
				opts.Log.Info("stopped", "took", time.Since(began).Round(time.Millisecond).String())
			}
			return err
		case s := <-opts.Signals:
			switch {
			case signalled && time.Since(last) < together:
				continue
			case !signalled:
				signalled, last = true, time.Now()
				opts.Log.Info("stopping already; one more signal does not wait", "signal", s.String())
				continue
			}
			opts.Log.Warn("quitting at once", "reason", s.String())
			opts.OnSecondSignal()
			return ErrQuit
		}
	}
}
