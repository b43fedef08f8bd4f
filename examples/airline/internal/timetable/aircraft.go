package timetable

import "time"

// aircraft is a type of the fleet.
type aircraft struct {
	name   string
	seats  int
	cruise int // km/h
}

// The fleet, with seats as this airline fits them.
var (
	caravan = &aircraft{"Cessna 208B Grand Caravan EX", 10, 340}
	atr     = &aircraft{"ATR 72-600", 70, 500}
	e195    = &aircraft{"Embraer E195-E2", 132, 840}
	a320    = &aircraft{"Airbus A320neo", 180, 840}
	a330    = &aircraft{"Airbus A330-900", 287, 840}
	a350    = &aircraft{"Airbus A350-900", 325, 840}
)

// aircraftFor picks the type for a link by its length and demand; smaller is the
// lesser class of its two airports.
func aircraftFor(l link, smaller class) *aircraft {
	switch {
	case smaller == airfield:
		return caravan
	case l.km > 9000:
		return a350
	case l.km > 4500:
		return a330
	case smaller == town && l.km <= 700:
		return atr
	case l.attraction < 40_000 && l.km <= 3000:
		return e195
	}
	return a320
}

// duration is the time from gate to gate: the distance at cruising speed and
// forty minutes, rounded up to five.
func (a *aircraft) duration(km int) time.Duration {
	minutes := 40 + (km*60+a.cruise-1)/a.cruise
	return time.Duration((minutes+4)/5*5) * time.Minute
}
