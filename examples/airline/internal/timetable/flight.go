package timetable

import (
	"strconv"
	"strings"
	"time"
)

// Currency is the ISO 4217 code of all prices.
const Currency = "EUR"

// airline is the code that begins every flight number.
const airline = "VD"

// Flight is one departure of a flight number.
type Flight struct {
	ID         string    // number and local date of departure: "VD1234-20261201"
	Number     string    // "VD1234"
	From       string    // IATA code
	To         string    // IATA code
	Departure  time.Time // in the time zone of From
	Arrival    time.Time // in the time zone of To
	DistanceKM int       // great circle
	Aircraft   string    // type
	Seats      int       // all in one class
	PriceCents int64     // of one seat, in hundredths of Currency
	Currency   string    // always the constant Currency
}

// flight makes the flight of service i on a day on which it runs.
func (t *Timetable) flight(i int, day Date) Flight {
	s := &t.services[i]
	from, to := &t.stations[s.from], &t.stations[s.to]
	departure := day.at(s.minute, from.zone)
	id := formatID(i+1, day)
	return Flight{
		ID:         id,
		Number:     id[:len(id)-len("-20060102")],
		From:       from.code,
		To:         to.code,
		Departure:  departure,
		Arrival:    departure.Add(s.aircraft.duration(s.km)).In(to.zone),
		DistanceKM: s.km,
		Aircraft:   s.aircraft.name,
		Seats:      s.aircraft.seats,
		PriceCents: s.price(day.Weekday()),
		Currency:   Currency,
	}
}

// formatID writes the ID of a flight.
func formatID(number int, day Date) string {
	id := make([]byte, 0, len("VD12345-20060102"))
	id = strconv.AppendInt(append(id, airline...), int64(number), 10)
	date := day.Year*10_000 + int(day.Month)*100 + day.Day
	id = strconv.AppendInt(append(id, '-'), int64(100_000_000+date), 10)
	dash := len(id) - len("120060102")
	return string(append(id[:dash], id[dash+1:]...)) // without the 1 that kept the leading zeros
}

// parseID reads an ID, in no other form than formatID writes.
func parseID(id string) (number int, day Date, ok bool) {
	rest, ok := strings.CutPrefix(id, airline)
	if !ok {
		return 0, Date{}, false
	}
	digits, date, _ := strings.Cut(rest, "-")
	number, ok = parseDigits(digits, 1, 5)
	if !ok || digits[0] == '0' {
		return 0, Date{}, false
	}
	ymd, ok := parseDigits(date, 8, 8)
	day = Date{ymd / 10_000, time.Month(ymd / 100 % 100), ymd % 100}
	return number, day, ok && day.Valid()
}

// parseDigits reads a decimal number of least to most digits and nothing else.
func parseDigits(text string, least, most int) (n int, ok bool) {
	if len(text) < least || len(text) > most {
		return 0, false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = 10*n + int(text[i]-'0')
	}
	return n, true
}
