// Package frontend shows the build of a single-page application.
package frontend

import (
	"embed"
	"io/fs"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

//go:embed dist
var dist embed.FS

// Service serves it.
func Service() *vade.Service {
	svc := vade.NewService("shop")

	files, _ := fs.Sub(dist, "dist")
	api.Frontend(svc, "/", files, auth.Public()) // or "/app"; operations go first

	return svc
}
