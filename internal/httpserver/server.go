// Package httpserver is the listener of a program: an [http.Server] with bounds on everything a client can stretch, as a
// component that takes its address early and drains late.
package httpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/vade-go/vade/problem"
)

// Config shapes a [Server].
type Config struct {
	// Address is host:port; port 0 takes a free one.
	Address string
	// Setting is the name of the setting that changes the address, for the error that says the port is in use.
	Setting string
	// HeaderTimeout limits how long a client may take for its request headers. Default: 5 s.
	HeaderTimeout time.Duration
	// IdleTimeout is how long a connection without requests is kept. Default: 60 s.
	IdleTimeout time.Duration
	// MaxHeaderBytes limits the request headers. Default: 32 KiB.
	MaxHeaderBytes int
	// Log receives what goes wrong on connections. Default: nothing is logged.
	Log *slog.Logger
}

func (c *Config) defaults() {
	if c.HeaderTimeout <= 0 {
		c.HeaderTimeout = 5 * time.Second
	}
	if c.IdleTimeout <= 0 {
		c.IdleTimeout = time.Minute
	}
	if c.MaxHeaderBytes <= 0 {
		c.MaxHeaderBytes = 32 << 10
	}
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
}

// Server is one listener. Listen takes the address, Start answers requests, Stop drains them. It is safe for concurrent use.
type Server struct {
	cfg      Config
	server   *http.Server
	handler  atomic.Pointer[http.Handler]
	listener net.Listener
	failed   chan error
}

// New returns a server that does nothing yet.
func New(cfg Config) *Server {
	cfg.defaults()
	s := &Server{cfg: cfg, failed: make(chan error, 1)}
	s.server = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: cfg.HeaderTimeout,
		IdleTimeout:       cfg.IdleTimeout,
		MaxHeaderBytes:    cfg.MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug), // clients cause most of it
	}
	return s
}

// Handle sets what answers the requests.
func (s *Server) Handle(h http.Handler) { s.handler.Store(&h) }

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	h := s.handler.Load()
	if h == nil {
		problem.Write(w, problem.Unavailable())
		return
	}
	(*h).ServeHTTP(w, r)
}

// Listen takes the address. Connections wait until Start.
func (s *Server) Listen() error {
	l, err := net.Listen("tcp", s.cfg.Address)
	switch {
	case err == nil:
		s.listener = l
		return nil
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("listen on %s: the address is in use; stop what uses it or set %s to another", s.cfg.Address, s.cfg.Setting)
	}
	return fmt.Errorf("listen on %s: %w; set %s to an address of this machine", s.cfg.Address, err, s.cfg.Setting)
}

// Addr returns the address that was taken, or nil before Listen.
func (s *Server) Addr() net.Addr {
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

// Start answers requests. It takes the address first if Listen has not.
func (s *Server) Start(context.Context) error {
	if s.listener == nil {
		if err := s.Listen(); err != nil {
			return err
		}
	}
	go func() {
		if err := s.server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("listener on %s: %w", s.listener.Addr(), err)
		}
	}()
	return nil
}

// Failed delivers the reason when the listener has broken.
func (s *Server) Failed() <-chan error { return s.failed }

// Stop takes no new connections and waits for the requests in flight. When ctx ends first, their connections are closed.
func (s *Server) Stop(ctx context.Context) error {
	err := s.server.Shutdown(ctx)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

// Close closes the listener and every connection at once. It may be called before Start.
func (s *Server) Close() error {
	err := s.server.Close()
	if s.listener != nil {
		if cerr := s.listener.Close(); !errors.Is(cerr, net.ErrClosed) {
			err = errors.Join(err, cerr)
		}
	}
	return err
}
