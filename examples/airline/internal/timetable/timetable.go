package timetable

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"

	"github.com/vade-go/vade/examples/airline/internal/world"
)

// Timetable is every flight of the airline, on every day.
type Timetable struct {
	stations   []station
	index      map[string]int // IATA code → station
	services   []service      // the one with number n is services[n-1]
	departures [][]int        // station → its services in the order of their departure
	routes     int
	weekly     int
}

// New draws up the timetable between the given airports, in any order. It takes
// some tens of milliseconds. The timetable is a function of the airports: a change
// to one of them may renumber every flight.
func New(airports []world.Airport) *Timetable {
	stations := stationsOf(airports)
	links := linksOf(stations)
	t := &Timetable{
		stations:   stations,
		index:      make(map[string]int, len(stations)),
		services:   servicesOf(stations, links),
		departures: make([][]int, len(stations)),
		routes:     2 * len(links),
	}
	for i, s := range t.stations {
		t.index[s.code] = i
	}
	for i := range t.services {
		s := &t.services[i]
		t.departures[s.from] = append(t.departures[s.from], i)
		t.weekly += bits.OnesCount8(s.days)
	}
	for _, services := range t.departures {
		slices.SortStableFunc(services, func(i, j int) int {
			return cmp.Compare(t.services[i].minute, t.services[j].minute)
		})
	}
	return t
}

// On returns the direct flights between two airports that depart on a day of the
// calendar at the origin, in the order of their departure. The codes are IATA's in
// upper case. There are none for unknown codes and for a day that the calendar has
// not.
func (t *Timetable) On(from, to string, day Date) []Flight {
	destination, ok := t.index[to]
	if !ok {
		return nil
	}
	return t.departing(from, day, func(s *service) bool { return s.to == destination })
}

// From returns all flights that depart from an airport on a day of its calendar,
// in the order of their departure; it is empty as for [Timetable.On].
func (t *Timetable) From(from string, day Date) []Flight {
	return t.departing(from, day, func(*service) bool { return true })
}

func (t *Timetable) departing(from string, day Date, keep func(*service) bool) []Flight {
	origin, ok := t.index[from]
	if !ok || !day.Valid() {
		return nil
	}
	weekday := day.Weekday()
	var flights []Flight
	for _, i := range t.departures[origin] {
		if s := &t.services[i]; s.runs(weekday) && keep(s) {
			flights = append(flights, t.flight(i, day))
		}
	}
	return flights
}

// All goes through the flights that depart on a day, each by the calendar at its
// origin, in the order of their numbers. It yields none for a day that the calendar
// has not.
func (t *Timetable) All(day Date) iter.Seq[Flight] {
	return func(yield func(Flight) bool) {
		if !day.Valid() {
			return
		}
		weekday := day.Weekday()
		for i := range t.services {
			if t.services[i].runs(weekday) && !yield(t.flight(i, day)) {
				return
			}
		}
	}
}

// ByID returns the flight with an ID. It is false for text that is not exactly the
// ID of a flight: another spelling of a number, a date the calendar has not, a day
// on which the number does not fly.
func (t *Timetable) ByID(id string) (Flight, bool) {
	number, day, ok := parseID(id)
	if !ok || number > len(t.services) || !t.services[number-1].runs(day.Weekday()) {
		return Flight{}, false
	}
	return t.flight(number-1, day), true
}

// Routes is the number of ordered pairs of airports with direct flights.
func (t *Timetable) Routes() int { return t.routes }

// FlightsPerWeek is the number of flights in any seven days.
func (t *Timetable) FlightsPerWeek() int { return t.weekly }
