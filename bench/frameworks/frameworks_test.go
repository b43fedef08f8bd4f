package frameworks_test

import (
	"testing"

	"github.com/vade-go/vade/bench/frameworks"
	"github.com/vade-go/vade/bench/orders"
)

// TestAllImplementationsAgree sends the same good and bad bodies to each over a real socket. What only reads the body decides
// nothing and is left out.
func TestAllImplementationsAgree(t *testing.T) {
	t.Parallel()
	for _, impl := range frameworks.All() {
		if impl.Name == orders.Fixed {
			continue
		}
		t.Run(impl.Name, func(t *testing.T) {
			t.Parallel()
			if err := impl.Agrees(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
