package cbor_test

import (
	"fmt"

	"github.com/vade-go/vade/api/cbor"
)

func Example() {
	document, err := cbor.Codec{}.FromJSON([]byte(`{"item":"pen","count":2}`))
	fmt.Printf("%x %v\n", document, err)
	text, err := cbor.Codec{}.ToJSON(document)
	fmt.Printf("%s %v\n", text, err)
	// Output:
	// a2646974656d6370656e65636f756e7402 <nil>
	// {"item":"pen","count":2} <nil>
}
