package codecs

import (
	"context"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/cbor"
)

type Reading struct {
	Celsius float64 `json:"celsius"`
}

func record(_ context.Context, in Reading) (Reading, error) { return in, nil }

func Service() *vade.Service {
	svc := vade.NewService("weather")

	api.Post(svc, "/readings", record, api.Codecs(cbor.Codec{}))

	return svc
}
