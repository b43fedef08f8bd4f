package timedbody

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// Farewell is how long a client may go on sending a body once the request has been answered without it. Net/http reads on for a
// while before it closes the connection, so that the client sees the answer.
const Farewell = time.Second

// Limit lets reading from r.Body, which it replaces, fail with os.ErrDeadlineExceeded once d is over. When all of the body has been
// read the deadline is lifted, since what comes next on the connection is another request. Release is called when the handler
// returns. It does nothing for a request without a body, and for a writer that is not a connection's, such as a recorder.
func Limit(w http.ResponseWriter, r *http.Request, d time.Duration) (release func()) {
	return limit(w, r, d, 0)
}

// Roll is [Limit] for a body that may take its time as long as it goes on arriving: d is that of one reading.
func Roll(w http.ResponseWriter, r *http.Request, d time.Duration) (release func()) {
	return limit(w, r, d, d)
}

func limit(w http.ResponseWriter, r *http.Request, d, patience time.Duration) (release func()) {
	if r.Body == nil || r.ContentLength == 0 {
		return func() {}
	}
	b := &body{ReadCloser: r.Body, conn: *http.NewResponseController(w), patience: patience}
	if b.conn.SetReadDeadline(time.Now().Add(d)) != nil {
		return func() {}
	}
	r.Body = b
	return func() { b.settle(Farewell) }
}

// body is read by the handler, or by a transport that may still be at it when the handler returns.
type body struct {
	io.ReadCloser
	conn     http.ResponseController
	patience time.Duration // for each reading; 0: the deadline stays what it is
	mu       sync.Mutex
	settled  bool // the connection is no business of this body any more
}

func (b *body) Read(p []byte) (int, error) {
	b.extend()
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.settle(0)
	}
	return n, err
}

// extend gives the next reading its time.
func (b *body) extend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.patience > 0 && !b.settled {
		_ = b.conn.SetReadDeadline(time.Now().Add(b.patience))
	}
}

// settle leaves the connection some time to go on reading, or 0 for as long as it takes.
func (b *body) settle(left time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.settled {
		return
	}
	b.settled = true
	var deadline time.Time
	if left > 0 {
		deadline = time.Now().Add(left)
	}
	_ = b.conn.SetReadDeadline(deadline)
}
