package frameworks

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/vade-go/vade/bench/orders"
)

type humaInput struct{ Body orders.Order }

type humaOutput struct{ Body orders.Receipt }

// withHuma is Huma on net/http with its defaults.
func withHuma() http.Handler {
	d, mux := new(orders.Desk), http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("orders", "1.0.0"))
	huma.Register(api, huma.Operation{
		OperationID: "place", Method: http.MethodPost, Path: orders.Path, DefaultStatus: http.StatusCreated,
	}, func(_ context.Context, in *humaInput) (*humaOutput, error) {
		return &humaOutput{Body: d.Place(in.Body)}, nil
	})
	return mux
}
