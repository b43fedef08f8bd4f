package airportsapi_test

import (
	"fmt"
	"testing"

	"github.com/vade-go/vade/examples/airline/airports/airportsapi"
)

func ExamplePoint() {
	var p airportsapi.Point
	fmt.Println(p.UnmarshalText([]byte("47.45, 8.56")), p.Latitude, p.Longitude)
	fmt.Println(p.UnmarshalText([]byte("91,0")))
	// Output:
	// <nil> 47.45 8.56
	// schema: must be latitude,longitude in degrees, such as 47.45,8.56
}

func FuzzPoint(f *testing.F) {
	for _, seed := range []string{"47.45,8.56", "91,0", "NaN,0", "1e400,0", ",", "1,2,3", " -90 , 180 "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p, again airportsapi.Point
		if p.UnmarshalText([]byte(text)) != nil {
			return
		}
		if !(p.Latitude >= -90 && p.Latitude <= 90 && p.Longitude >= -180 && p.Longitude <= 180) {
			t.Errorf("%q is off the earth: %+v", text, p)
		}
		written, err := p.MarshalText()
		if err != nil || again.UnmarshalText(written) != nil || again != p {
			t.Errorf("%q is %+v, written %s and read as %+v", text, p, written, again)
		}
	})
}
