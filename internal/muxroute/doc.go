// Package muxroute registers routes on an [http.ServeMux] that were declared by somebody else, whose mistakes are errors and no panics.
//
// # Usage
//
//	if err := muxroute.Register(mux, "GET /bookings/{id}", h); err != nil { … }
package muxroute
