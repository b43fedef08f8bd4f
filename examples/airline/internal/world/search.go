package world

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// DefaultLimit is the number of hits a query without a limit gets at most.
const DefaultLimit = 20

// Query says which airports to look for. Its conditions add up; the zero Query
// finds the world's most important airports.
type Query struct {
	// Text is looked for in the codes, city, name and country of an airport,
	// whatever the case, diacritics and punctuation. Several words must all
	// appear. Empty text matches everything, text of punctuation alone nothing.
	Text string
	// Country keeps the airports of one country, given by its ISO 3166-1 alpha-2
	// code or its English name. An unknown country has no airports.
	Country string
	// Near sorts the hits by their great-circle distance from a point. A point
	// that is not [Point.Valid] is near nothing.
	Near *Point
	// WithinKM keeps the airports at most so many kilometres from Near; zero or
	// less means however far. Without Near it does nothing.
	WithinKM float64
	// Limit is the largest number of hits; zero or less means [DefaultLimit].
	Limit int
}

// Hit is one airport found.
type Hit struct {
	Airport
	// DistanceKM is the great-circle distance from Query.Near in kilometres; zero
	// without one.
	DistanceKM float64
}

// Search returns the airports that match the query, best first.
//
// With Near the nearest come first. Without it the best match of the text does:
// an airport's code, then its whole city, then the beginning of its city or name,
// then the beginnings of words, then any part of a word. Among equal matches
// airports with scheduled flights come first, then the larger ones, then those with
// the longer runway. IATA codes decide what is left.
func (w *World) Search(q Query) []Hit {
	text, ok := parseText(q.Text)
	if !ok {
		return nil
	}
	country, ok := w.countryCode(q.Country)
	if !ok {
		return nil
	}
	area, ok := q.area()
	if !ok {
		return nil
	}
	limit := q.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	best := selection{limit: min(limit, len(w.airports))}
	for i := range w.entries {
		e := &w.entries[i]
		if country != "" && w.airports[i].Country != country {
			continue
		}
		rank, ok := e.match(text)
		if ok && q.Near != nil {
			rank, ok = area.rank(e.at)
		}
		if ok {
			best.offer(candidate{rank, int32(i)})
		}
	}
	chosen := best.take()
	hits := make([]Hit, len(chosen))
	for i, c := range chosen {
		hits[i].Airport = w.airports[c.index]
		if q.Near != nil {
			hits[i].DistanceKM = area.centre.DistanceKM(w.entries[c.index].at)
		}
	}
	return hits
}

// circle is the part of the Earth around Query.Near.
type circle struct {
	centre Vector
	reach  float64 // haversine of the radius
}

// area is the circle to search; it is false for an invalid centre. Without one
// the circle is not used.
func (q Query) area() (circle, bool) {
	if q.Near == nil {
		return circle{}, true
	}
	c := circle{q.Near.Vector(), 1} // half the Earth's circumference
	if q.WithinKM > 0 {
		c.reach = haversineOf(q.WithinKM)
	}
	return c, q.Near.Valid()
}

// rank orders points in the circle by their distance from its centre.
func (c circle) rank(at Vector) (rank uint64, ok bool) {
	h := min(c.centre.haversine(at), 1)
	return math.Float64bits(h), h <= c.reach // the bits of positive numbers are ordered like them
}

// countryCode resolves a code or an English name; empty stays empty.
func (w *World) countryCode(country string) (string, bool) {
	if len(country) == 0 || len(country) == 2 {
		return strings.ToUpper(country), true
	}
	code, ok := w.countries[fold(country)]
	return code, ok
}

// candidate is a hit in the making: lower ranks are better, and the index, which
// follows the IATA codes, breaks ties.
type candidate struct {
	rank  uint64
	index int32
}

func (c candidate) compare(d candidate) int {
	return cmp.Or(cmp.Compare(c.rank, d.rank), cmp.Compare(c.index, d.index))
}

// selection keeps the best candidates of those offered. It sorts and cuts only
// when it holds twice as many as wanted, so an offer costs little however many
// there are.
type selection struct {
	limit int
	kept  []candidate
	full  bool // kept[limit-1] is a bar that newcomers must clear
}

func (s *selection) offer(c candidate) {
	if s.full && c.compare(s.kept[s.limit-1]) > 0 {
		return
	}
	s.kept = append(s.kept, c)
	if len(s.kept) >= 2*s.limit+16 {
		s.kept, s.full = s.take(), true
	}
}

// take returns the chosen candidates in order.
func (s *selection) take() []candidate {
	slices.SortFunc(s.kept, candidate.compare)
	return s.kept[:min(s.limit, len(s.kept))]
}
