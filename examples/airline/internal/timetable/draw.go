package timetable

// The timetable's whims are drawn from the airports' codes, never from a random
// source, and worked out in integers, so that they fall alike on every machine and
// with every version of Go.

// seed makes a number of a code: FNV-1a, then mixed.
func seed(code string) uint64 {
	hash := uint64(14695981039346656037)
	for i := range len(code) {
		hash = (hash ^ uint64(code[i])) * 1099511628211
	}
	return mix(hash)
}

// mix scatters the bits of x: the finalizer of SplitMix64 (Steele, Lea and Flood,
// Fast Splittable Pseudorandom Number Generators, 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// draw gives a number for an ordered pair of seeds and a purpose.
func draw(from, to, purpose uint64) uint64 {
	return mix(mix(from+purpose*0x9e3779b97f4a7c15) ^ to)
}
