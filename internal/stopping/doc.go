// Package stopping lets requests that have no end of their own, such as streams of events, end as soon as the listener begins to stop,
// while all others go on.
//
// # Usage
//
//	base = stopping.With(base, begun)         // the listener, for the contexts of all its requests
//	ctx, cancel := stopping.Context(r.Context()) // whoever answers such a request
//	defer cancel()
package stopping
