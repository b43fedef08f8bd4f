package world_test

import (
	"math"
	"testing"

	"github.com/vade-go/vade/examples/airline/internal/world"
)

func TestKnownDistances(t *testing.T) {
	t.Parallel()
	quarter := world.EarthRadiusKM * math.Pi / 2
	for _, tc := range []struct {
		p, q world.Point
		want float64
	}{
		{world.Point{}, world.Point{}, 0},
		{world.Point{}, world.Point{90, 77}, quarter},
		{world.Point{0, 170}, world.Point{0, -100}, quarter},
		{world.Point{12, 34}, world.Point{-12, -146}, 2 * quarter},
		{world.Point{47, 180}, world.Point{47, -180}, 0},
	} {
		for name, got := range map[string]float64{
			"haversine": tc.p.DistanceKM(tc.q),
			"vectors":   tc.p.Vector().DistanceKM(tc.q.Vector()),
		} {
			if math.Abs(got-tc.want) > 1e-3 {
				t.Errorf("%s: from %v to %v are %v km, want %v", name, tc.p, tc.q, got, tc.want)
			}
		}
	}
}

func TestDistancesAreSymmetricAndAlikeBothWays(t *testing.T) {
	t.Parallel()
	airports := load(t).Airports()
	for i := 0; i < len(airports); i += 97 {
		for j := 0; j < len(airports); j += 89 {
			p, q := airports[i].Point(), airports[j].Point()
			there, back := p.DistanceKM(q), q.DistanceKM(p)
			vectors := p.Vector().DistanceKM(q.Vector())
			if there != back || vectors != q.Vector().DistanceKM(p.Vector()) {
				t.Fatalf("%s-%s: %v km there, %v km back", airports[i].IATA, airports[j].IATA, there, back)
			}
			// Near the antipodes the arc sine magnifies rounding.
			if math.Abs(there-vectors) > 1e-6*(1+there/10) {
				t.Fatalf("%s-%s: haversine %v, vectors %v", airports[i].IATA, airports[j].IATA, there, vectors)
			}
		}
	}
}

func TestAPointOffTheEarthIsInvalid(t *testing.T) {
	t.Parallel()
	for _, p := range []world.Point{{90.1, 0}, {-91, 0}, {0, 180.5}, {0, -181}, {math.NaN(), 0}, {0, math.Inf(1)}} {
		if p.Valid() {
			t.Errorf("%v is valid", p)
		}
	}
	if !(world.Point{-90, 180}).Valid() {
		t.Error("the pole is invalid")
	}
}
