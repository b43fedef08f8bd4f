// Package drivertest proves that a driver of package events keeps the contract of package driver.
//
// # Usage
//
// A driver's test gives [Run] a way to make brokers, and Run runs every case against one of its own:
//
//	func TestConformance(t *testing.T) {
//		drivertest.Run(t, func(t *testing.T) drivertest.Server { return newServer(t) })
//	}
//
// Every case is named after its rule, a sentence. The cases use real time: a driver that is correct
// passes on a slow machine too, since nothing but the lower bounds of delays is measured.
package drivertest
