package lifecycletest_test

import (
	"fmt"
	"testing"

	"github.com/vade-go/vade/lifecycle"
	"github.com/vade-go/vade/lifecycle/lifecycletest"
)

func ExampleStress() {
	// In a test file of the component's package:
	testMyComponent := func(t *testing.T) {
		lifecycletest.Stress(t, func() lifecycle.Component { return lifecycle.Func{} })
	}
	fmt.Printf("%T", testMyComponent)
	// Output: func(*testing.T)
}
