// Package lifecycletest checks that a component keeps the rules of package lifecycle.
//
// # Usage
//
//	func TestMyComponent(t *testing.T) {
//		lifecycletest.Stress(t, func() lifecycle.Component { return NewMyComponent() })
//	}
//
// Run it under the race detector, in a package whose TestMain looks for leaked goroutines: a component that leaves some behind,
// or reads what Start writes without a lock, shows there.
package lifecycletest
