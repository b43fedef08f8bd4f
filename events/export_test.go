package events

import "time"

// Stall makes the watchdog impatient.
func Stall(d time.Duration) SubscribeOption { return func(s *settings) { s.stall = d } }

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
