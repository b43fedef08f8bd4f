// Package lifecycletest checks that a component keeps the rules of package lifecycle.
//
// # Usage
//
//	func TestMyComponent(t *testing.T) {
//		lifecycletest.Stress(t, func() lifecycle.Component { return NewMyComponent() })
//	}
package lifecycletest
