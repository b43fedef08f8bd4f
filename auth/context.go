package auth

import "context"

type tokenKey struct{}

// WithToken returns a context that carries the bearer token of the caller, so that calls made on the caller's behalf can
// present it again.
func WithToken(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, tokenKey{}, token)
}

// TokenFromContext returns the bearer token of the caller, or "" when there is none.
func TokenFromContext(ctx context.Context) string {
	token, _ := ctx.Value(tokenKey{}).(string)
	return token
}
