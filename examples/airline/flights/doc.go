// Package flights is the service that owns the timetable and the seats. Flights are computed from the timetable; the database
// holds what changes: how many seats are taken, and for whom.
package flights
