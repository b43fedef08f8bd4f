package httpserver

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// listener hands out connections that the server knows, and whose clients must take what is sent to them.
type listener struct {
	net.Listener
	server *Server
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.server.conns.add(c, l.server.cfg.SendTimeout), nil
}

// conns are the open connections.
type conns struct {
	mu  sync.Mutex
	all map[*conn]struct{}
}

func (s *conns) add(nc net.Conn, patience time.Duration) *conn {
	c := &conn{Conn: nc, patience: patience, among: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = make(map[*conn]struct{})
	}
	s.all[c] = struct{}{}
	return c
}

func (s *conns) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, c)
}

// close closes the connections of which is true.
func (s *conns) close(which func(*conn) bool) {
	s.mu.Lock()
	var chosen []*conn
	for c := range s.all {
		if which(c) {
			chosen = append(chosen, c)
		}
	}
	s.mu.Unlock()
	for _, c := range chosen {
		_ = c.Close() // it is being given up
	}
}

// writePart is how much of an answer has one deadline, in bytes. Together with the patience it is the least speed of a client.
const writePart = 64 << 10

// conn gives every part of what is written a deadline of its own: however long an answer is, a client that goes on reading
// gets it, and one that has stopped holds neither a goroutine nor its memory. A deadline that somebody else sets holds beside it.
type conn struct {
	net.Conn
	patience time.Duration
	among    *conns
	begun    atomic.Bool // its first request has been read
	upgraded atomic.Bool // net/http does not know it any more
	reading  readDeadline

	mu      sync.Mutex
	until   time.Time // to write, set by somebody else; zero: none
	granted time.Time // the deadline to write that the connection has
}

func (c *conn) Read(p []byte) (int, error) {
	if err := c.reading.begin(c.Conn); err != nil {
		return 0, err
	}
	defer c.reading.end()
	return c.Conn.Read(p)
}

// SetReadDeadline sets when a reading ends that is under way or comes later.
func (c *conn) SetReadDeadline(t time.Time) error { return c.reading.set(c.Conn, t) }

func (c *conn) Write(p []byte) (n int, err error) {
	for {
		if err := c.extend(); err != nil {
			return n, err
		}
		m, err := c.Conn.Write(p[n:min(len(p), n+writePart)])
		n += m
		if err != nil || n == len(p) {
			return n, err
		}
	}
}

// extend gives the next part its time. It grants a quarter more than it must, so that many small answers cost one deadline.
func (c *conn) extend() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	least := time.Now().Add(c.patience)
	if c.until.IsZero() && !c.granted.Before(least) {
		return nil
	}
	c.granted = least.Add(c.patience / 4)
	if !c.until.IsZero() && c.until.Before(c.granted) {
		c.granted = c.until
	}
	return c.Conn.SetWriteDeadline(c.granted)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until, c.granted = t, t
	return c.Conn.SetWriteDeadline(t)
}

func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

func (c *conn) Close() error {
	c.among.remove(c)
	return c.Conn.Close()
}

// CloseWrite lets net/http say that it is done and still hear the client out, so that an early answer is not lost in a reset.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
