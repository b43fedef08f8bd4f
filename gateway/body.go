package gateway

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/vade-go/vade/problem"
)

// boundedBody is a request body that ends with an error beyond its limit, and remembers how it failed: whoever forwards it
// sees only that the exchange broke.
type boundedBody struct {
	body   io.ReadCloser
	limit  int64
	left   int64  // that may still come
	heard  func() // called for each part of a body that flows; nil: it does not
	failed atomic.Pointer[problem.Problem]
}

// Read reads up to the limit. Beyond it the error is an [http.MaxBytesError].
func (b *boundedBody) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if int64(len(p))-1 > b.left {
		p = p[:b.left+1] // one byte more tells a body that is too large from one that just fits
	}
	n, err := b.body.Read(p)
	if b.heard != nil {
		b.heard()
	}
	if int64(n) > b.left {
		n, b.left = int(b.left), 0
		b.failed.CompareAndSwap(nil, tooLarge(b.limit))
		return n, &http.MaxBytesError{Limit: b.limit}
	}
	b.left -= int64(n)
	if err != nil && err != io.EOF {
		b.failed.CompareAndSwap(nil, brokenBody(err))
	}
	return n, err
}

// Close closes the body of the client.
func (b *boundedBody) Close() error { return b.body.Close() }

func brokenBody(err error) *problem.Problem {
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		return problem.RequestTimeout().WithDetail("The body took too long to arrive.")
	}
	return problem.Malformed().WithDetail("The body ended early or is not well framed.")
}

func tooLarge(limit int64) *problem.Problem {
	if limit == 0 {
		return problem.TooLarge().WithDetail("The operation takes no body.")
	}
	return problem.TooLarge().WithDetail("The body may have up to %d bytes.", limit)
}

// bound returns the body within its limit, or nil when there is none. What is known to be too large is refused before any
// of it is read; whether an operation without a body gets one of unknown length, its first byte tells.
func bound(r *http.Request, limit int64) (*boundedBody, *problem.Problem) {
	switch {
	case r.ContentLength == 0 || r.Body == nil:
		return nil, nil
	case r.ContentLength > limit:
		return nil, tooLarge(limit)
	}
	b := &boundedBody{body: r.Body, limit: limit, left: limit}
	if limit > 0 {
		return b, nil
	}
	if _, err := b.Read(make([]byte, 1)); err != io.EOF { //nolint:errorlint // Read returns it bare
		return nil, b.failed.Load()
	}
	return nil, nil
}
