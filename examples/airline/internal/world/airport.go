package world

import (
	"fmt"
	"strconv"
	"strings"
)

// The kinds of airport, as the source classes them.
const (
	KindLarge    = "large"    // a major airport
	KindMedium   = "medium"   // a regional airport
	KindSmall    = "small"    // an airfield
	KindSeaplane = "seaplane" // a seaplane base
	KindHeliport = "heliport" // a heliport
)

// Airport is one airport of the world.
type Airport struct {
	IATA          string  // three letters, unique
	ICAO          string  // four letters, or empty
	Name          string  // in English or Latin script
	City          string  // the place it serves; see the package documentation
	Country       string  // ISO 3166-1 alpha-2 code
	CountryName   string  // in English
	Continent     string  // AF, AN, AS, EU, NA, OC or SA
	Latitude      float64 // degrees, north positive
	Longitude     float64 // degrees, east positive
	ElevationFeet int     // above mean sea level; 0 when unknown
	Kind          string  // one of the Kind constants
	TimeZone      string  // IANA name
	Scheduled     bool    // whether scheduled flights serve it
	RunwayFeet    int     // length of the longest runway; 0 when unknown
}

// Point is where the airport lies.
func (a Airport) Point() Point { return Point{a.Latitude, a.Longitude} }

// importance orders airports that match a search equally well: those with
// scheduled flights first, then the larger kinds.
func (a *Airport) importance() uint64 {
	var size uint64
	switch a.Kind {
	case KindLarge:
		size = 3
	case KindMedium:
		size = 2
	case KindSmall:
		size = 1
	}
	if a.Scheduled {
		size += 4
	}
	return size
}

// appendRow appends the airport as one line of tab-separated values, the form of
// the embedded data with the country's name added at the end. The version of a
// World is a hash over these lines.
func (a *Airport) appendRow(dst []byte) []byte {
	for _, text := range []string{a.IATA, a.ICAO, a.Name, a.City, a.Country, a.Continent} {
		dst = append(append(dst, text...), '\t')
	}
	dst = append(strconv.AppendFloat(dst, a.Latitude, 'f', -1, 64), '\t')
	dst = append(strconv.AppendFloat(dst, a.Longitude, 'f', -1, 64), '\t')
	dst = append(strconv.AppendInt(dst, int64(a.ElevationFeet), 10), '\t')
	dst = append(append(dst, a.Kind...), '\t')
	dst = append(append(dst, a.TimeZone...), '\t')
	dst = append(strconv.AppendBool(dst, a.Scheduled), '\t')
	dst = append(strconv.AppendInt(dst, int64(a.RunwayFeet), 10), '\t')
	return append(append(dst, a.CountryName...), '\n')
}

// row reads the columns of one line from left to right and keeps the first error.
type row struct {
	rest string
	err  error
}

func (r *row) text() string {
	var field string
	field, r.rest, _ = strings.Cut(r.rest, "\t")
	return field
}

func (r *row) float() float64 {
	value, err := strconv.ParseFloat(r.text(), 64)
	if r.err == nil {
		r.err = err
	}
	return value
}

// whole reads an integer; an empty column, the source's unknown, is 0.
func (r *row) whole() int {
	field := r.text()
	if field == "" {
		return 0
	}
	value, err := strconv.Atoi(field)
	if r.err == nil {
		r.err = err
	}
	return value
}

// parseAirport reads one line of airports.tsv, without its newline.
func parseAirport(line string, countries map[string]string) (Airport, error) {
	if strings.Count(line, "\t") != 12 {
		return Airport{}, fmt.Errorf("%d columns instead of 13", strings.Count(line, "\t")+1)
	}
	r := row{rest: line}
	a := Airport{
		IATA:          r.text(),
		ICAO:          r.text(),
		Name:          r.text(),
		City:          r.text(),
		Country:       r.text(),
		Continent:     r.text(),
		Latitude:      r.float(),
		Longitude:     r.float(),
		ElevationFeet: r.whole(),
		Kind:          r.text(),
		TimeZone:      r.text(),
		Scheduled:     r.text() == "1",
		RunwayFeet:    r.whole(),
	}
	a.CountryName = countries[a.Country]
	return a, r.err
}
