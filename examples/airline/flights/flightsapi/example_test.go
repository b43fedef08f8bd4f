package flightsapi_test

import (
	"fmt"

	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
)

func Example() {
	// A subscriber imports the topic; the type of its events comes with it.
	fmt.Println(flightsapi.SeatsHeld.Name())
	fmt.Println(flightsapi.ErrUnknown.Status, flightsapi.ErrUnknown.Code)
	// Output:
	// flights.seats-held
	// 404 unknown-flight
}
