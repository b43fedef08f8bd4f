package api_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/cbor"
	"github.com/vade-go/vade/auth"
)

// anything has a field of every kind of value; what is not there is absent.
type anything struct {
	Text   api.Opt[string]         `json:"text,omitzero"`
	Int    api.Opt[int64]          `json:"int,omitzero"`
	Small  api.Opt[uint8]          `json:"small,omitzero"`
	Float  api.Opt[float64]        `json:"float,omitzero"`
	Single api.Opt[float32]        `json:"single,omitzero"`
	Bytes  api.Opt[[]byte]         `json:"bytes,omitzero"`
	Any    any                     `json:"any,omitzero"`
	Within []anything              `json:"within,omitzero"`
	Named  map[string]anything     `json:"named,omitzero"`
	Tool   api.Opt[tool]           `json:"tool,omitzero"`
	Tools  []tool                  `json:"tools,omitzero"`
	Counts api.Opt[map[string]int] `json:"counts,omitzero"`
}

// tool is a hammer, or a box with a tool in it.
type (
	tool      = api.Union[toolKind, toolKinds]
	toolKind  interface{ isTool() }
	hammer    struct{ Weight float64 }
	toolBox   struct{ Inner tool }
	toolKinds struct{}
)

func (hammer) isTool()  {}
func (toolBox) isTool() {}

// Cases returns the kinds of tools.
func (toolKinds) Cases() (string, []api.Case) {
	return "kind", []api.Case{api.CaseOf[hammer]("hammer"), api.CaseOf[toolBox]("box")}
}

type hostileForms struct {
	Text  api.Opt[string]  `form:"text"`
	Float api.Opt[float64] `form:"float"`
	List  []string         `form:"list"`
}

type hostileFiles struct {
	Text  api.Opt[string]   `form:"text"`
	File  api.Opt[api.File] `form:"file"`
	Files []api.File        `form:"files"`
}

type anyBytes struct{ Body api.Blob }

// hostileTargets are where the application takes bodies.
var hostileTargets = []string{"/anything", "/tool", "/list", "/any", "/forms", "/files", "/parts", "/bytes"}

// hostileApp takes every kind of body there is, and gives back what it was given.
func hostileApp(t testing.TB) http.Handler {
	s := newService()
	api.Configure(s, auth.Public(), api.Codecs(cbor.Codec{}), api.MaxBody(1<<20))
	api.Post(s, "/anything", func(_ context.Context, in anything) (anything, error) { return in, nil })
	api.Post(s, "/tool", func(_ context.Context, in struct{ Body tool }) (tool, error) { return in.Body, nil }, api.Name("tool"))
	api.Post(s, "/list", func(_ context.Context, in struct{ Body []anything }) ([]anything, error) { return in.Body, nil }, api.Name("list"))
	api.Post(s, "/any", func(_ context.Context, in struct{ Body any }) ([]any, error) { return []any{in.Body}, nil }, api.Name("any"))
	api.Post(s, "/forms", func(_ context.Context, in hostileForms) (int, error) { return len(in.List), nil }, api.Name("forms"))
	api.Post(s, "/files", func(_ context.Context, in hostileFiles) ([]string, error) {
		out := []string{}
		for _, f := range in.Files {
			out = append(out, contentOf(f))
		}
		return out, nil
	}, api.Name("files"))
	api.Post(s, "/parts", receive)
	api.Post(s, "/bytes", func(_ context.Context, in anyBytes) (int64, error) { return io.Copy(io.Discard, in.Body.Content) }, api.Name("bytes"))
	return s.open(t, io.Discard, nil)
}
