// Package sending shows webhooks and callbacks.
package sending

import (
	"context"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// PriceFell is what is sent to who asked for it.
type PriceFell struct {
	Cents int64 `json:"cents"`
}

// FlightMoved is what is sent to every partner.
type FlightMoved struct {
	FlightID string `json:"flight_id"`
}

// Watch asks to be told.
type Watch struct {
	NotifyURL string `json:"notify_url" format:"uri"`
}

type handlers struct{}

func (h *handlers) watch(context.Context, Watch) (api.None, error) { return api.None{}, nil }

// Service declares them.
func Service() *vade.Service {
	svc := vade.NewService("flights")
	g, h := api.Group(svc, "", auth.Require(auth.OAuth2("airline"))), &handlers{}

	api.Post(g, "/watches", h.watch, auth.Scopes("flights:read"),
		api.Callback[PriceFell]("price-fell", "{$request.body#/notify_url}", api.Summary("The price is under your limit")))
	api.Webhook[FlightMoved](svc, "flight-moved", api.Summary("Sent to every partner"))

	return svc
}
