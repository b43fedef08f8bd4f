package telemetry

import (
	"context"
	"math/rand/v2"
)

const maxRequestID = 128

type requestIDKey struct{}

// RequestContext is a context that knows its request id. Package context would make two things of it, the value and its place; here it
// may also be a part of what belongs to the request anyway. The zero value is none yet, see [RequestContext.Begin].
type RequestContext struct {
	context.Context
	id string
}

// Begin makes c what [WithRequestID] returns. The id must be valid by [ValidRequestID].
func (c *RequestContext) Begin(ctx context.Context, id string) context.Context {
	c.Context, c.id = ctx, id
	return c
}

// Value returns the context itself for the key of request ids.
func (c *RequestContext) Value(key any) any {
	if key == (requestIDKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// WithRequestID returns ctx with the identifier of the request that it belongs to. An identifier that isn't valid by
// [ValidRequestID] is replaced by a new one, so that what strangers send never reaches a log.
func WithRequestID(ctx context.Context, id string) context.Context {
	if !ValidRequestID(id) {
		id = NewRequestID()
	}
	return new(RequestContext).Begin(ctx, id)
}

// RequestID returns the identifier of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	if c, ok := ctx.Value(requestIDKey{}).(*RequestContext); ok {
		return c.id
	}
	return ""
}

// NewRequestID returns 16 random characters that are safe in URLs, headers and file names. They hold 96 bits, so that no two are ever the
// same. It is a name and no secret: do not let who knows one do more than who does not.
func NewRequestID() string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var id [16]byte
	first, second := rand.Uint64(), rand.Uint64()
	for i := range 8 {
		id[i], id[8+i] = digits[first>>(6*i)&63], digits[second>>(6*i)&63]
	}
	return string(id[:])
}

// ValidRequestID reports whether s is 1 to 128 characters of A-Z, a-z, 0-9, dot, underscore and hyphen.
func ValidRequestID(s string) bool { return isWord(s) }

func isWord(s string) bool {
	if s == "" || len(s) > maxRequestID {
		return false
	}
	allowed, good := [4]uint64{ // a bit for each character
		1<<'-' | 1<<'.' | (1<<10-1)<<'0',
		1<<('_'-64) | (1<<26-1)<<('A'-64) | (1<<26-1)<<('a'-64),
	}, uint64(1)
	for i := range len(s) { // without a branch, since nobody can foretell what an identifier goes on with
		good &= allowed[s[i]>>6] >> (s[i] & 63)
	}
	return good == 1
}
