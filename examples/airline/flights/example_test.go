package flights_test

import (
	"fmt"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/examples/airline/flights"
)

func ExampleService() {
	m, err := vade.NewSystem("example", flights.Service()).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range m.Services[0].Subscriptions {
		fmt.Println("listens to", s.Topic)
	}
	for _, t := range m.Services[0].Publishes {
		fmt.Println("tells", t.Name)
	}
	// Output:
	// listens to bookings.cancelled
	// listens to bookings.placed
	// listens to bookings.rejected
	// tells flights.seats-held
	// tells flights.seats-refused
}

func ExampleExample() {
	fmt.Println(flights.Example("ZRH", "LHR", "2027-01-05") != "", flights.Example("ZRH", "ZRH", "2027-01-05") == "")
	// Output: true true
}
