package timetable

import (
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar with no time and no zone, such as the
// day a flight departs by the calendar at its origin. Dates compare with ==.
type Date struct {
	Year  int // 1 to 9998: a flight may land in the next one, and 9999 is the last that RFC 3339 can write
	Month time.Month
	Day   int
}

// DateOf is the day of t in t's location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads a date in the form "2026-12-01" (RFC 3339 full-date), the only
// form it takes.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || !DateOf(t).Valid() {
		return Date{}, fmt.Errorf("timetable: %q is not a date in the form 2006-01-02", text)
	}
	return DateOf(t), nil
}

// Valid reports whether the calendar has the day.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9998 && DateOf(d.at(0, time.UTC)) == d
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.at(0, time.UTC).Weekday() }

// AddDays is the date n days later, or earlier for a negative n.
func (d Date) AddDays(n int) Date {
	d.Day += n
	return DateOf(d.at(0, time.UTC))
}

// String gives the date in the form "2026-12-01".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText gives the form of [Date.String]; a date that is not valid is an
// error.
func (d Date) MarshalText() ([]byte, error) {
	if !d.Valid() {
		return nil, fmt.Errorf("timetable: %v is not a day of the calendar", d)
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads the form of [ParseDate].
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// at is the given minute of the day by the clock in zone.
func (d Date) at(minute int, zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, zone)
}
