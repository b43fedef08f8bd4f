// Package timetable invents the timetable of an airline that flies between the
// world's real airports.
//
// The flights are made up; the airports, distances and time zones are not. Every
// flight follows from its airports by rules alone, with no stored schedule and no
// chance: the same airports give the same timetable on every machine, to the cent.
//
// # Usage
//
//	tt := timetable.New(w.Airports())
//	day, err := timetable.ParseDate("2026-12-01")
//	…
//	flights := tt.On("ZRH", "LHR", day)
//	again, ok := tt.ByID(flights[0].ID)
//
// # Rules
//
// Large airports with scheduled flights are served, as are some medium and a few
// small ones, if they have an ICAO code and a known time zone. Pairs of airports
// attract each other by the product of their masses over their distance; each
// airport flies to those that attract it most, both ways, and to three at least.
// Attraction also decides the aircraft and how often it flies. Small airports are
// served by an aircraft of ten seats.
//
// A flight's number is "VD" and at most four digits (five, if one day the airports
// are many more) without leading zeros, unique for its route and time of day. Its
// ID is the number and its local date of departure: "VD1234-20261201". A flight departs by the clock at its origin; in
// the one missing hour of a change to summer time it departs an hour late. Jets
// cruise at 840 km/h, the two propeller aircraft slower; taxiing, climb and
// descent add forty minutes, and flying times are rounded up to five minutes.
//
// # Time zones
//
// The rules of local time come from the machine's time zone database or, where it
// has none, from the copy that this package links (time/tzdata, 450 KB). Flights of
// one date may thus arrive at another local time on a machine whose database is
// older; departures by the clock and flying times are the same everywhere.
//
// # Concurrency
//
// The package does no I/O but reading time zones and starts nothing. A Timetable
// never changes after it is made; all its methods are safe for concurrent use.
package timetable
