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

// Body is the body of a request that has a time to arrive. The zero value is none yet; it becomes one by [Body.Limit] or [Body.Roll].
// It is read by the handler, or by a transport that may still be at it when the handler returns.
type Body struct {
	io.ReadCloser
	conn     http.ResponseController
	patience time.Duration // for each reading; 0: the deadline stays what it is
	mu       sync.Mutex
	settled  bool // the connection is no business of this body any more
}

// Limit makes b the body of r, whose reading fails with os.ErrDeadlineExceeded at the given time. When all of the body has been
// read the deadline is lifted, since what comes next on the connection is another request. The request stays as it is: who wants
// others to read b puts it into a copy. Limit reports false, having done nothing, for a request without a body and for a writer
// that is not a connection's, such as a recorder.
func (b *Body) Limit(w http.ResponseWriter, r *http.Request, until time.Time) bool {
	if r.Body == nil || r.ContentLength == 0 {
		return false
	}
	b.conn = *http.NewResponseController(w)
	if b.conn.SetReadDeadline(until) != nil {
		return false
	}
	b.ReadCloser = r.Body
	if outer, ok := r.Body.(*Body); ok { // of somebody who has less to say: one is enough
		b.ReadCloser = outer.resign()
	}
	return true
}

// Roll is [Body.Limit] for a body that may take its time as long as it goes on arriving: patience is that of one reading.
func (b *Body) Roll(w http.ResponseWriter, r *http.Request, patience time.Duration) bool {
	b.patience = patience
	return b.Limit(w, r, time.Now().Add(patience))
}

// resign leaves the connection to another body, and returns what that reads.
func (b *Body) resign() io.ReadCloser {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settled = true
	return b.ReadCloser
}

// Release is called when the handler returns. A client that is still sending gets the time of a [Farewell].
func (b *Body) Release() { b.settle(Farewell) }

// Read reads the body.
func (b *Body) Read(p []byte) (int, error) {
	if b.patience > 0 {
		b.extend()
	}
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.settle(0)
	}
	return n, err
}

// extend gives the next reading its time.
func (b *Body) extend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.settled {
		_ = b.conn.SetReadDeadline(time.Now().Add(b.patience))
	}
}

// settle leaves the connection some time to go on reading, or 0 for as long as it takes.
func (b *Body) settle(left time.Duration) {
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
