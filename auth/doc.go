// Package auth says who may call, and finds out who calls.
//
// # Usage
//
// A declaration says who may call. Requirements of groups and operations add up; an operation without any doesn't start:
//
//	airline := auth.OAuth2("airline")
//	bookings := api.Group(svc, "/bookings", auth.Require(airline))
//	api.Post(bookings, "", book, auth.Scopes("bookings:write"))
//	api.Get(bookings, "/fares", fares, auth.Public()) // loosening is always written down
//
// A running program verifies the bearer tokens (RFC 6750) that callers send:
//
//	keys := auth.RemoteKeys("https://issuer.example/jwks.json", auth.RemoteConfig{})
//	verifier, err := auth.NewVerifier(keys, auth.VerifierConfig{
//		Scheme: airline.Name(), Issuer: "https://issuer.example/", Audience: "airline",
//	})
//	…
//	token, err := auth.Bearer(request.Header.Get("Authorization"))
//	principal, err := verifier.Verify(ctx, token)
//	err = principal.Allow([]string{"bookings:write"})
//	…
//	header.Set("WWW-Authenticate", auth.Challenge(err, "airline", scopes))
//
// On a laptop, package devissuer signs the tokens and [FileKeys] reads its keys.
//
// # Guarantees
//
// A token is good when a key of the issuer signed it with an allowed algorithm, and when its claims say that it comes from
// the issuer (iss), is for this audience (aud), identifies somebody (sub), has begun (nbf) and has not ended (exp). Unsigned
// tokens and shared secrets are never accepted, nor can they be configured (RFC 8725). Keys that a token brings along are
// ignored. Anything longer than [MaxToken] is refused unread.
//
// Verified tokens are remembered by their SHA-256 hash, up to VerifierConfig.CacheSize of them, never longer than they live,
// and not beyond a change of the key set: an issuer that withdraws a key is obeyed as soon as the source has seen it.
//
// Unknown keys make a source look for new ones, but only as often as its cool-down says, so that invented tokens can't be
// turned into load.
//
// # Concurrency
//
// Verifiers and key sources are safe for concurrent use; a [Principal] is shared and must not be changed. Only [RemoteKeys]
// starts goroutines: one while a fetch runs, which ends by RemoteConfig.Timeout.
//
// # Errors
//
//   - [ErrNoToken]: the caller sent none. Status 401.
//   - [*TokenError], which is [ErrToken]: the token was refused, and [Reason] says why. Status 401.
//   - [*ScopeError]: the caller is known and may not do this. Status 403.
//   - [ErrKeys]: the issuer's keys can't be had, so nothing is known about the token. Status 503.
//
// No error quotes a token, or a claim of a token whose signature isn't verified.
package auth
