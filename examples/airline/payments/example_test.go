package payments_test

import (
	"fmt"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/examples/airline/payments"
)

func ExampleService() {
	m, err := vade.NewSystem("example", payments.Service()).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range m.Services[0].Settings {
		fmt.Println(s.Key, s.Env)
	}
	// Output:
	// payments.failure_rate VADE_PAYMENTS_FAILURE_RATE
	// payments.latency VADE_PAYMENTS_LATENCY
}
