package tests

import (
	"net/http"
	"testing"

	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/embedded"
	"github.com/vade-go/vade/examples/airline/bookings"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/flights"
	"github.com/vade-go/vade/examples/airline/payments"
)

var order bookings.Order

func TestBooking(t *testing.T) {
	tt := apitest.New(t, bookings.Service(),
		apitest.Beside(flights.Service(), payments.Service()), // what it works with: the real services, or some of the test
		apitest.Drivers(embedded.Drivers()...),                // if it stores or publishes
		apitest.As(auth.Principal{Subject: "ada", Scopes: []string{"bookings:read", "bookings:write"}}))

	var b bookingsapi.Booking
	tt.Do("POST", "/bookings", order).Want(http.StatusCreated).JSON(&b)
	tt.Until("it is confirmed", func() bool {
		now, err := apitest.Invoke[bookingsapi.Booking](tt, "GET /bookings/{id}", bookings.ByID{ID: b.ID})
		return err == nil && now.Status == bookingsapi.StatusConfirmed
	})
	tt.Do("GET", "/bookings", nil, apitest.Anonymous()).Want(http.StatusUnauthorized)
	tt.GoldenOpenAPI("testdata/openapi.json") // UPDATE_GOLDEN=1 go test writes it
}
