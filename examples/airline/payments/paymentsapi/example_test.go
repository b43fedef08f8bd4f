package paymentsapi_test

import (
	"fmt"

	"github.com/vade-go/vade/examples/airline/payments/paymentsapi"
)

func Example() {
	fmt.Println(paymentsapi.Captured.Name(), paymentsapi.Failed.Name(), paymentsapi.Refunded.Name())
	// Output: payments.captured payments.failed payments.refunded
}
