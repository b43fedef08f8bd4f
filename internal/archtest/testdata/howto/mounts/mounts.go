// Package mounts shows handlers of other frameworks in a service.
package mounts

import (
	"net/http"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// Service declares them.
func Service() *vade.Service {
	svc := vade.NewService("shop")

	old := http.NewServeMux()                                                       // or gin, echo, another framework, a reverse proxy
	api.Mount(svc, "/legacy", old, auth.Require(auth.OAuth2("shop"), "legacy:use")) // sees /orders for /legacy/orders

	api.Mount(svc, "/debug/pprof", http.DefaultServeMux, api.KeepPrefix(), auth.Require(auth.OAuth2("shop"), "operators"))

	return svc
}
