package world_test

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vade-go/vade/examples/airline/internal/world"
)

func codes(hits []world.Hit) string {
	var list []string
	for _, hit := range hits {
		list = append(list, hit.IATA)
	}
	return strings.Join(list, " ")
}

func TestTheBestMatchComesFirst(t *testing.T) {
	t.Parallel()
	w := load(t)
	for _, tc := range []struct{ text, first, rule string }{
		{"ZRH", "ZRH", "an exact IATA code"},
		{"egll", "LHR", "an exact ICAO code"},
		{"zurich", "ZRH", "a city"},
		{"Zürich", "ZRH", "diacritics in the query are ignored"},
		{"ZÜRICH, Switzerland!", "ZRH", "a country's name, in any case, with punctuation"},
		{"gdansk", "GDN", "diacritics in the data are ignored"},
		{"tromso", "TOS", "letters that Unicode does not decompose are spelt out"},
		{"lond", "LHR", "the beginning of a city"},
		{"london", "LHR", "of a city's airports the longest runway"},
		{"london city", "LCY", "the beginning of a name"},
		{"heathrow", "LHR", "a word of the name"},
		{"heathrow lon", "LHR", "several words in any order, the last unfinished"},
		{"ohare", "ORD", "an apostrophe parts no word"},
		{"eathro", "LHR", "a part of a word"},
		{"new york", "JFK", "a city of two words"},
		{"istanbul", "IST", "a name beats a district's city"},
		{"new delhi", "DEL", "a city that the name does not mention"},
	} {
		hits := w.Search(world.Query{Text: tc.text})
		if len(hits) == 0 || hits[0].IATA != tc.first {
			t.Errorf("%s: %q found %q, want %s first", tc.rule, tc.text, codes(hits), tc.first)
		}
	}
}

func TestSaoPauloIsFoundWithAndWithoutTheTilde(t *testing.T) {
	t.Parallel()
	w := load(t)
	plain, accented := codes(w.Search(world.Query{Text: "sao paulo"})), codes(w.Search(world.Query{Text: "SÃO PAULO"}))
	if plain != accented || !strings.Contains(plain, "GRU") || !strings.Contains(plain, "CGH") {
		t.Errorf("found %q and %q", plain, accented)
	}
}

func TestMatchesAreRankedByKind(t *testing.T) {
	t.Parallel()
	airport := func(iata, name, city, kind string, scheduled bool) world.Airport {
		return world.Airport{IATA: iata, Name: name, City: city, Kind: kind, Scheduled: scheduled}
	}
	w := world.New([]world.Airport{
		airport("AAA", "Unlondoned Field", "Nowhere", world.KindLarge, true),           // part of a word
		airport("BBB", "East London Airport", "Buffalo", world.KindLarge, true),        // beginning of a word
		airport("CCC", "Londonderry Airport", "Derry", world.KindMedium, true),         // beginning of the name
		airport("DDD", "Small Field", "London", world.KindSmall, true),                 // whole city
		airport("EEE", "Air Base", "London", world.KindLarge, false),                   // whole city, no scheduled flights
		airport("FFF", "Main Airport", "London", world.KindLarge, true),                // whole city
		airport("GGG", "London Main Airport", "London", world.KindLarge, true),         // whole city and name
		airport("LON", "Elsewhere International", "Elsewhere", world.KindMedium, true), // not for this query
	})
	if got := codes(w.Search(world.Query{Text: "london"})); got != "GGG FFF DDD EEE CCC BBB AAA" {
		t.Errorf("london found %q", got)
	}
	if got := codes(w.Search(world.Query{Text: "lon", Limit: 2})); got != "LON GGG" {
		t.Errorf("lon found %q", got)
	}
	if got := codes(w.Search(world.Query{Limit: 2})); got != "AAA BBB" {
		t.Errorf("the empty query found %q", got)
	}
}

func TestWhatMatchesNothingFindsNothing(t *testing.T) {
	t.Parallel()
	w := load(t)
	for name, q := range map[string]world.Query{
		"unknown text":               {Text: "qqqqqq"},
		"one word too many":          {Text: "zurich qqqqqq"},
		"punctuation alone":          {Text: "?!"},
		"unknown country code":       {Country: "ZZ"},
		"unknown country name":       {Country: "Atlantis"},
		"a latitude beyond the pole": {Near: &world.Point{Latitude: 91}},
		"a point that is no number":  {Near: &world.Point{Longitude: math.NaN()}},
	} {
		if hits := w.Search(q); len(hits) != 0 {
			t.Errorf("%s found %q", name, codes(hits))
		}
	}
}

func TestACountryIsGivenByCodeOrName(t *testing.T) {
	t.Parallel()
	w := load(t)
	byCode := w.Search(world.Query{Country: "ch", Limit: 1000})
	byName := w.Search(world.Query{Country: "SWITZERLAND", Limit: 1000})
	if codes(byCode) != codes(byName) || len(byCode) < 5 {
		t.Errorf("by code %q, by name %q", codes(byCode), codes(byName))
	}
	for _, hit := range byCode {
		if hit.Country != "CH" {
			t.Errorf("%s lies in %s", hit.IATA, hit.Country)
		}
	}
	if hits := w.Search(world.Query{Country: "cote d’ivoire", Text: "abidjan"}); codes(hits) != "ABJ" {
		t.Errorf("Abidjan in Côte d'Ivoire found %q", codes(hits))
	}
}

func TestTheLimitIsKept(t *testing.T) {
	t.Parallel()
	w := load(t)
	all := codes(w.Search(world.Query{Text: "a", Limit: w.Len() + 1}))
	for _, tc := range []struct{ limit, want int }{{-1, 20}, {0, 20}, {1, 1}, {7, 7}, {100, 100}} {
		hits := w.Search(world.Query{Text: "a", Limit: tc.limit})
		if len(hits) != tc.want || !strings.HasPrefix(all, codes(hits)) {
			t.Errorf("limit %d: %d hits %q", tc.limit, len(hits), codes(hits))
		}
	}
}

// nearest is Search without an index: measure everything, sort everything.
func nearest(airports []world.Airport, p world.Point) []world.Hit {
	hits := make([]world.Hit, len(airports))
	for i, a := range airports {
		hits[i] = world.Hit{Airport: a, DistanceKM: p.DistanceKM(a.Point())}
	}
	slices.SortStableFunc(hits, func(a, b world.Hit) int { return cmp.Compare(a.DistanceKM, b.DistanceKM) })
	return hits
}

func TestTheNearestAirportsAreExact(t *testing.T) {
	t.Parallel()
	w := load(t)
	airports := w.Airports()
	points := []world.Point{
		{47.37, 8.54}, {0, 0}, {90, 0}, {-90, 12}, {10, 180}, {10, -180}, {-48.9, -123.4}, {51.47, -0.45},
	}
	for i := range 60 {
		points = append(points, world.Point{Latitude: float64(i*37%180) - 89.5, Longitude: float64(i*101%360) - 179.5})
	}
	for _, p := range points {
		want := nearest(airports, p)[:50]
		got := w.Search(world.Query{Near: &p, Limit: 50})
		if len(got) != len(want) {
			t.Fatalf("%v: %d hits", p, len(got))
		}
		for i := range got {
			// Two ways to compute one distance may order equal distances differently.
			if math.Abs(got[i].DistanceKM-want[i].DistanceKM) > 1e-6 {
				t.Errorf("%v: hit %d is %s at %v km, want %s at %v km",
					p, i, got[i].IATA, got[i].DistanceKM, want[i].IATA, want[i].DistanceKM)
			}
		}
	}
}

func TestEquallyFarAirportsFollowTheirCodes(t *testing.T) {
	t.Parallel()
	w := world.New([]world.Airport{{IATA: "CCC", Latitude: 1}, {IATA: "AAA", Latitude: 1}, {IATA: "BBB", Latitude: 1}})
	if got := codes(w.Search(world.Query{Near: &world.Point{}})); got != "AAA BBB CCC" {
		t.Errorf("found %q", got)
	}
}

func TestWithinKeepsWhatIsInReach(t *testing.T) {
	t.Parallel()
	w := load(t)
	zurich := world.Point{Latitude: 47.45, Longitude: 8.56}
	want := 0
	for _, hit := range nearest(w.Airports(), zurich) {
		if hit.DistanceKM <= 100 {
			want++
		}
	}
	hits := w.Search(world.Query{Near: &zurich, WithinKM: 100, Limit: w.Len()})
	if len(hits) != want || want == 0 || hits[0].IATA != "ZRH" {
		t.Errorf("%d hits (%q), want %d", len(hits), codes(hits), want)
	}
	if all := w.Search(world.Query{Near: &zurich, WithinKM: 30000, Limit: w.Len()}); len(all) != w.Len() {
		t.Errorf("half the Earth's circumference reaches %d of %d", len(all), w.Len())
	}
	text := w.Search(world.Query{Near: &zurich, Text: "london", Limit: 3})
	if len(text) == 0 || text[0].DistanceKM < 600 || text[0].DistanceKM > 900 {
		t.Errorf("London near Zurich found %+v", text)
	}
}

func FuzzSearch(f *testing.F) {
	w, err := loaded()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("zürich", "ch", 47.4, 8.5, 100.0, 3)
	f.Add("sao paulo", "Brazil", 91.0, 0.0, -1.0, 0)
	f.Add("\xff' ʻø", "", math.Inf(1), math.NaN(), math.NaN(), -7)
	f.Fuzz(func(t *testing.T, text, country string, lat, lon, within float64, limit int) {
		plain := world.Query{Text: text, Country: country, Limit: limit}
		near := plain
		near.Near, near.WithinKM = &world.Point{Latitude: lat, Longitude: lon}, within
		for _, q := range []world.Query{plain, near} {
			hits := w.Search(q)
			if most := cmp.Or(max(limit, 0), world.DefaultLimit); len(hits) > most {
				t.Errorf("%d hits, limit %d", len(hits), most)
			}
			for i, hit := range hits {
				if q.Near != nil && i > 0 && hit.DistanceKM < hits[i-1].DistanceKM {
					t.Errorf("%s is nearer than the hit before it", hit.IATA)
				}
				if math.IsNaN(hit.DistanceKM) || q.Near != nil && within > 0 && hit.DistanceKM > within*(1+1e-9)+1e-6 {
					t.Errorf("%s is %v km away, beyond %v", hit.IATA, hit.DistanceKM, within)
				}
			}
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	w := load(b)
	for name, q := range map[string]world.Query{
		"code":   {Text: "zrh"},
		"city":   {Text: "london"},
		"words":  {Text: "charles de gaulle paris"},
		"letter": {Text: "a"},
		"near":   {Near: &world.Point{Latitude: 47.37, Longitude: 8.54}, Limit: 10},
		"within": {Near: &world.Point{Latitude: 47.37, Longitude: 8.54}, WithinKM: 200},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if len(w.Search(q)) == 0 {
					b.Fatal("no hits")
				}
			}
		})
	}
}
