// Package gateway is the entrance to a system: it takes every request to the service that answers it, in this process or
// behind an address, by what the manifest says and nothing else.
//
// # Usage
//
//	gw, err := gateway.New(system, gateway.Config{
//		Telemetry: tel,
//		Upstreams: map[string]gateway.Upstream{
//			"flights":  gateway.Local(flights),                // a function call
//			"bookings": gateway.Remote(bookingsURL),           // a reverse proxy
//		},
//		CORS:   gateway.CORS{AllowedOrigins: []string{"https://app.example.com"}},
//		Mounts: map[string]http.Handler{"GET /openapi.json": document},
//	})
//
// Paths are matched by the rules of [http.ServeMux]. Both kinds of upstream see the same requests, but for the field Host, which
// is the upstream's own address where there is one, and their callers the same answers; a test table holds them to it. A
// request is sent once: trying again is for the caller, who knows what it asked for.
//
// # What a request goes through
//
//  1. Its path must be one that every program reads the same way: encoded slashes, backslashes, dot segments, empty
//     segments, control characters and semicolons are refused with 400.
//  2. The route is found: 404 and 405 are problems, also where a frontend at "/" has
//     nothing and another service has the path with another method, OPTIONS and CORS preflights are answered here, HEAD goes where GET goes.
//  3. A valid X-Request-Id is kept, or one is made. A trace that comes in is continued, whoever began it: a trace carries
//     no rights.
//  4. Where the client is, is found by one walk over X-Forwarded-For from the right, over trusted proxies alone. The
//     service finds the result in X-Forwarded-For, -Proto and -Host and, in this process, in RemoteAddr; the access record
//     has it too.
//  5. Hop-by-hop fields go, whatever Connection names, every field that begins with Vade-, by which only services of the
//     system talk to each other, and what else could tell a service of another client or request than the one that was judged
//     (Forwarded, X-Forwarded-*, X-Real-Ip, X-Original-Url, Proxy and the like, also with underscores). Trailers go too.
//  6. The body may have as many bytes as the manifest says (413) and must arrive within the timeout of the operation.
//  7. The service has the timeout of the operation, and a quarter of a second more to say so itself, before the answer is a
//     timeout (504). A service that is not there is 502 with Retry-After.
//
// # What an answer goes through
//
// Security headers are added where the service has set none of its own: a service knows best what its pages need. Server and
// X-Powered-By go, and so does whatever a service says about CORS, because the gateway decides that. A failure
// with a status of 500 or more that is not a problem document (RFC 9457) is replaced by one, since its
// body may be a stack trace. Everything else streams through as it comes, server-sent events and
// WebSockets too; a WebSocket has no deadline once it stands, and is refused to pages of other origins.
//
// A connection is closed after a chunked request and after one of HTTP/1.0, because net/http hides what a proxy in front
// might have read differently in them.
//
// # Concurrency
//
// A Gateway is safe for concurrent use and does not change. It starts no goroutines of its own; the transport to remote
// upstreams keeps some for idle connections until [Gateway.Close].
//
// # Errors
//
// New reports every mistake at once, each a [ConfigError] that names the setting: an upstream that is missing
// ([ErrNoUpstream]), two operations that answer the same request ([ErrDuplicate], with both places of declaration), CORS
// that would let every site in.
package gateway
