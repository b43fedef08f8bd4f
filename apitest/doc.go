// Package apitest runs services inside a test and calls their operations: by Go value or as requests, with callers of the test's
// making and without the dependencies that a test does not have.
//
// # Usage
//
//	tt := apitest.New(t, bookings.Service(),
//		apitest.Beside(flightsOfTheTest()),                    // a service with the operations that bookings calls
//		apitest.Drivers(embedded.Drivers()...),                // if anything is stored or published
//		apitest.Override(func(context.Context, *operation.Call) (Tenant, error) { return Tenant{Name: "acme"}, nil }),
//		apitest.As(auth.Principal{Subject: "ada", Scopes: []string{"bookings:read"}}))
//
//	flight, err := apitest.Call(tt, flightsapi.Get, flightsapi.ID{ID: "VD1"})                      // by contract
//	booking, err := apitest.Invoke[Booking](tt, "GET /bookings/{id}", ByID{ID: "42"})              // without one
//	tt.Do("POST", "/bookings", order, apitest.Header("Idempotency-Key", "1")).Want(201).JSON(&b)   // as a request
//	p := tt.Do("GET", "/bookings/42", nil, apitest.Anonymous()).Problem()
//	tt.GoldenOpenAPI("testdata/openapi.json")
//
// [New] takes a service, [NewSystem] a whole system. Both describe, open and start it as a program does, and stop it when the test ends;
// what goes wrong there fails the test. A service that the tested one calls is another service with the same contracts: the real one,
// or one declared in the test.
//
// # What is real
//
// Everything but what the test replaces. The plan of every operation runs; what is stored is in an engine, in a folder of the
// test; requests are written and read by net/http. Security is not switched off: a call carries a token, which is verified, and its
// scopes are checked. Without [As] a protected operation answers 401, as in production. Settings have their defaults or what [Set] says;
// the environment changes nothing. Nothing needs a socket, so services without engines work inside a bubble of testing/synctest.
//
// # Calls that share
//
// Calls inside a process share slices, maps and pointers, calls between processes do not. The option [Isolated] has every call
// between services encoded and decoded; a test that passes with and without it passes in both placements.
//
// # Concurrency
//
// A [System] may be used by several goroutines. What fails the test ends the goroutine that it happens on. Subtests use
// [System.With].
package apitest
