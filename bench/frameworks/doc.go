// Package frameworks holds the endpoint of package orders in Gin, Echo, Fiber and Huma. They are apart so that the rest of this module
// builds without them.
package frameworks

import (
	"net/http"

	"github.com/vade-go/vade/bench/orders"
)

// All returns every implementation in Go, the measure first.
func All() []orders.Implementation {
	return append(orders.Own(),
		orders.Implementation{Name: orders.Fiber, Title: "Fiber v3", Open: openFiber},
		orders.Implementation{Name: orders.Echo, Title: "Echo v4", Open: failing(withEcho)},
		orders.Implementation{Name: orders.Gin, Title: "Gin", Open: failing(withGin)},
		orders.Implementation{Name: orders.Huma, Title: "Huma v2", Open: orders.Plain(withHuma)},
		orders.Implementation{Name: orders.HumaFull, Title: "Huma, assembled stack", Full: true, Open: orders.Assembled(withHuma, true)},
		orders.Implementation{Name: orders.HumaStack, Title: "Huma, assembled, no token", Full: true, Open: orders.Assembled(withHuma, false)},
	)
}

func failing(build func() (http.Handler, error)) func() (*orders.Endpoint, error) {
	return orders.Closing(func() (http.Handler, func(), error) {
		h, err := build()
		return h, func() {}, err
	})
}
