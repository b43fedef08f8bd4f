package httpserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/vade-go/vade/internal/stopping"
	"github.com/vade-go/vade/internal/timedbody"
	"github.com/vade-go/vade/problem"
)

// The limits of a Config that says nothing else.
const (
	DefaultReadHeaderTimeout = 5 * time.Second
	DefaultBodyTimeout       = 10 * time.Second
	DefaultSendTimeout       = 30 * time.Second
	DefaultIdleTimeout       = time.Minute
	DefaultMaxHeaderBytes    = 32 << 10
)

// Config says where to listen and how patient to be.
type Config struct {
	Address           string        // host:port; port 0 takes a free one
	Setting           string        // the name under which people set Address, for error texts; may be empty
	ReadHeaderTimeout time.Duration // from the first byte of a request to the end of its headers; default: 5 s
	BodyTimeout       time.Duration // for the body to arrive, where the handler says nothing else; default: 10 s
	SendTimeout       time.Duration // for the client to take 64 KiB of an answer; default: 30 s
	IdleTimeout       time.Duration // of a kept connection between two requests; default: 1 min
	MaxHeaderBytes    int           // of request line and headers; default: 32 KiB, to which net/http adds 4 KiB
	Log               *slog.Logger  // of broken connections; default: silent
}

// Server is one address and what is served there. It is a lifecycle.Component and a lifecycle.Failer.
type Server struct {
	cfg      Config
	server   http.Server
	listener net.Listener
	cancel   context.CancelFunc // of everything that is served
	begin    context.CancelFunc // tells what has no end of its own that the stop has begun
	failed   chan error
	serving  chan struct{} // closed when Serve has returned; nil before Start
	close    func() error
	inFlight sync.WaitGroup // the handlers that run, those of upgraded connections too
	conns    conns
}

// New returns a server that has not taken its address yet.
func New(cfg Config) *Server {
	cfg.ReadHeaderTimeout = cmp.Or(cfg.ReadHeaderTimeout, DefaultReadHeaderTimeout)
	cfg.BodyTimeout = cmp.Or(cfg.BodyTimeout, DefaultBodyTimeout)
	cfg.SendTimeout = cmp.Or(cfg.SendTimeout, DefaultSendTimeout)
	cfg.IdleTimeout = cmp.Or(cfg.IdleTimeout, DefaultIdleTimeout)
	cfg.MaxHeaderBytes = cmp.Or(cfg.MaxHeaderBytes, DefaultMaxHeaderBytes)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, failed: make(chan error, 1)}
	begun, begin := context.WithCancel(context.Background())
	base, cancel := context.WithCancel(stopping.With(context.Background(), begun))
	s.begin, s.cancel = begin, cancel
	s.server = http.Server{
		Handler:           http.HandlerFunc(unavailable),
		ReadHeaderTimeout: cfg.ReadHeaderTimeout,
		IdleTimeout:       cfg.IdleTimeout,
		MaxHeaderBytes:    cfg.MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug), // clients cause most of it
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnState: func(c net.Conn, state http.ConnState) {
			if c, ok := c.(*conn); ok {
				c.begun.Store(state != http.StateNew)
				c.upgraded.Store(state == http.StateHijacked)
			}
		},
		DisableGeneralOptionsHandler: true, // "OPTIONS *" is for the handler like everything else
	}
	s.close = sync.OnceValue(s.closeNow)
	return s
}

// Listen takes the address. The error says what to set when the address cannot be had. A second call does nothing.
func (s *Server) Listen() error {
	if s.listener != nil {
		return nil
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", s.cfg.Address)
	if err != nil {
		hint := ""
		if s.cfg.Setting != "" {
			hint = fmt.Sprintf("; set %s to another address", s.cfg.Setting)
		}
		return fmt.Errorf("httpserver: %w%s", err, hint)
	}
	s.listener = listener{l, s}
	return nil
}

// Handle sets what is served. Without it every answer is 503.
func (s *Server) Handle(h http.Handler) {
	s.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.inFlight.Add(1)
		defer s.inFlight.Done()
		if r.ContentLength != 0 {
			s.handleBody(w, r, h)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// handleBody is for a request with a body. Net/http looks at the body in its own request to see that it was not read to the end. Only then
// does it linger, so that the answer is not lost in a reset. Others replace the body; they get a copy of the request.
func (s *Server) handleBody(w http.ResponseWriter, r *http.Request, h http.Handler) {
	var copied struct { // one allocation
		request http.Request
		body    timedbody.Body
	}
	copied.request = *r
	if copied.body.Limit(w, r, time.Now().Add(s.cfg.BodyTimeout)) {
		defer copied.body.Release()
		copied.request.Body = &copied.body
	}
	h.ServeHTTP(w, &copied.request)
}

func unavailable(w http.ResponseWriter, _ *http.Request) {
	problem.Write(w, problem.Unavailable())
}

// Addr returns the address that was taken, or nil before [Server.Listen].
func (s *Server) Addr() net.Addr {
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

// Start serves in the background; it takes the address if that has not been done. Cancelling ctx afterwards changes nothing.
func (s *Server) Start(ctx context.Context) error {
	if err := errors.Join(ctx.Err(), s.Listen()); err != nil {
		return err
	}
	serving := make(chan struct{})
	s.serving = serving
	go func() {
		defer close(serving)
		if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("httpserver: serve %s: %w", s.listener.Addr(), err)
		}
	}()
	return nil
}

// Failed delivers the reason when the listener breaks.
func (s *Server) Failed() <-chan error { return s.failed }
