// Package httpserver is a listener with a life: it takes an address early, serves from Start to Stop, and closes the door to
// slow and oversized clients.
//
// # Usage
//
//	s := httpserver.New(httpserver.Config{Address: "127.0.0.1:8080", Setting: "VADE_GATEWAY", Log: log})
//	if err := s.Listen(); err != nil { … } // the port is in use
//	s.Handle(handler)
//	group.Add("gateway", s)
//
// # Guarantees
//
//   - [Server.Listen] takes the address without answering yet: who connects early waits until Start.
//   - [Server.Stop] closes the door first, lets requests in flight finish, and ends connections that are kept alive. Streams of
//     events and WebSockets of the typed API end at once, others that flow see their context end when half of the
//     time for the stop is over; what is left after three quarters of it is cut off, so that what stops next has time, too.
//   - A client has a few seconds to send its request headers, a few more for the body, even if nobody reads it, and may keep an
//     idle connection for a minute.
//   - A client that stops reading its answer is cut off after half a minute, upgraded connections included.
//
// # Concurrency
//
// Listen, Handle and Start are called in this order by one goroutine; everything else is safe for concurrent use.
package httpserver
