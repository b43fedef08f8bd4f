// Package timedbody sets the time by which the body of a request has arrived. Package net/http knows such a time for all requests
// of a server only, and reading from a connection does not end with a context.
//
// # Usage
//
//	var body timedbody.Body
//	if body.Limit(w, r, time.Now().Add(30*time.Second)) {
//		defer body.Release()
//		… read body
//	}
//
// Whoever is nearer to the body says it last and wins: an operation knows better than the listener how long its body may take.
package timedbody
