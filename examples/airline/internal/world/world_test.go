package world_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vade-go/vade/examples/airline/internal/world"
)

// loaded is decoded once for all tests, which only read it.
var loaded = sync.OnceValues(world.Load)

func load(t testing.TB) *world.World {
	t.Helper()
	w, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTheEmbeddedDataHoldsTheWorldsAirports(t *testing.T) {
	t.Parallel()
	w := load(t)
	if w.Len() < 9000 || w.Len() != len(w.Airports()) {
		t.Errorf("Len() = %d, len(Airports()) = %d", w.Len(), len(w.Airports()))
	}
	zrh, ok := w.ByCode("ZRH")
	want := world.Airport{
		IATA: "ZRH", ICAO: "LSZH", Name: "Zurich Airport", City: "Zurich", Country: "CH", CountryName: "Switzerland",
		Continent: "EU", Latitude: 47.450604, Longitude: 8.561746, ElevationFeet: 1417, Kind: world.KindLarge,
		TimeZone: "Europe/Zurich", Scheduled: true, RunwayFeet: 12139,
	}
	if !ok || zrh != want {
		t.Errorf("ByCode(ZRH) = %+v, %t", zrh, ok)
	}
}

func TestEveryEmbeddedAirportIsWellFormed(t *testing.T) {
	t.Parallel()
	kinds := []string{world.KindLarge, world.KindMedium, world.KindSmall, world.KindSeaplane, world.KindHeliport}
	continents := []string{"AF", "AN", "AS", "EU", "NA", "OC", "SA"}
	letters := func(code string, n int) bool {
		return len(code) == n && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
	}
	zones := map[string]bool{}
	previous := ""
	for _, a := range load(t).Airports() {
		switch {
		case !letters(a.IATA, 3), a.IATA <= previous:
			t.Errorf("%s: the code after %s is malformed or out of order", a.IATA, previous)
		case a.ICAO != "" && !letters(a.ICAO, 4):
			t.Errorf("%s: ICAO code %q", a.IATA, a.ICAO)
		case a.Name == "" || a.City == "" || strings.TrimSpace(a.City) != a.City:
			t.Errorf("%s: name %q, city %q", a.IATA, a.Name, a.City)
		case !letters(a.Country, 2) || a.CountryName == "":
			t.Errorf("%s: country %q, %q", a.IATA, a.Country, a.CountryName)
		case !slices.Contains(continents, a.Continent) || !slices.Contains(kinds, a.Kind):
			t.Errorf("%s: continent %q, kind %q", a.IATA, a.Continent, a.Kind)
		case !a.Point().Valid() || a.RunwayFeet < 0:
			t.Errorf("%s: at %v, runway of %d ft", a.IATA, a.Point(), a.RunwayFeet)
		}
		previous = a.IATA
		zones[a.TimeZone] = true
	}
	for zone := range zones {
		if _, err := time.LoadLocation(zone); err != nil || zone == "" {
			t.Errorf("time zone %q: %v", zone, err)
		}
	}
}

func TestByCodeTakesIATAAndICAOCodesInAnyCase(t *testing.T) {
	t.Parallel()
	w := load(t)
	for _, code := range []string{"LHR", "lhr", "EGLL", "egLL"} {
		if a, ok := w.ByCode(code); !ok || a.IATA != "LHR" {
			t.Errorf("ByCode(%q) = %s, %t", code, a.IATA, ok)
		}
	}
	for _, code := range []string{"", "L", "ZZZZ", "LHR ", "London"} {
		if a, ok := w.ByCode(code); ok {
			t.Errorf("ByCode(%q) = %s", code, a.IATA)
		}
	}
}

func TestAnIATACodeBeatsAnEqualICAOCode(t *testing.T) {
	t.Parallel()
	w := world.New([]world.Airport{{IATA: "BBB", Name: "by IATA"}, {IATA: "AAA", ICAO: "BBB"}})
	if a, _ := w.ByCode("bbb"); a.Name != "by IATA" {
		t.Errorf("ByCode(bbb) = %+v", a)
	}
}

func TestNewGivesTheSameWorldWhateverTheOrder(t *testing.T) {
	t.Parallel()
	w := load(t)
	airports := w.Airports()
	slices.Reverse(airports)
	again := world.New(airports)
	if again.Version() != w.Version() || !slices.Equal(again.Airports(), w.Airports()) {
		t.Error("reversing the airports made another world")
	}
	airports[0].City += "!"
	if again.Version() != w.Version() || again.Airports()[w.Len()-1] == airports[0] {
		t.Error("the World shares the caller's slice")
	}
	if world.New(airports).Version() == w.Version() {
		t.Error("a changed city kept the version")
	}
}

func TestOfSeveralAirportsWithOneCodeTheFirstCounts(t *testing.T) {
	t.Parallel()
	w := world.New([]world.Airport{{IATA: "XXX", Name: "first"}, {IATA: "XXX", Name: "second"}})
	if a, _ := w.ByCode("XXX"); w.Len() != 1 || a.Name != "first" {
		t.Errorf("%d airports, %+v", w.Len(), a)
	}
}

func TestAWorldWithoutAirportsAnswers(t *testing.T) {
	t.Parallel()
	w := world.New(nil)
	hits := w.Search(world.Query{Text: "x"})
	if _, ok := w.ByCode(""); ok || len(hits) != 0 || w.Len() != 0 || len(w.Version()) != 16 {
		t.Errorf("hits %v, version %q", hits, w.Version())
	}
}

func TestAWorldIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	w := load(t)
	var group sync.WaitGroup
	for _, text := range []string{"london", "paris", "zürich", "tokyo"} {
		group.Go(func() {
			if len(w.Search(world.Query{Text: text})) == 0 || w.Version() == "" {
				t.Errorf("no hits for %q", text)
			}
		})
	}
	group.Wait()
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := world.Load(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	airports := load(b).Airports()
	for b.Loop() {
		world.New(airports)
	}
}

func BenchmarkVersion(b *testing.B) {
	airports := load(b).Airports()
	for b.Loop() {
		_ = world.New(airports).Version()
	}
}
