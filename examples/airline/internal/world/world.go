package world

import (
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// Made by tools/airportdata/convert.sh.
var (
	//go:embed airports.tsv.gz
	airportsTSV string
	//go:embed countries.tsv
	countriesTSV string
)

// World is an immutable index over airports.
type World struct {
	airports  []Airport
	entries   []entry           // what Search reads, in the order of airports
	codes     map[string]int32  // IATA and ICAO code → place in airports
	countries map[string]string // folded English name → code
	version   func() string
}

// Load decodes the embedded airports. Every call decodes them anew, which takes
// some tens of milliseconds: call it once and keep the World. An error means that
// the program was built with damaged data.
func Load() (*World, error) {
	countries := map[string]string{}
	for line := range strings.Lines(countriesTSV) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		countries[code] = name
	}
	table, err := unpack(airportsTSV)
	if err != nil {
		return nil, fmt.Errorf("world: load airports: %w", err)
	}
	airports := make([]Airport, 0, strings.Count(table, "\n"))
	for line := range strings.Lines(table) {
		a, err := parseAirport(strings.TrimSuffix(line, "\n"), countries)
		if err != nil {
			return nil, fmt.Errorf("world: load airports: line %d: %w", len(airports)+1, err)
		}
		airports = append(airports, a)
	}
	return index(airports), nil
}

func unpack(packed string) (string, error) {
	unzipped, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		return "", err
	}
	var table strings.Builder
	table.Grow(3 * len(packed))
	_, err = io.Copy(&table, unzipped)
	return table.String(), err
}

// New indexes the given airports, in any order; it copies the slice. Of several
// airports with one IATA code the first counts.
func New(airports []Airport) *World { return index(slices.Clone(airports)) }

// index builds the World over airports, which it keeps.
func index(airports []Airport) *World {
	slices.SortStableFunc(airports, func(a, b Airport) int { return cmp.Compare(a.IATA, b.IATA) })
	airports = slices.CompactFunc(airports, func(a, b Airport) bool { return a.IATA == b.IATA })
	w := &World{
		airports:  airports,
		entries:   makeEntries(airports),
		codes:     make(map[string]int32, 2*len(airports)),
		countries: map[string]string{},
	}
	for i := len(airports) - 1; i >= 0; i-- { // the first of two equal ICAO codes wins
		w.codes[airports[i].ICAO] = int32(i)
	}
	for i := range airports { // and an IATA code always beats an ICAO code
		w.codes[airports[i].IATA] = int32(i)
	}
	delete(w.codes, "")
	names := map[string]string{} // some 250, folded once each
	for i := range airports {
		names[airports[i].CountryName] = airports[i].Country
	}
	for name, code := range names {
		w.countries[fold(name)] = code
	}
	delete(w.countries, "")
	w.version = sync.OnceValue(w.hash)
	return w
}

// Airports returns all airports in the order of their IATA codes. The slice is a
// copy, the caller's to keep.
func (w *World) Airports() []Airport { return slices.Clone(w.airports) }

// Len is the number of airports.
func (w *World) Len() int { return len(w.airports) }

// ByCode returns the airport with an IATA or ICAO code, in any case.
func (w *World) ByCode(code string) (Airport, bool) {
	i, ok := w.codes[strings.ToUpper(code)]
	if !ok {
		return Airport{}, false
	}
	return w.airports[i], true
}

// Version names the content: two Worlds have the same version when, and in
// practice only when, all their airports are equal. It is sixteen hexadecimal
// digits, the same on every machine, good for telling whether a database that was
// filled from a World is up to date.
func (w *World) Version() string { return w.version() }

func (w *World) hash() string {
	digest := sha256.New()
	var line []byte
	for i := range w.airports {
		line = w.airports[i].appendRow(line[:0])
		digest.Write(line)
	}
	return hex.EncodeToString(digest.Sum(nil)[:8])
}
