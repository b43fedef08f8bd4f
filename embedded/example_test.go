package embedded_test

import (
	"fmt"

	"github.com/vade-go/vade/embedded"
)

func ExampleDrivers() {
	for _, d := range embedded.Drivers() {
		fmt.Println(d.Capability(), d.Schemes())
	}
	// Output:
	// store [sqlite]
	// events [embedded nats tls]
}
