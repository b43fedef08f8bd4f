package bookings_test

import (
	"fmt"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/examples/airline/bookings"
	"github.com/vade-go/vade/examples/airline/flights"
)

func ExampleService() {
	m, err := vade.NewSystem("example", bookings.Service(), flights.Service()).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	svc, _ := m.Service("bookings")
	for _, op := range svc.Operations {
		fmt.Println(op.Method, op.Path, op.Security.Scopes)
	}
	fmt.Println("calls", svc.Calls)
	// Output:
	// GET /bookings [bookings:read]
	// POST /bookings [bookings:write]
	// POST /bookings/passengers [bookings:write]
	// DELETE /bookings/{id} [bookings:write]
	// GET /bookings/{id} [bookings:read]
	// calls [flights]
}
