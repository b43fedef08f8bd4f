package events

import (
	"errors"
	"math/rand/v2"
	"time"
)

var (
	errRetry  = errors.New("the handler asks for another attempt")
	errReject = errors.New("the handler rejects the event")
)

// outcome is an error with which a handler decides what becomes of an event.
type outcome struct {
	reject bool
	after  time.Duration
	err    error
}

func (o *outcome) Error() string { return o.err.Error() }
func (o *outcome) Unwrap() error { return o.err }

// Retry returns an error with which a handler asks for another attempt, not before the duration is over, instead of the
// back-off. The attempt counts: the last one makes the event a dead letter. Err, which may be nil, says why.
func Retry(after time.Duration, err error) error {
	if err == nil {
		err = errRetry
	}
	return &outcome{after: max(0, after), err: err}
}

// Reject returns an error with which a handler makes the event a dead letter at once, because no attempt can succeed. Err,
// which may be nil, says why; it is stored with the dead letter.
func Reject(err error) error {
	if err == nil {
		err = errReject
	}
	return &outcome{reject: true, err: err}
}

// What can become of a delivery, as a status of spans and metrics.
const (
	statusAck    = "ack"
	statusRetry  = "retry"
	statusReject = "reject"
)

// statusOf says what becomes of a delivery with the result of its handler, attempts aside.
func statusOf(err error) string {
	var o *outcome
	switch {
	case err == nil:
		return statusAck
	case errors.As(err, &o) && o.reject:
		return statusReject
	}
	return statusRetry
}

// backoff is how long to wait between attempts.
type backoff struct{ first, max time.Duration }

// delay returns the time until the next attempt: doubled after each one, up to max, and shortened by up to a half at random, so
// that events that failed together don't come back together.
func (b backoff) delay(attempt int, err error) time.Duration {
	if o := (*outcome)(nil); errors.As(err, &o) {
		return o.after
	}
	d := b.first
	for range attempt - 1 {
		if d *= 2; d >= b.max || d <= 0 {
			break
		}
	}
	if d = min(d, b.max); d <= 0 {
		return b.max
	}
	return d/2 + rand.N(d/2+1)
}
