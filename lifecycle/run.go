package lifecycle

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// DefaultGrace is how long a stop may take when nothing else is said.
const DefaultGrace = 30 * time.Second

// RunOptions shape [Run].
type RunOptions struct {
	// Grace is how long the stop may take. Default: [DefaultGrace].
	Grace time.Duration
	// Signals delivers the signals that end the program. Default: interrupt and terminate of the operating system.
	Signals <-chan os.Signal
	// OnReady is called once all components are up.
	OnReady func()
	// OnSecondSignal is called, once, when a signal comes while the program stops. Default: the stop is cut short.
	OnSecondSignal func()
	// Health, if there is one, follows the group.
	Health *Health
	// Log says why the program stops. Default: nothing is said.
	Log *slog.Logger
}

// Run starts the group, waits until ctx ends, a signal comes or a component fails, and stops the group within the grace
// period. It returns the reason only when that is an error: a failed start, a failed component, a failed stop.
func Run(ctx context.Context, g *Group, opts RunOptions) error {
	if opts.Grace <= 0 {
		opts.Grace = DefaultGrace
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if opts.Signals == nil {
		signals := make(chan os.Signal, 2)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(signals)
		opts.Signals = signals
	}
	signalled, reason := false, error(nil)
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	begun := make(chan error, 1)
	go func() { begun <- g.Start(running) }()
	select {
	case err := <-begun:
		if err != nil {
			return err
		}
		if opts.Health != nil {
			opts.Health.SetReady()
		}
		if opts.OnReady != nil {
			opts.OnReady()
		}
		select {
		case <-ctx.Done():
			opts.Log.Info("stopping", "reason", "context ended")
		case s := <-opts.Signals:
			signalled = true
			opts.Log.Info("stopping", "reason", s.String(), "grace", opts.Grace.String())
		case reason = <-g.failed(running):
			opts.Log.Error("stopping", "reason", reason.Error())
		}
	case s := <-opts.Signals:
		signalled = true
		opts.Log.Info("stopping before the start was complete", "reason", s.String())
	}
	if opts.Health != nil {
		opts.Health.SetDraining()
	}
	return errors.Join(reason, stop(ctx, g, opts, signalled))
}

// stop stops the group; a signal meanwhile cuts it short.
func stop(ctx context.Context, g *Group, opts RunOptions, signalled bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), opts.Grace)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- g.Stop(ctx) }()
	for {
		select {
		case err := <-stopped:
			return err
		case s := <-opts.Signals:
			if !signalled {
				signalled = true // the first signal after a stop for another reason
				continue
			}
			opts.Log.Warn("quitting at once", "reason", s.String())
			cancel()
			if opts.OnSecondSignal != nil {
				opts.OnSecondSignal()
			}
		}
	}
}
