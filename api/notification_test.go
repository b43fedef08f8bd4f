package api_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
)

type watchedOrder struct {
	Key  string `header:"X-Key"`
	Then string `query:"then" format:"uri"`
	Body struct {
		Notify string `json:"notify" format:"uri"`
	}
}

type shipped struct {
	Signature string `header:"X-Signature" doc:"HMAC of the body."`
	Body      struct {
		Order string `json:"order" minLength:"1"`
	}
}

type news struct {
	Text string `json:"text" maxLength:"9"`
}

func TestAWebhookIsDescribedAsItsReceiverSeesIt(t *testing.T) {
	t.Parallel()
	s := newService()
	g := api.Group(s, "/orders", auth.Require(auth.OAuth2("shop")), api.Tags("orders")) // who calls us has nothing to do with it
	api.Webhook[shipped](g, "shipped", api.Summary("Off it goes"), api.Tags("parcels"), api.Deprecated())
	api.Webhook[news](s, "news", api.Example("short", news{"hello"}))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	first, second := m.Webhooks[0], m.Webhooks[1]
	if first.Name != "shipped" || first.Summary != "Off it goes" || strings.Join(first.Tags, " ") != "parcels" || !first.Deprecated ||
		len(first.Parameters) != 1 || first.Parameters[0].Doc != "HMAC of the body." || !strings.Contains(string(first.Body.Schema), `"order"`) ||
		!strings.Contains(first.Source, "notification_test.go:") {
		t.Errorf("got %+v", first)
	}
	if second.Name != "news" || string(second.Body.Examples[0].Value) != `{"text":"hello"}` {
		t.Errorf("got %+v", second)
	}
	if len(m.Operations) != 0 {
		t.Errorf("they are operations: %+v", m.Operations)
	}
}

func TestACallbackBelongsToItsOperation(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"{$request.body#/notify}", "{$request.query.then}", "{$request.header.x-key}/parcels/{$response.body#/id}", "{$request.body}", "{$url}?{$method}&{$statusCode}",
		"https://example.com/{$request.body#/notify}", "http://example.com", "{$response.header.Location}",
	} {
		s := newService()
		api.Post(s, "/orders", inputs[watchedOrder], auth.Public(), api.Callback[shipped]("shipped", url, api.Description("When it goes.")))
		op := only(t, s)
		if len(op.Callbacks) != 1 || op.Callbacks[0].URL != url || op.Callbacks[0].Description != "When it goes." || op.Callbacks[0].Body == nil {
			t.Errorf("%s: got %+v", url, op.Callbacks)
		}
	}
}

func TestAWrongNotificationIsAMistakeOfTheDeclaration(t *testing.T) {
	t.Parallel()
	callback := func(url string, options ...api.Option) func(*service) {
		return func(s *service) {
			api.Post(s, "/orders", inputs[watchedOrder], auth.Public(), api.Callback[shipped]("shipped", url, options...))
		}
	}
	webhook := func(name string, options ...api.Option) func(*service) {
		return func(s *service) { api.Webhook[shipped](s, name, options...) }
	}
	for _, tt := range []struct {
		name    string
		declare func(*service)
		says    string
	}{
		{"no URL", callback(""), "nowhere"},
		{"a path", callback("/parcels"), "nowhere"},
		{"half a brace", callback("{$url"), "never closed"},
		{"the other half", callback("$url}"), "not opened"},
		{"empty braces", callback("{}"), "opens on nothing"},
		{"no expression", callback("{url}"), "no runtime expression"},
		{"another expression", callback("{$request.form#/a}"), "no runtime expression"},
		{"a bad pointer", callback("{$request.body#a}"), "no runtime expression"},
		{"no such parameter", callback("{$request.query.than}"), `no query parameter "than"`},
		{"no such header", callback("{$request.header.Then}"), `no header parameter "Then"`},
		{"no body", func(s *service) {
			api.Get(s, "/orders", nothing, auth.Public(), api.Callback[shipped]("shipped", "{$request.body}"))
		}, "takes no body"},
		{"a policy", callback("{$url}", auth.Public()), "no others"},
		{"a problem", callback("{$url}", api.Fails(problem.NotFound())), "no others"},
		{"a limit", webhook("shipped", api.MaxBody(7)), "no others"},
		{"a callback of a callback", callback("{$url}", api.Callback[shipped]("again", "{$url}")), "no others"},
		{"an example of something else", webhook("shipped", api.Example("one", 1)), "neither"},
		{"a wrong example", func(s *service) { api.Webhook[news](s, "news", api.Example("long", news{"0123456789"})) }, "/text"},
		{"no name", webhook(""), "is no name"},
		{"two words", webhook("two words"), "is no name"},
		{"a dependency", func(s *service) { api.Webhook[struct{ Caller auth.Principal }](s, "x") }, "no dependencies"},
		{"a path parameter", func(s *service) { api.Webhook[byID](s, "x") }, `"id"`},
		{"a pointer", func(s *service) { api.Webhook[*shipped](s, "x") }, "best a struct"},
		{"a type without a form", func(s *service) { api.Webhook[struct{ Body func() }](s, "x") }, "no JSON form"},
		{"a name twice", func(s *service) {
			api.Webhook[shipped](s, "shipped")
			api.Webhook[news](s, "shipped")
		}, "another webhook of the name"},
		{"a callback twice", func(s *service) {
			c := api.Callback[shipped]("shipped", "{$url}")
			api.Post(s, "/orders", inputs[watchedOrder], auth.Public(), c, c)
		}, "another callback has the name"},
	} {
		s := newService()
		tt.declare(s)
		_, err := s.describe()
		if declared, ok := errors.AsType[*api.DeclarationError](err); !ok || !strings.Contains(declared.Source, "notification_test.go:") || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

func FuzzCallbackURL(f *testing.F) {
	for _, seed := range []string{"{$request.body#/url}", "{$request.query.then}/{$response.header.Location}", "{{$url}}", "https://a/{$url", "}{"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		s := newService()
		api.Post(s, "/orders", inputs[watchedOrder], auth.Public(), api.Callback[shipped]("shipped", url))
		if _, err := s.describe(); err == nil && strings.Count(url, "{") != strings.Count(url, "}") {
			t.Errorf("%q was accepted", url)
		}
	})
}

type Subscribe struct {
	Body struct {
		URL string `json:"url" format:"uri"`
	}
}

type Returned struct {
	ISBN string `json:"isbn"`
}

func ExampleCallback() {
	svc := vade.NewService("library")
	api.Post(svc, "/reservations", inputs[Subscribe], auth.Public(), api.Name("reserve"),
		api.Callback[Returned]("returned", "{$request.body#/url}", api.Summary("The book is back")))
	api.Webhook[Returned](svc, "book-returned", api.Summary("Any book is back"))
	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Services[0].Operations[0].Callbacks[0].Summary)
	fmt.Println(m.Services[0].Webhooks[0].Summary)
	// Output:
	// The book is back
	// Any book is back
}
