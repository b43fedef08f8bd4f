// Package compressed shows answers in compressed form.
package compressed

import (
	"context"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/compress"
	"github.com/vade-go/vade/auth"
)

func token(context.Context, api.None) (string, error) { return "", nil }

// Service declares it.
func Service() *vade.Service {
	svc := vade.NewService("shop")

	api.Configure(svc, auth.Public(), api.Compress(compress.Auto()...)) // zstd, br, gzip: which one the client says in Accept-Encoding
	api.Get(svc, "/token", token, api.Compress())                       // not this one

	return svc
}
