package timetable_test

import (
	"testing"
	"time"

	"github.com/vade-go/vade/examples/airline/internal/timetable"
)

func TestADateIsWrittenInOneForm(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2026-12-01", "0001-01-01", "9998-12-31", "2028-02-29"} {
		d, err := timetable.ParseDate(text)
		if err != nil || d.String() != text || !d.Valid() {
			t.Errorf("ParseDate(%q) = %v, %v", text, d, err)
		}
	}
	for _, text := range []string{
		"", "2026-1-2", "2026-02-30", "20261201", "2026-12-01T00:00:00Z", " 2026-12-01", "0000-01-01", "9999-01-01", "+2026-12-01", "01.12.2026",
	} {
		if d, err := timetable.ParseDate(text); err == nil {
			t.Errorf("ParseDate(%q) = %v", text, d)
		}
	}
}

func TestDatesCount(t *testing.T) {
	t.Parallel()
	d := timetable.Date{Year: 2026, Month: time.December, Day: 31}
	if next := d.AddDays(1); next != (timetable.Date{Year: 2027, Month: time.January, Day: 1}) || next.AddDays(-1) != d {
		t.Errorf("the day after %v is %v", d, next)
	}
	if d.Weekday() != time.Thursday {
		t.Errorf("%v is a %v", d, d.Weekday())
	}
	for _, wrong := range []timetable.Date{{}, {2026, 13, 1}, {2026, 2, 29}, {9999, 1, 1}, {10000, 1, 1}, {-1, 1, 1}, {2026, 1, 0}} {
		if wrong.Valid() {
			t.Errorf("%v is valid", wrong)
		}
		if _, err := wrong.MarshalText(); err == nil {
			t.Errorf("%v was written", wrong)
		}
	}
}

func TestADateIsThatOfItsPlace(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)
	east := time.FixedZone("east", 3600)
	if d := timetable.DateOf(midnight.In(east)); d.String() != "2027-01-01" {
		t.Errorf("an hour east of %v it is %v", midnight, d)
	}
}

func TestADateKeepsItsTextForm(t *testing.T) {
	t.Parallel()
	want := timetable.Date{Year: 2026, Month: time.July, Day: 4}
	text, err := want.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var got timetable.Date
	if err := got.UnmarshalText(text); err != nil || got != want {
		t.Errorf("%s read as %v, %v", text, got, err)
	}
	if err := got.UnmarshalText([]byte("tomorrow")); err == nil || got != want {
		t.Errorf("tomorrow read as %v, %v", got, err)
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-12-01")
	f.Add("0000-00-00")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := timetable.ParseDate(text); err == nil && (d.String() != text || !d.Valid()) {
			t.Errorf("ParseDate(%q) = %v", text, d)
		}
	})
}
