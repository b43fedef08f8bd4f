package kitchensink

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/cbor"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
)

func sink[In, Out any](context.Context, In) (Out, error) {
	var out Out
	return out, errors.New("it only describes itself")
}

// System returns the system of the kitchen sink.
func System() *vade.System {
	svc := vade.NewService("kitchen", vade.Version("1.0.0"))
	api.Configure(svc, auth.Require(auth.OAuth2("kitchen")), api.Codecs(cbor.Codec{}))
	things(api.Group(svc, "/things", api.Tag("things", "What is *here*.")))
	bodies(svc)
	api.Webhook[signed](svc, "moved", api.Summary("A thing is elsewhere"))
	api.Webhook[Thing](svc, "lost")
	return vade.NewSystem("sink", svc).About(vade.About{Title: "Everything", Description: "Nobody calls it."})
}

// things has parameters, policies, problems and answers of all kinds.
func things(g *api.Router) {
	var (
		soldOut = problem.New(http.StatusConflict, "sold-out", "There are none left")
		closed  = problem.New(http.StatusConflict, "closed", "Sales are closed").WithDetail("They open at nine.")
		unpaid  = problem.New(http.StatusPaymentRequired, "unpaid", "The card has no money")
		missing = problem.New(http.StatusNotFound, "missing-thing", "There is no such thing")
		gone    = problem.New(http.StatusNotFound, "gone-thing", "The thing is gone")
		example = Thing{
			ID: "7c6d1d3c-6a4e-4ee1-8dd3-4c3d4a5b6c7d", Kind: "sink", Level: 1, Count: 1, Day: "2026-11-30", Parts: []Part{},
			ByName: map[string]Part{}, Shape: Shape{Value: Circle{1}}, Secret: "open sesame",
		}
	)
	api.Get(g, "/{id}/{number}", sink[everyParameter, api.Versioned[Thing]], api.Name("get"), api.StrictQuery(), api.Fails(missing, gone),
		api.CacheControl(api.Caching{MaxAge: time.Minute}))
	api.Get(g, "", sink[search, api.Page[Thing]], api.Name("list"), auth.Scopes("things:read"))
	api.Get(g, "/parts", sink[api.None, List], api.Name("parts"))
	api.Post(g, "/{id}", sink[Order, api.Created[Thing]], api.Name("order"), auth.Scopes("things:write"), api.Idempotent(), api.MaxConcurrent(9),
		api.Fails(soldOut, closed, unpaid, missing), api.Example("one", example),
		api.Callback[signed]("made", "{$request.query.notify}"), api.Callback[Thing]("kept", "{$request.body#/old}"))
	api.Put(g, "/{id}", sink[put, api.Reply[Thing]], api.Name("put"), auth.Require(auth.OAuth2("partner")), api.Fails(soldOut, closed))
	api.Patch(g, "/{id}", sink[patch, api.None], api.Name("patch"), api.DeprecatedSince(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
	api.Delete(g, "/{id}", sink[byID, api.None], api.Name("delete"), api.Version("2"))
	api.Post(g, "/{id}/photos", sink[Upload, api.Created[string]], api.Name("upload"))
	api.Get(g, "/{id}/events", sink[watch, api.SSE[Shape]], api.Name("events"))
}

// bodies has those that are no plain JSON.
func bodies(svc *vade.Service) {
	g := api.Group(svc, "", auth.Public())
	api.Post(g, "/shapes", sink[struct{ Body Shape }, Shape], api.Name("shapes"))
	api.Post(g, "/forms", sink[Form, api.None], api.Name("form"))
	api.Post(g, "/parts", sink[parts, api.Stream[Part]], api.Name("stream"))
	api.Put(g, "/bytes", sink[bytes, api.Blob], api.Name("bytes"))
	api.Get(g, "/files/{name}", sink[named, api.Blob], api.Name("file"))
	api.Get(g, "/talk", sink[api.None, api.WebSocket[Shape, Thing]], api.Name("talk"))
}
