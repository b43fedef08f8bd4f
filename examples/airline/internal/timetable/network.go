package timetable

import (
	"cmp"
	"slices"
)

// The distances flown, in kilometres.
const (
	hopLeast, hopMost       = 40, 300     // to and from airfields
	flightLeast, flightMost = 150, 15_500 // between all others
)

// leastDestinations is how many destinations every served airport has at least.
const leastDestinations = 3

// reach is how far airports of two classes fly to each other, in kilometres; a
// lonely airport flies as far as it must.
var reach = [classes][classes]int{
	airfield:   {0, hopMost, hopMost, hopMost, hopMost},
	town:       {hopMost, 800, 1200, 2000, 2500},
	city:       {hopMost, 1200, 2500, 4000, 7000},
	hub:        {hopMost, 2000, 4000, 9000, 12_000},
	metropolis: {hopMost, 2500, 7000, 12_000, flightMost},
}

// link joins two stations, flown both ways. a < b as indexes of stations.
type link struct {
	a, b       int
	km         int
	attraction uint64
}

// wishes is what one station would like to fly.
type wishes struct {
	always []link    // whatever else there is
	near   strongest // within reach
	far    strongest // beyond it, if there are too few within
}

// linksOf returns the pairs of stations that are flown, most attracted first. A
// link is flown if one of its stations wishes it.
func linksOf(stations []station) []link {
	wanted := make([]wishes, len(stations))
	for i, s := range stations {
		wanted[i].near.limit, wanted[i].far.limit = breadth[s.class], leastDestinations
	}
	for a := range stations {
		for b := a + 1; b < len(stations); b++ {
			if l, ok := linkOf(stations, a, b); ok {
				wanted[a].consider(l, stations[a].class, stations[b].class)
				wanted[b].consider(l, stations[b].class, stations[a].class)
			}
		}
	}
	var links []link
	for i := range wanted {
		links = append(links, wanted[i].chosen(stations[i].class)...)
	}
	slices.SortFunc(links, func(x, y link) int { // the order of numbers; equal links side by side
		return cmp.Or(cmp.Compare(y.attraction, x.attraction), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	return slices.Compact(links)
}

// linkOf weighs the link between two stations; it is false if they are too near
// to each other or too far for any aircraft. Distances are rounded to kilometres
// first: that hides the last bits, in which the floating point of machines differs.
func linkOf(stations []station, a, b int) (link, bool) {
	s, t := &stations[a], &stations[b]
	least, most := flightLeast, flightMost
	if s.class == airfield || t.class == airfield {
		if s.class == t.class {
			return link{}, false
		}
		least, most = hopLeast, hopMost
	}
	km := int(s.at.DistanceKM(t.at) + 0.5)
	if km < least || km > most {
		return link{}, false
	}
	whim := 75 + draw(s.seed, t.seed, forAttraction)%51
	return link{a, b, km, mass[s.class] * mass[t.class] * whim * 1000 / uint64(km+250)}, true
}

// consider takes note of a link from a station of one class to one of another.
// All metropolises are linked, and nobody asks for an airfield.
func (w *wishes) consider(l link, own, other class) {
	switch {
	case other == airfield:
	case own == metropolis && other == metropolis:
		w.always = append(w.always, l)
	case l.km <= reach[own][other]:
		w.near.offer(l)
	default:
		w.far.offer(l)
	}
}

// chosen returns the links the station asks for. An airfield with too few airports
// around it is not served.
func (w *wishes) chosen(own class) []link {
	links := append(w.always, w.near.kept...)
	missing := max(0, leastDestinations-len(links))
	if own == airfield && missing > 0 {
		return nil
	}
	return append(links, w.far.kept[:min(missing, len(w.far.kept))]...)
}

// strongest keeps the most attracted of the links offered, strongest first.
type strongest struct {
	limit int
	kept  []link
}

func (s *strongest) offer(l link) {
	if len(s.kept) == s.limit {
		if l.attraction <= s.kept[s.limit-1].attraction { // of equals the first stays
			return
		}
		s.kept = s.kept[:s.limit-1]
	}
	at, _ := slices.BinarySearchFunc(s.kept, l.attraction, func(kept link, attraction uint64) int {
		if kept.attraction >= attraction {
			return -1 // behind its equals
		}
		return 1
	})
	s.kept = slices.Insert(s.kept, at, l)
}
