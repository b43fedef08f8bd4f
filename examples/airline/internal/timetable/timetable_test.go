package timetable_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vade-go/vade/examples/airline/internal/timetable"
	"github.com/vade-go/vade/examples/airline/internal/world"
)

// given is what all tests read: the real airports and their timetable.
type given struct {
	world     *world.World
	timetable *timetable.Timetable
	week      []timetable.Flight // all flights of the week that begins on monday
}

var monday = timetable.Date{Year: 2026, Month: time.January, Day: 12}

var loaded = sync.OnceValues(func() (given, error) {
	w, err := world.Load()
	if err != nil {
		return given{}, err
	}
	g := given{world: w, timetable: timetable.New(w.Airports())}
	for i := range 7 {
		g.week = slices.AppendSeq(g.week, g.timetable.All(monday.AddDays(i)))
	}
	return g, nil
})

func load(t testing.TB) given {
	t.Helper()
	g, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTensOfThousandsOfFlightsAWeek(t *testing.T) {
	t.Parallel()
	g := load(t)
	routes := map[[2]string]bool{}
	for _, f := range g.week {
		routes[[2]string{f.From, f.To}] = true
	}
	if len(g.week) < 20_000 || g.timetable.FlightsPerWeek() != len(g.week) || g.timetable.Routes() != len(routes) {
		t.Errorf("%d flights (FlightsPerWeek: %d), %d routes (Routes: %d)",
			len(g.week), g.timetable.FlightsPerWeek(), len(routes), g.timetable.Routes())
	}
}

func TestMainCityPairsHaveDirectFlightsEveryDay(t *testing.T) {
	t.Parallel()
	g := load(t)
	for _, pair := range [][2]string{
		{"ZRH", "LHR"}, {"JFK", "LHR"}, {"CDG", "FRA"}, {"SIN", "HKG"}, {"SYD", "MEL"}, {"LAX", "SFO"}, {"GRU", "EZE"},
		{"DEL", "BOM"}, {"ZRH", "JFK"}, {"HND", "CTS"}, {"PEK", "PVG"}, {"JNB", "CPT"}, {"DXB", "SYD"}, {"MEX", "CUN"},
	} {
		for i := range 7 {
			day := monday.AddDays(i)
			if len(g.timetable.On(pair[0], pair[1], day)) == 0 || len(g.timetable.On(pair[1], pair[0], day)) == 0 {
				t.Errorf("%v: no flights on %v", pair, day)
			}
		}
	}
}

func TestEveryServedAirportReachesThreeOthersAndBack(t *testing.T) {
	t.Parallel()
	destinations := map[string]map[string]bool{}
	for _, f := range load(t).week {
		if destinations[f.From] == nil {
			destinations[f.From] = map[string]bool{}
		}
		destinations[f.From][f.To] = true
	}
	for from, list := range destinations {
		if len(list) < 3 || list[from] {
			t.Errorf("%s reaches %v", from, list)
		}
		for to := range list {
			if !destinations[to][from] {
				t.Errorf("%s flies to %s, but not back", from, to)
			}
		}
	}
}

func TestEveryFlightIsPlausible(t *testing.T) {
	t.Parallel()
	g := load(t)
	for _, f := range g.week {
		from, _ := g.world.ByCode(f.From)
		to, ok := g.world.ByCode(f.To)
		km := from.Point().DistanceKM(to.Point())
		took := f.Arrival.Sub(f.Departure)
		switch {
		case !ok || f.From == f.To || !from.Scheduled || !to.Scheduled:
			t.Fatalf("%+v flies between the wrong airports", f)
		case math.Abs(km-float64(f.DistanceKM)) > 0.501:
			t.Fatalf("%+v: %.3f km", f, km)
		case took < 40*time.Minute || took > 20*time.Hour || took%(5*time.Minute) != 0:
			t.Fatalf("%+v takes %v", f, took)
		case f.Departure.Location().String() != from.TimeZone || f.Arrival.Location().String() != to.TimeZone:
			t.Fatalf("%+v is not in local time", f)
		case f.Departure.Hour() < 6 || f.Departure.Hour() > 21 || f.Departure.Minute()%5 != 0:
			t.Fatalf("%+v departs at an odd time", f)
		case f.Seats < 10 || f.Aircraft == "" || f.PriceCents < 2000 || f.PriceCents%100 != 0 || f.Currency != "EUR":
			t.Fatalf("%+v sells nothing", f)
		}
	}
}

func TestFartherTakesLongerOnJets(t *testing.T) {
	t.Parallel()
	for _, f := range load(t).week {
		if f.Seats <= 70 {
			continue // propellers
		}
		exact := 40*time.Minute + time.Duration(float64(f.DistanceKM)/840*float64(time.Hour))
		if late := f.Arrival.Sub(f.Departure) - exact; late < 0 || late > 6*time.Minute {
			t.Fatalf("%+v takes %v more than %v", f, late, exact)
		}
	}
}

func TestSeveralRoutesAreFlownWithTenSeats(t *testing.T) {
	t.Parallel()
	g := load(t)
	for i := range 7 {
		routes := map[[2]string]bool{}
		for f := range g.timetable.All(monday.AddDays(i)) {
			if f.Seats == 10 {
				routes[[2]string{f.From, f.To}] = true
				if f.DistanceKM > 300 {
					t.Errorf("%+v: too far for the smallest aircraft", f)
				}
			}
		}
		if len(routes) < 10 {
			t.Errorf("%v: ten seats on %d routes", monday.AddDays(i), len(routes))
		}
	}
}

func TestIDsAndNumbersAreUnique(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	type flown struct{ from, to, at string }
	numbers := map[string]flown{}
	for _, f := range load(t).week {
		if ids[f.ID] {
			t.Errorf("two flights have the ID %s", f.ID)
		}
		ids[f.ID] = true
		this := flown{f.From, f.To, f.Departure.Format(time.TimeOnly)}
		if known, ok := numbers[f.Number]; ok && known != this {
			t.Errorf("%s is %v and %v", f.Number, known, this)
		}
		numbers[f.Number] = this
		if len(f.Number) > len("VD1234") {
			t.Errorf("%s has more digits than IATA allows", f.Number)
		}
	}
	routes := map[flown]int{}
	for _, f := range numbers {
		if routes[f]++; routes[f] > 1 {
			t.Errorf("%v has two numbers", f)
		}
	}
}

func TestPricesFollowTheDayOfTheWeek(t *testing.T) {
	t.Parallel()
	cents := map[string]map[time.Weekday]int64{}
	for _, f := range load(t).week {
		if cents[f.Number] == nil {
			cents[f.Number] = map[time.Weekday]int64{}
		}
		cents[f.Number][f.Departure.Weekday()] = f.PriceCents
	}
	for number, of := range cents {
		if len(of) == 7 && of[time.Friday] <= of[time.Tuesday] {
			t.Errorf("%s costs %d on Tuesday and %d on Friday", number, of[time.Tuesday], of[time.Friday])
		}
	}
}

// golden is the hash of a week's timetable. It changes when a rule, the fleet or
// the airports do, and then on purpose; it must not change with the machine.
const golden = "53118af013a48f956e7de4642df1bf39"

func TestTheTimetableIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	g := load(t)
	digest := sha256.New()
	for _, f := range g.week { // all but the offsets, which are the machine's to know
		fmt.Fprintln(digest, f.ID, f.Number, f.From, f.To, f.Departure.Format("2006-01-02 15:04"),
			f.Arrival.Sub(f.Departure), f.DistanceKM, f.Aircraft, f.Seats, f.PriceCents, f.Currency)
	}
	if got := hex.EncodeToString(digest.Sum(nil)[:16]); got != golden {
		t.Errorf("the week hashes to %s, want %s", got, golden)
	}
	for _, f := range g.week {
		from, _ := g.world.ByCode(f.From)
		to, _ := g.world.ByCode(f.To)
		km := from.Point().Vector().DistanceKM(to.Point().Vector())
		if _, fraction := math.Modf(km); math.Abs(fraction-0.5) < 1e-6 {
			t.Errorf("%s-%s: %v km round differently elsewhere", f.From, f.To, km)
		}
	}
}

func TestTheOrderOfTheAirportsIsOfNoAccount(t *testing.T) {
	t.Parallel()
	g := load(t)
	airports := g.world.Airports()
	slices.Reverse(airports)
	var week []timetable.Flight
	again := timetable.New(append(airports, airports[:100]...))
	for i := range 7 {
		week = slices.AppendSeq(week, again.All(monday.AddDays(i)))
	}
	same := func(a, b timetable.Flight) bool {
		return a.ID == b.ID && a.From == b.From && a.To == b.To && a.Departure.Equal(b.Departure) && a.PriceCents == b.PriceCents
	}
	if !slices.EqualFunc(week, g.week, same) {
		t.Error("reversing and repeating the airports made another timetable")
	}
}

func TestAnAirportThatCannotBeServedIsLeftOut(t *testing.T) {
	t.Parallel()
	g := load(t)
	one := func(code string) world.Airport { a, _ := g.world.ByCode(code); return a }
	zurich := one("ZRH")
	for name, spoil := range map[string]func(*world.Airport){
		"no scheduled flights": func(a *world.Airport) { a.Scheduled = false },
		"no ICAO code":         func(a *world.Airport) { a.ICAO = "" },
		"unknown time zone":    func(a *world.Airport) { a.TimeZone = "Moon/Tranquility" },
		"no time zone":         func(a *world.Airport) { a.TimeZone = "" },
		"the machine's zone":   func(a *world.Airport) { a.TimeZone = "Local" },
		"off the Earth":        func(a *world.Airport) { a.Latitude = math.NaN() },
		"a heliport":           func(a *world.Airport) { a.Kind = world.KindHeliport },
	} {
		spoilt := zurich
		spoil(&spoilt)
		tt := timetable.New([]world.Airport{spoilt, one("LHR"), one("CDG")})
		if tt.Routes() != 2 || len(tt.From("ZRH", monday)) != 0 || len(tt.On("LHR", "CDG", monday)) == 0 {
			t.Errorf("%s: %d routes", name, tt.Routes())
		}
	}
}

func TestATimetableWithoutAirportsIsEmpty(t *testing.T) {
	t.Parallel()
	tt := timetable.New(nil)
	_, ok := tt.ByID("VD1-20260112")
	if ok || tt.Routes() != 0 || tt.FlightsPerWeek() != 0 || len(tt.On("ZRH", "LHR", monday)) != 0 {
		t.Error("flights from nowhere")
	}
	for f := range tt.All(monday) {
		t.Errorf("a flight from nowhere: %+v", f)
	}
}

func BenchmarkNew(b *testing.B) {
	airports := load(b).world.Airports()
	for b.Loop() {
		timetable.New(airports)
	}
}
