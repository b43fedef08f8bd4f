package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// flowing is an output whose answer goes out while it is made. It writes by itself, inside the plan, so that the span, the
// measurements and the clean-up of the call cover all of it.
type flowing interface {
	answer
	// flow writes the answer. It returns when all is written, when the client is gone or ctx has ended.
	flow(ctx context.Context, c *operation.Call, x *wire) error
}

// flow is an answer on its way to a client. A timer writes beside the goroutine of the call, one at a time.
type flow struct {
	call   *operation.Call
	header http.Header // of the answer
	w      http.ResponseWriter
	conn   *http.ResponseController

	tick func(*flow) error // what the timer does
	wait time.Duration     // until the timer does it
	idle bool              // it does so whenever nothing was sent; otherwise once behind what was sent and has not left

	mu      sync.Mutex
	timer   *time.Timer // nil: not started
	pending bool        // something was sent that waits for the timer
	err     error       // what came of the connection
	begun   bool
	ended   bool
}

// prepare returns an answer of which nothing has been sent. Every write waits for the client, who is given up when he takes nothing for
// as long as the listener allows; nothing is kept for him.
func prepare(c *operation.Call, mediaType string, header ...string) *flow {
	f := &flow{call: c, header: maps.Clone(c.ReplyHeader()), w: c.Writer, conn: http.NewResponseController(c.Writer)}
	if f.header == nil {
		f.header = make(http.Header, 2+len(header)/2)
	}
	f.header.Set("Content-Type", mediaType)
	f.header.Set("X-Content-Type-Options", "nosniff")
	for i := 0; i < len(header); i += 2 {
		f.header.Set(header[i], header[i+1])
	}
	return f
}

// begin sends the headers of a flowing answer.
func begin(c *operation.Call, mediaType string, header ...string) (*flow, error) {
	f := prepare(c, mediaType, header...)
	return f, f.open()
}

// open sends the headers. From here on no problem can take the place of the answer.
func (f *flow) open() error {
	f.begun = true
	setHeaders(f.w.Header(), f.header)
	f.call.Begin(http.StatusOK)
	f.w.WriteHeader(http.StatusOK)
	if err := f.conn.Flush(); errors.Is(err, http.ErrNotSupported) {
		f.err = errors.New("api: a middleware hides the connection: give its response writer a method Unwrap")
	} else if err != nil {
		f.err = gone(err)
	}
	return f.err
}

// gone is the error of a client that is no longer there.
func gone(err error) error { return fmt.Errorf("%w: %w", operation.ErrClientGone, err) }

// every lets tick happen when nothing was sent for d. It keeps a timer and no goroutine, so that a silent client costs little.
func (f *flow) every(d time.Duration, tick func(*flow) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tick, f.wait, f.idle = tick, d, true
	f.timer = time.AfterFunc(d, f.ring)
}

// gather lets what is sent wait for d, so that more can leave with it, and the headers for what is sent first: for so long at most.
func (f *flow) gather(d, first time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wait, f.tick = d, (*flow).flush
	f.timer = time.AfterFunc(first, f.ring)
}

func (f *flow) flush() error { return f.conn.Flush() }

func (f *flow) ring() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended || f.err != nil {
		return
	}
	if !f.begun {
		_ = f.open() // it is kept
		return
	}
	f.pending = false
	if err := f.tick(f); err != nil {
		f.err = gone(err)
	} else if f.idle {
		f.timer.Reset(f.wait)
	}
}

// send writes, and has it leave at once when flush is true.
func (f *flow) send(data []byte, flush bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.begun {
		_ = f.open() // it is kept
	}
	if f.err != nil {
		return f.err
	}
	_, err := f.w.Write(data)
	if err == nil && flush {
		err = f.conn.Flush()
	}
	if err != nil {
		f.err = gone(err)
		return f.err
	}
	f.wind()
	return nil
}

// wind sets the timer anew behind what was sent.
func (f *flow) wind() {
	switch {
	case f.idle:
		f.timer.Reset(f.wait)
	case !f.pending:
		f.pending = true
		f.timer.Reset(f.wait)
	}
}

// end keeps the timer from writing once the call is over. An answer that is whole has its headers, also without anything else; of one that
// is not, what was sent leaves before the connection is cut.
func (f *flow) end(whole bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	if f.timer != nil {
		f.timer.Stop()
	}
	switch {
	case whole && !f.begun:
		return f.open()
	case whole:
		f.pending = false // the server sends the rest
	case f.pending && f.err == nil:
		return f.conn.Flush()
	}
	return nil
}

// broken ends an answer that had begun when the call failed. A client must not take a part of it for the whole.
func broken(c *operation.Call, err error) {
	if teller, ok := c.Out.(interface {
		tell(*operation.Call, *problem.Problem)
	}); ok {
		p, ok := problem.From(err)
		if !ok {
			p = problem.Internal()
		}
		teller.tell(c, p)
		return
	}
	panic(http.ErrAbortHandler) // net/http cuts the connection, and does not speak of it
}
