// Package resultstest proves that results of idempotent operations are kept as package operation/results says.
//
// # Usage
//
//	func TestConformance(t *testing.T) {
//		resultstest.Run(t, resultstest.Harness{Open: func(*testing.T) results.Store { return results.NewMemory(0, 0) }})
//	}
//
// Every rule runs in a bubble of testing/synctest, so that leases end without waiting. Each states itself as a sentence, which is printed
// when it is broken.
package resultstest
