// Package memhttp serves a handler over pipes in memory: net/http on both sides, with everything that travels written and read
// again, and no socket in between. It works inside a bubble of testing/synctest.
package memhttp
