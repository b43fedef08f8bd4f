package timetable

import (
	"cmp"
	"slices"
	"time"
	_ "time/tzdata" // for machines without a time zone database

	"github.com/vade-go/vade/examples/airline/internal/world"
)

// class is how much an airport weighs in the network.
type class int

const (
	airfield   class = iota // a small airport, served by the smallest aircraft
	town                    // a medium airport
	city                    // a large airport
	hub                     // the airport of a country or a region
	metropolis              // an airport of the world
	classes                 // how many there are
)

// mass is what a class counts in the attraction of two airports, breadth how many
// destinations an airport picks for itself; others that pick it come on top.
var (
	mass    = [classes]uint64{1, 3, 10, 25, 70}
	breadth = [classes]int{3, 3, 3, 8, 10}
)

// station is an airport that the airline serves.
type station struct {
	code  string
	class class
	zone  *time.Location
	at    world.Vector
	seed  uint64
}

// stationsOf picks the airports to serve, in the order of their codes.
func stationsOf(airports []world.Airport) []station {
	zones := map[string]*time.Location{}
	var stations []station
	for _, a := range airports {
		s := station{code: a.IATA, at: a.Point().Vector(), seed: seed(a.IATA)}
		var served bool
		if s.class, served = classOf(a, s.seed); !served {
			continue
		}
		if s.zone = zoneOf(a.TimeZone, zones); s.zone == nil {
			continue
		}
		stations = append(stations, s)
	}
	slices.SortFunc(stations, func(s, t station) int { return cmp.Compare(s.code, t.code) })
	return slices.CompactFunc(stations, func(s, t station) bool { return s.code == t.code })
}

// classOf weighs an airport. Of the medium airports it serves one in sixteen, of the
// small ones one in six, whichever their seeds say.
func classOf(a world.Airport, whim uint64) (c class, served bool) {
	if !a.Scheduled || a.IATA == "" || a.ICAO == "" || !a.Point().Valid() {
		return 0, false
	}
	switch a.Kind {
	case world.KindLarge:
		return prominence(a.IATA), true
	case world.KindMedium:
		return town, whim%16 == 0
	case world.KindSmall:
		return airfield, whim%6 == 0
	}
	return 0, false
}

// zoneOf loads a time zone once. The names "" and "Local", which mean no place's
// zone, are as unknown as any other nonsense.
func zoneOf(name string, known map[string]*time.Location) *time.Location {
	zone, ok := known[name]
	if !ok && name != "" && name != "Local" {
		zone, _ = time.LoadLocation(name) // nil when unknown
		known[name] = zone
	}
	return zone
}

// prominence tells the best connected large airports from the others.
func prominence(iata string) class {
	switch iata {
	case
		"AMS", "CDG", "CPH", "FCO", "FRA", "IST", "LHR", "MAD", "MUC", "VIE", "ZRH", // Europe
		"ATL", "DFW", "JFK", "LAX", "MEX", "MIA", "ORD", "SFO", "YYZ", "GRU", // Americas
		"BKK", "DEL", "DOH", "DXB", "HKG", "HND", "ICN", "KUL", "PEK", "PVG", "SIN", // Asia
		"ADD", "CAI", "JNB", "SYD":
		return metropolis
	case
		"ARN", "ATH", "BCN", "BER", "BRU", "BUD", "DUB", "DUS", "EDI", "GVA", "HAM", "HEL", "KEF", "LGW", "LIS",
		"MAN", "MXP", "ORY", "OSL", "OTP", "PRG", "SAW", "SVO", "WAW", // Europe
		"ANC", "BOS", "CLT", "DEN", "DTW", "EWR", "IAD", "IAH", "LAS", "MCO", "MSP", "PHL", "PHX", "SEA", "SLC",
		"YUL", "YVR", "YYC", "CUN", "HAV", "PTY", "SJU", "BOG", "BSB", "EZE", "GIG", "LIM", "SCL", // Americas
		"ALA", "AMM", "AUH", "BLR", "BOM", "CAN", "CGK", "CMB", "CTU", "DAC", "GYD", "HAN", "JED", "KIX", "MAA",
		"MNL", "NRT", "RUH", "SGN", "SZX", "TAS", "TBS", "TLV", "TPE", // Asia
		"ACC", "ALG", "CMN", "CPT", "DSS", "LAD", "LOS", "MRU", "NBO", "RUN", "TUN", // Africa
		"AKL", "BNE", "DPS", "GUM", "HNL", "MEL", "NAN", "PER", "POM", "PPT": // Oceania and the Pacific
		return hub
	}
	return city
}
