// Package timedbody sets the time by which the body of a request has arrived. Package net/http knows such a time for all requests
// of a server only, and reading from a connection does not end with a context.
//
// # Usage
//
//	defer timedbody.Limit(w, r, 30*time.Second)()
//
// Whoever is nearer to the body says it last and wins: an operation knows better than the listener how long its body may take.
package timedbody
