package driver_test

import (
	"fmt"

	"github.com/vade-go/vade/events/driver"
)

// A broker says what it is good at. A program that needs what is missing does not start.
func ExampleCapabilities() {
	jetStream := driver.Capabilities{Delay: true, Replay: true, Dedupe: true}
	fmt.Println(jetStream.Delay, jetStream.KeyedOrder)
	// Output: true false
}
