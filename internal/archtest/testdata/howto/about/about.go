// Package about shows what a system says of itself.
package about

import (
	"github.com/vade-go/vade"
	"github.com/vade-go/vade/examples/airline/bookings"
	"github.com/vade-go/vade/examples/airline/flights"
	"github.com/vade-go/vade/manifest"
)

// System is the airline.
func System() *vade.System {
	system := vade.NewSystem("airline", bookings.Service(), flights.Service()).About(vade.About{
		Title: "The airline", Description: "Seats for travellers.", Contact: &manifest.Contact{Email: "desk@example.com"},
		License: &manifest.License{Name: "Apache 2.0", SPDX: "Apache-2.0"},
		Servers: []manifest.Server{{URL: "https://api.example.com", Doc: "Production"}},
	})

	return system
}
