// Package reply shows headers on the way in and out.
package reply

import (
	"context"
	"net/http"

	"github.com/vade-go/vade/api"
)

// Report is the answer.
type Report struct{ Text string }

func text(string) string { return "" }

// Ask is the input.
type Ask struct {
	Tenant string          `header:"X-Tenant" minLength:"1"` // must be there; api.Opt[string] may be absent
	Theme  api.Opt[string] `cookie:"theme"`
}

func ask(ctx context.Context, in Ask) (api.Reply[Report], error) {
	return api.Reply[Report]{
		Status:  http.StatusAccepted, // 200 to 299; without it 200
		Header:  http.Header{"X-Tenant": {in.Tenant}},
		Cookies: []*http.Cookie{{Name: "theme", Value: in.Theme.Or("light"), Path: "/", HttpOnly: true}},
		Value:   Report{Text: text(in.Tenant)},
	}, nil
}

var _ = ask
