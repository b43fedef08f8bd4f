// Package world holds the world's airports: where they are, what they are called
// and how to find one.
//
// The data, some ten thousand real airports with an IATA code, is embedded in the
// program; ATTRIBUTION.md beside this file names its authors, its licence
// (CC BY 4.0) and every change made to it. It serves a demonstration, not
// navigation.
//
// # Usage
//
// [Load] decodes the embedded airports, [New] indexes airports that come from
// somewhere else, such as a database. Either way the caller keeps the [World]:
//
//	w, err := world.Load()
//	…
//	zrh, ok := w.ByCode("zrh")
//	hits := w.Search(world.Query{Text: "sao paulo"})
//	near := w.Search(world.Query{Near: &world.Point{Latitude: 47.4, Longitude: 8.5}, Limit: 5})
//
// # Guarantees
//
// Search ignores case, diacritics and punctuation, so "zurich" finds Zürich and
// "ohare" finds O'Hare. Its answers are exact and deterministic: nearest means
// nearest on the great circle, not nearly, and ties go by IATA code.
//
// The column City is the municipality that OurAirports names, or a guess from the
// airport's name where it names none; ATTRIBUTION.md has the rule.
//
// # Concurrency
//
// The package does no I/O and starts nothing. A World never changes after it is
// made; all its methods are safe for concurrent use.
package world
