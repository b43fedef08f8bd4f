package auth

import "context"

type callerKey struct{}

// callerContext is a context that knows the caller. Package context would make several things of it.
type callerContext struct {
	context.Context
	token     string
	principal Principal
}

// Value returns the context itself for callerKey.
func (c *callerContext) Value(key any) any {
	if key == (callerKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// WithCaller returns a context that carries who calls and the bearer token that proves it, so that calls made on the caller's behalf
// can present it again. The plan of an operation does so once the caller is known.
func WithCaller(ctx context.Context, token string, p Principal) context.Context {
	return &callerContext{ctx, token, p}
}

// WithToken returns a context that carries the bearer token with which calls are made. The principal stays who it was.
func WithToken(ctx context.Context, token string) context.Context {
	return WithCaller(ctx, token, PrincipalFromContext(ctx))
}

// TokenFromContext returns the bearer token of the caller, or "" when there is none.
func TokenFromContext(ctx context.Context) string {
	if c, ok := ctx.Value(callerKey{}).(*callerContext); ok {
		return c.token
	}
	return ""
}

// PrincipalFromContext returns who calls: the anonymous principal where nobody was asked to say. It is for code that has no input
// to hold an auth.Principal, such as a handler of plain HTTP that is mounted into a service.
func PrincipalFromContext(ctx context.Context) Principal {
	if c, ok := ctx.Value(callerKey{}).(*callerContext); ok {
		return c.principal
	}
	return Principal{}
}
