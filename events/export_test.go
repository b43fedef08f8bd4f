package events

import "time"

// Stall makes the watchdog impatient.
func Stall(d time.Duration) SubscribeOption { return func(s *settings) { s.stall = d } }

// Overtime is how long a handler may go on after its time before it is left behind.
func Overtime(d time.Duration) SubscribeOption { return func(s *settings) { s.overtime = d } }

// Options are several options in one.
func Options(opts ...SubscribeOption) SubscribeOption {
	return func(s *settings) {
		for _, o := range opts {
			o(s)
		}
	}
}

// EncodeValue and DecodeValue are the two ways of a header value.
var (
	EncodeValue = encodeValue
	DecodeValue = decodeValue
	OpenMessage = open
)

// BackoffDelay is the delay after an attempt.
func BackoffDelay(first, longest time.Duration, attempt int, err error) time.Duration {
	return backoff{first, longest}.delay(attempt, err)
}
