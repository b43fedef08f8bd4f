package orders_test

import (
	"net/http"
	"testing"

	"github.com/vade-go/vade/bench/orders"
)

// TestOwnImplementationsAgree sends the same good and bad bodies to each over a real socket. What only reads the body decides
// nothing and is left out. Package frameworks does this with all.
func TestOwnImplementationsAgree(t *testing.T) {
	t.Parallel()
	for _, impl := range orders.Own() {
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

// TestAStackWithATokenRefusesOthers keeps the stacks honest: what asks for a token does check it.
func TestAStackWithATokenRefusesOthers(t *testing.T) {
	t.Parallel()
	for _, impl := range orders.Own() {
		if impl.Name != orders.VadeFull && impl.Name != orders.ByHandFull {
			continue
		}
		e, err := impl.Open()
		if err != nil {
			t.Fatal(err)
		}
		base, stop, err := e.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{"", "Bearer x.y.z"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+orders.Path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", token)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: token %q: status %d", impl.Name, token, res.StatusCode)
			}
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
}
