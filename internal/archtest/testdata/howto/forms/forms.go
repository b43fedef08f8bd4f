package forms

import (
	"context"

	"github.com/vade-go/vade/api"
)

type SetPhoto struct {
	ID    string   `path:"id"`
	Title string   `form:"title" maxLength:"80"`
	Photo api.File `form:"photo"`
}

type handlers struct{}

func (handlers) setPhoto(context.Context, SetPhoto) (api.None, error) { return api.None{}, nil }

func declare(g *api.Router, h handlers) {
	api.Put(g, "/{id}/photo", h.setPhoto, api.MaxBody(10<<20))
}

var _ = declare
