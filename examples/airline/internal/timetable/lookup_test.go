package timetable_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/examples/airline/internal/timetable"
)

func TestByIDFindsEveryFlight(t *testing.T) {
	t.Parallel()
	g := load(t)
	for _, want := range g.week {
		if got, ok := g.timetable.ByID(want.ID); !ok || got != want {
			t.Fatalf("ByID(%s) = %+v, %t, want %+v", want.ID, got, ok, want)
		}
	}
}

func TestOnAndFromShowWhatAllShows(t *testing.T) {
	t.Parallel()
	g := load(t)
	byOrigin := map[string][]timetable.Flight{}
	byRoute := map[[2]string][]timetable.Flight{}
	for f := range g.timetable.All(monday) {
		byOrigin[f.From] = append(byOrigin[f.From], f)
		byRoute[[2]string{f.From, f.To}] = append(byRoute[[2]string{f.From, f.To}], f)
	}
	departure := func(a, b timetable.Flight) int { return a.Departure.Compare(b.Departure) }
	for from, want := range byOrigin {
		slices.SortStableFunc(want, departure)
		if got := g.timetable.From(from, monday); !slices.Equal(got, want) {
			t.Errorf("From(%s) = %v, want %v", from, got, want)
		}
	}
	for route, want := range byRoute {
		slices.SortStableFunc(want, departure)
		if got := g.timetable.On(route[0], route[1], monday); !slices.Equal(got, want) {
			t.Errorf("On(%v) = %v, want %v", route, got, want)
		}
	}
}

func TestAFlightDepartsOnTheDateOfItsID(t *testing.T) {
	t.Parallel()
	g := load(t)
	// Changes to and from summer time, a leap day, and the ends of the calendar.
	for _, date := range []string{"2026-03-08", "2026-03-29", "2026-10-25", "2028-02-29", "0001-01-01", "9998-12-31"} {
		day, err := timetable.ParseDate(date)
		if err != nil {
			t.Fatal(err)
		}
		for f := range g.timetable.All(day) {
			if f.ID != f.Number+"-"+strings.ReplaceAll(date, "-", "") || timetable.DateOf(f.Departure) != day {
				t.Fatalf("%v: %+v", day, f)
			}
			if got, ok := g.timetable.ByID(f.ID); !ok || got != f {
				t.Fatalf("ByID(%s) = %+v, %t", f.ID, got, ok)
			}
		}
	}
}

func TestAllStopsWhenItsReaderDoes(t *testing.T) {
	t.Parallel()
	read := 0
	for range load(t).timetable.All(monday) {
		if read++; read == 3 {
			break
		}
	}
	if read != 3 {
		t.Errorf("read %d flights", read)
	}
}

func TestUnknownAirportsAndDaysHaveNoFlights(t *testing.T) {
	t.Parallel()
	tt := load(t).timetable
	impossible := timetable.Date{Year: 2026, Month: time.February, Day: 30}
	if len(tt.On("ZRH", "XXX", monday))+len(tt.On("XXX", "ZRH", monday))+len(tt.On("zrh", "lhr", monday)) != 0 {
		t.Error("flights to or from unknown airports")
	}
	if len(tt.On("ZRH", "ZRH", monday))+len(tt.From("", monday)) != 0 {
		t.Error("flights going nowhere")
	}
	if len(tt.From("ZRH", impossible))+len(slices.Collect(tt.All(impossible)))+len(tt.From("ZRH", timetable.Date{})) != 0 {
		t.Error("flights on a day that is none")
	}
}

func TestByIDTakesNoOtherSpelling(t *testing.T) {
	t.Parallel()
	g := load(t)
	var idle string // a number that does not fly on monday
	for _, f := range g.week {
		if _, ok := g.timetable.ByID(f.Number + "-20260112"); !ok {
			idle = f.Number
		}
	}
	if idle == "" {
		t.Fatal("every number flies every day")
	}
	for rule, id := range map[string]string{
		"empty":                "",
		"no date":              "VD1",
		"no number":            "VD-20260112",
		"a leading zero":       "VD01-20260112",
		"number zero":          "VD0-20260112",
		"a sign":               "VD+1-20260112",
		"lower case":           "vd1-20260112",
		"another airline":      "LX1-20260112",
		"a number not in use":  "VD99999-20260112",
		"a very large number":  "VD99999999999999999999-20260112",
		"a date with dashes":   "VD1-2026-01-12",
		"a short date":         "VD1-2026112",
		"a long date":          "VD1-202601120",
		"no such day":          "VD1-20260230",
		"no such month":        "VD1-20261312",
		"the year nought":      "VD1-00000101",
		"space before":         " VD1-20260112",
		"space behind":         "VD1-20260112 ",
		"digits of elsewhere":  "VD１-20260112",
		"not on that weekday":  idle + "-20260112",
		"a nought byte behind": "VD1-20260112\x00",
	} {
		if f, ok := g.timetable.ByID(id); ok {
			t.Errorf("%s: ByID(%q) = %+v", rule, id, f)
		}
	}
	if _, ok := g.timetable.ByID("VD1-20260112"); !ok {
		t.Error("VD1-20260112 does not fly, so the rules above prove nothing")
	}
}

func FuzzByID(f *testing.F) {
	g, err := loaded()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"VD1-20260112", "VD1234-20281231", "VD-1-2026", "VD99999-00010101", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		found, ok := g.timetable.ByID(id)
		if !ok {
			return
		}
		if found.ID != id {
			t.Errorf("ByID(%q) found %q", id, found.ID)
		}
		if !slices.Contains(g.timetable.On(found.From, found.To, timetable.DateOf(found.Departure)), found) {
			t.Errorf("On does not show %+v", found)
		}
	})
}

func BenchmarkOn(b *testing.B) {
	tt := load(b).timetable
	for b.Loop() {
		if len(tt.On("ZRH", "LHR", monday)) == 0 {
			b.Fatal("no flights")
		}
	}
}

func BenchmarkFrom(b *testing.B) {
	tt := load(b).timetable
	for b.Loop() {
		if len(tt.From("LHR", monday)) == 0 {
			b.Fatal("no flights")
		}
	}
}

func BenchmarkByID(b *testing.B) {
	tt := load(b).timetable
	for b.Loop() {
		if _, ok := tt.ByID("VD1-20260112"); !ok {
			b.Fatal("no flight")
		}
	}
}

func BenchmarkAll(b *testing.B) {
	tt := load(b).timetable
	for b.Loop() {
		for range tt.All(monday) {
		}
	}
}
