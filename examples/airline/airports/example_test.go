package airports_test

import (
	"fmt"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/examples/airline/airports"
)

func ExampleService() {
	m, err := vade.NewSystem("example", airports.Service()).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, op := range m.Services[0].Operations {
		fmt.Println(op.Method, op.Path, "public:", op.Security.Public)
	}
	// Output:
	// GET /airports public: true
	// GET /airports/{iata} public: true
}
