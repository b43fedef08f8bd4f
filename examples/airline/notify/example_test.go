package notify_test

import (
	"fmt"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/examples/airline/notify"
)

func ExampleService() {
	m, err := vade.NewSystem("example", notify.Service()).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range m.Services[0].Subscriptions {
		fmt.Println("writes a ticket on", s.Topic)
	}
	// Output: writes a ticket on bookings.confirmed
}
