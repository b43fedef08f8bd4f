package store

import (
	"context"
	"log/slog"
	"time"

	"github.com/vade-go/vade/operation"
)

const (
	sweepEvery = 10 * time.Minute      // when nothing is left
	sweepPause = 50 * time.Millisecond // between batches while there is more, or as long as one took: others want the database, too
	sweepRetry = time.Minute           // after an error
)

// sweeper runs something at the start of a service and from time to time until it stops.
type sweeper struct {
	run    func(context.Context) (more bool, err error)
	log    *slog.Logger
	cancel context.CancelFunc
	done   chan struct{}
}

func newSweeper(run func(context.Context) (bool, error)) sweeper { return sweeper{run: run} }

// Describe does nothing: what is Vade's own is not in the manifest.
func (s *sweeper) Describe(*operation.Description) error { return nil }

// Open takes the log of the service.
func (s *sweeper) Open(_ context.Context, env *operation.Env) error {
	s.log = env.Log
	return nil
}

// Start begins to sweep.
func (s *sweeper) Start(context.Context) error {
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	s.done = make(chan struct{})
	go s.loop(ctx)
	return nil
}

// Stop ends a sweep in the middle. What is left is removed after the next start.
func (s *sweeper) Stop(ctx context.Context) error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *sweeper) loop(ctx context.Context) {
	defer close(s.done)
	failing := false
	for {
		began := time.Now()
		more, err := s.run(ctx)
		pause := sweepEvery
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if pause = sweepRetry; !failing {
				s.log.WarnContext(ctx, "store: old results stay for now", "error", err)
			}
		case more:
			pause = max(sweepPause, time.Since(began))
		}
		failing = err != nil
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}
