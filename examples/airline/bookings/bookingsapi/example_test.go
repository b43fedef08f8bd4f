package bookingsapi_test

import (
	"errors"
	"fmt"

	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
)

func Example() {
	// A problem with more detail is still the declared one, on both sides of a call.
	err := fmt.Errorf("book: %w", bookingsapi.ErrSoldOut.WithDetail("Flight %s is full.", "VD1"))
	fmt.Println(errors.Is(err, bookingsapi.ErrSoldOut))
	fmt.Println(bookingsapi.Placed.Name())
	// Output:
	// true
	// bookings.placed
}
