package timetable

import "time"

// The purposes of draws.
const (
	forAttraction = iota + 1
	forDays
	forPrice
	forDeparture // and above: one for each departure of the day
)

// service is one flight number: a route flown at one time of day on some days of
// the week.
type service struct {
	from, to int // indexes of stations
	km       int
	minute   int // of the day, by the clock at from
	days     uint8
	aircraft *aircraft
	cents    int64 // on a day of average price
}

// runs reports whether the service flies on that day of the week.
func (s *service) runs(day time.Weekday) bool { return s.days>>day&1 != 0 }

// servicesOf draws up the services of all links. Service i has the number i+1:
// odd outward, even back.
func servicesOf(stations []station, links []link) []service {
	services := make([]service, 0, 3*len(links))
	for _, l := range links {
		a, b := &stations[l.a], &stations[l.b]
		daily, weekly := frequency(l.attraction)
		days := weekdays(weekly, draw(a.seed, b.seed, forDays))
		flown := aircraftFor(l, min(a.class, b.class))
		for slot := range daily {
			for _, way := range [2][2]int{{l.a, l.b}, {l.b, l.a}} {
				from, to := &stations[way[0]], &stations[way[1]]
				services = append(services, service{
					from:     way[0],
					to:       way[1],
					km:       l.km,
					minute:   departure(slot, daily, draw(from.seed, to.seed, forDeparture+uint64(slot))),
					days:     days,
					aircraft: flown,
					cents:    fare(l.km) * int64(88+draw(from.seed, to.seed, forPrice+uint64(slot)<<32)%25) / 100,
				})
			}
		}
	}
	return services
}

// frequency says how often a link is flown each way: so many times on each day,
// on so many days a week.
func frequency(attraction uint64) (daily, weekly int) {
	switch {
	case attraction >= 400_000:
		return 3, 7
	case attraction >= 80_000:
		return 2, 7
	case attraction >= 10_000:
		return 1, 7
	case attraction >= 3000:
		return 1, 5
	}
	return 1, 3
}

// weekdays spreads n days over the week, beginning anywhere: bit d is set for
// time.Weekday(d).
func weekdays(n int, whim uint64) (days uint8) {
	for i := range n {
		days |= 1 << ((uint64(i*7/n) + whim%7) % 7)
	}
	return days
}

// departure is the minute of the day at which one of a day's departures leaves:
// from 06:00 to 22:00 in equal shares, on a multiple of five.
func departure(slot, daily int, whim uint64) int {
	const first, last = 6 * 60, 22 * 60
	share := (last - first) / daily
	return (first + slot*share + int(whim%uint64(share))) / 5 * 5
}

// fare is the average price of a distance in cents: falling by the kilometre.
func fare(km int) int64 {
	short, middle, long := min(km, 1000), min(max(km-1000, 0), 3000), max(km-4000, 0)
	return int64(2900 + 11*short + 7*middle + 5*long)
}

// price is what a service costs on a day of the week, in cents, rounded to whole
// euros.
func (s *service) price(day time.Weekday) int64 {
	percent := [7]int64{time.Sunday: 115, time.Monday: 104, time.Tuesday: 90, time.Wednesday: 93,
		time.Thursday: 100, time.Friday: 117, time.Saturday: 95}
	return (s.cents*percent[day]/100 + 50) / 100 * 100
}
