package httpserver

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// silence is how long a stop waits for the first request on a connection. Clients open connections in advance, and net/http would
// wait five seconds for each, to leave unanswered what comes.
const silence = 200 * time.Millisecond

// The shares of the time for a stop after which requests in flight are told to end, and are cut off. The rest is for what is
// stopped after the door: it has work of its own to finish.
const (
	untilTold = 0.5
	untilCut  = 0.75
)

// Stop takes no new connections and waits for the requests in flight. Those without an end of their own, such as streams of events, are told
// at once: see package stopping. What still runs when half of the time is over that ctx
// leaves, streams and upgraded connections above all, sees its context end, and after another quarter it is cut off: then
// an error comes back.
func (s *Server) Stop(ctx context.Context) error {
	s.begin()
	defer time.AfterFunc(silence, s.hangUp).Stop()
	patient, cancelPatient := share(ctx, untilTold)
	defer cancelPatient()
	last, cancelLast := share(ctx, untilCut)
	defer cancelLast()
	_ = s.server.Shutdown(patient) // an error says that the time is over
	s.cancel()
	err := s.server.Shutdown(last) // those that have just been told
	if err == nil {
		err = s.wait(last)
	}
	if err != nil {
		err = fmt.Errorf("httpserver: stop %s: requests in flight were cut off: %w", s.cfg.Address, err)
	}
	return errors.Join(err, s.Close())
}

// share returns a context that ends when a share of the time is over that is left of ctx.
func share(ctx context.Context, part float64) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Duration(part*float64(time.Until(deadline))))
}

// hangUp closes the connections on which no request has begun.
func (s *Server) hangUp() {
	s.conns.close(func(c *conn) bool { return !c.begun.Load() })
}

// wait waits for the handlers that are left; no new ones come.
func (s *Server) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		s.inFlight.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close gives the address back and cuts off what is in flight: connections are closed, upgraded ones too, and handlers see their
// context end. Later calls return the first result.
func (s *Server) Close() error { return s.close() }

func (s *Server) closeNow() error {
	s.begin()
	s.cancel()
	err := s.server.Close()
	s.conns.close(func(c *conn) bool { return c.upgraded.Load() })
	if s.serving != nil {
		<-s.serving
	} else if s.listener != nil {
		err = errors.Join(err, s.listener.Close())
	}
	return err
}
