// Command airline sells seats on flights: five services, each with its own database, that make one system.
//
// Run it with nothing but Go:
//
//	go run ./examples/airline
//
// and it is all there in one process behind the gateway, with an embedded broker and embedded databases in the folder .vade.
// The same program runs as several processes: see "airline --help".
package main

import (
	"fmt"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/embedded"
	"github.com/vade-go/vade/examples/airline/airports"
	"github.com/vade-go/vade/examples/airline/bookings"
	"github.com/vade-go/vade/examples/airline/flights"
	"github.com/vade-go/vade/examples/airline/notify"
	"github.com/vade-go/vade/examples/airline/payments"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/program"
)

func main() { program.Main(system(), embedded.Drivers()) }

func system() *vade.System {
	return vade.NewSystem("airline",
		airports.Service(),
		flights.Service(),
		bookings.Service(),
		payments.Service(),
		notify.Service(),
	).About(vade.About{
		Description: "Find a flight and book seats on it.",
		License:     &manifest.License{Name: "Apache 2.0", SPDX: "Apache-2.0"},
	}).Tour(tour)
}

// tour shows the way from an airport to a ticket.
func tour(t vade.Tour) []string {
	day := time.Now().AddDate(0, 0, 7).Format(time.DateOnly)
	return []string{
		fmt.Sprintf("curl '%s/airports?q=zurich'", t.URL),
		fmt.Sprintf("curl '%s/flights?from=ZRH&to=LHR&date=%s'", t.URL, day),
		fmt.Sprintf(`curl '%s/bookings' -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"flight_id": "%s", `+
			`"passengers": [{"name": "Ada Lovelace", "email": "ada@example.com"}], "payment": {"method": "card", "token": "tok_visa"}}'`,
			t.URL, t.Token, flights.Example("ZRH", "LHR", day)),
	}
}
