package memhttp

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Server is a running server and the way to it. It is safe for concurrent use.
type Server struct {
	server    *http.Server
	transport *http.Transport
	served    chan struct{} // closed when nothing is accepted any more
	conns     sync.WaitGroup
}

// Serve serves h until Close. What net/http itself has to complain about goes to log.
func Serve(h http.Handler, log *slog.Logger) *Server {
	l := &listener{dialled: make(chan net.Conn), closed: make(chan struct{})}
	s := &Server{
		transport: &http.Transport{DialContext: l.dial, MaxIdleConnsPerHost: 64, DisableCompression: true},
		served:    make(chan struct{}),
	}
	s.server = &http.Server{
		Handler: h, ConnState: s.count, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelError), ReadHeaderTimeout: 10 * time.Second,
	}
	go func() {
		defer close(s.served)
		_ = s.server.Serve(l) // http.ErrServerClosed
	}()
	return s
}

// count knows how many connections there are.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateHijacked, http.StateClosed:
		s.conns.Done()
	}
}

// Transport reaches the server, whatever host a request names. It is closed with the server.
func (s *Server) Transport() http.RoundTripper { return s.transport }

// farewell is how long Close waits for handlers. Net/http itself lingers for half a second on a connection whose request was answered
// before much of its body was read.
const farewell = time.Second

// Close ends every connection. Handlers that still run see the end of their context, and are left behind when they have not returned
// within a second.
func (s *Server) Close() error {
	err := s.server.Close()
	<-s.served
	s.transport.CloseIdleConnections()
	ended := make(chan struct{})
	go func() {
		s.conns.Wait()
		close(ended)
	}()
	late := time.NewTimer(farewell)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C:
	}
	return err
}

// listener accepts what dial made.
type listener struct {
	dialled chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

var errClosed = errors.New("memhttp: the server is closed")

func (l *listener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.dialled <- server:
		return &patient{Conn: client}, nil
	case <-l.closed:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// patient is the client's end of a connection. What it writes after the server has closed its own end goes nowhere and is no error,
// as in a network, so that an answer that has come before is read and not lost.
type patient struct {
	net.Conn
	closed atomic.Bool
}

func (c *patient) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if errors.Is(err, io.ErrClosedPipe) && !c.closed.Load() {
		return len(p), nil
	}
	return n, err
}

func (c *patient) Close() error {
	c.closed.Store(true)
	return c.Conn.Close()
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.dialled:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close refuses further connections.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr names no place.
func (*listener) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }
