// Package e2e builds the example programs and drives them from outside, over real sockets, the way a user does.
//
// Every test starts its own processes on free ports with a data folder of its own, and stops them by their process id. The
// tests with several processes start an external NATS server, built from the module in go.mod.
package e2e
