package kitchensink_test

import (
	"fmt"

	"github.com/vade-go/vade/e2e/kitchensink"
)

func ExampleSystem() {
	m, err := kitchensink.System().Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Services[0].Name, len(m.Services[0].Operations) > 10)
	// Output: kitchen true
}
