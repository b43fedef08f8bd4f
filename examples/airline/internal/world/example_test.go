package world_test

import (
	"fmt"

	"github.com/vade-go/vade/examples/airline/internal/world"
)

func Example() {
	w, err := world.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, hit := range w.Search(world.Query{Text: "são paulo", Limit: 2}) {
		fmt.Printf("%s %s (%s)\n", hit.IATA, hit.City, hit.CountryName)
	}
	matterhorn := world.Point{Latitude: 45.9766, Longitude: 7.6585}
	for _, hit := range w.Search(world.Query{Near: &matterhorn, Limit: 2}) {
		fmt.Printf("%s %s, %.0f km\n", hit.IATA, hit.Name, hit.DistanceKM)
	}
	// Output:
	// GRU São Paulo (Brazil)
	// CGH São Paulo (Brazil)
	// AOT Corrado Gex Airport, 35 km
	// SIR Sion Airport, 37 km
}
