package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

type seat struct {
	Row  int             `json:"row" minimum:"1" maximum:"40"`
	Note api.Opt[string] `json:"note,omitzero" maxLength:"5"`
	Pay  *payments       `json:"pay"`
	Tags []string        `json:"tags" minItems:"1"`
}

type payments struct {
	Cents int `json:"cents" exclusiveMinimum:"0"`
}

type seated struct {
	Where string `json:"where"`
}

type seatForm struct {
	ID    string          `path:"id"`
	Row   int             `form:"row" minimum:"1"`
	Note  api.Opt[string] `form:"note"`
	Photo api.File        `form:"photo"`
}

func takeSeat(context.Context, seat) (api.Created[seated], error) { return api.Created[seated]{}, nil }
func moveSeat(context.Context, seat) (seat, error)                { return seat{}, nil }
func fillSeat(context.Context, seatForm) (api.None, error)        { return api.None{}, nil }
func listSeats(context.Context, api.None) ([]seated, error)       { return nil, nil }

func good() seat { return seat{Row: 3, Tags: []string{"window"}, Note: api.Some("near")} }

func only(t *testing.T, s *service) manifest.Operation {
	t.Helper()
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	return m.Operations[0]
}

func TestAnExampleStandsWhereItsTypeIs(t *testing.T) {
	t.Parallel()
	const row = `{"row":3,"note":"near","pay":null,"tags":["window"]}`
	for _, tt := range []struct {
		name         string
		declare      func(s *service, example ...api.Option)
		option       api.Option
		body, answer string
	}{
		{"the request", func(s *service, o ...api.Option) { api.Post(s, "/seats", takeSeat, o...) }, api.Example("a window", good()), row, ""},
		{"the answer", func(s *service, o ...api.Option) { api.Post(s, "/seats", takeSeat, o...) }, api.Example("a window", seated{"3A"}), "", `{"where":"3A"}`},
		{"both", func(s *service, o ...api.Option) { api.Put(s, "/seats", moveSeat, o...) }, api.Example("a window", good()), row, row},
		{"a list", func(s *service, o ...api.Option) { api.Get(s, "/seats", listSeats, o...) }, api.Example("a window", []seated{{"3A"}}), "", `[{"where":"3A"}]`},
		{"a form", func(s *service, o ...api.Option) { api.Put(s, "/seats/{id}", fillSeat, o...) }, api.Example("a window", seatForm{Row: 3}), `{"row":3}`, ""},
	} {
		s := newService()
		tt.declare(s, auth.Public(), tt.option)
		op := only(t, s)
		for _, part := range []struct {
			content *manifest.Content
			want    string
		}{{op.Body, tt.body}, {op.Responses[0].Content, tt.answer}} {
			var got string
			if part.content != nil && len(part.content.Examples) == 1 && part.content.Examples[0].Name == "a window" {
				got = string(part.content.Examples[0].Value)
			}
			if got != part.want {
				t.Errorf("%s: got %q, want %q", tt.name, got, part.want)
			}
		}
	}
}

// membership has members that only one side sends, at every depth.
type membership struct {
	ID     string             `json:"id" format:"uuid" readOnly:"true"`
	Pass   string             `json:"pass" minLength:"8" writeOnly:"true"`
	Owner  owner              `json:"owner"`
	Others []owner            `json:"others"`
	ByName map[string]owner   `json:"by_name"`
	Next   *membership        `json:"next"`
	Maybe  api.Null[owner]    `json:"maybe,omitzero"`
	Means  api.Union[any, by] `json:"means"`
}

type owner struct {
	Name string `json:"name"`
	Key  int    `json:"key" minimum:"1" readOnly:"true"`
}

type (
	by   struct{}
	card struct {
		Number string `json:"number" writeOnly:"true"`
	}
	bill struct {
		Number string `json:"number" readOnly:"true"`
	}
)

func (by) Cases() (string, []api.Case) {
	return "kind", []api.Case{api.CaseOf[card]("card"), api.CaseOf[bill]("bill")}
}

func TestAnExampleShowsWhatItsSideSends(t *testing.T) {
	t.Parallel()
	someone := owner{Name: "Ada", Key: 7}
	value := membership{
		ID: "7c6d1d3c-6a4e-4ee1-8dd3-4c3d4a5b6c7d", Pass: "open sesame", Owner: someone, Others: []owner{someone},
		ByName: map[string]owner{"a/b": someone}, Maybe: schema.NotNull(someone), Means: api.Union[any, by]{Value: card{"42"}},
	}
	s := newService()
	api.Put(s, "/accounts", func(_ context.Context, in membership) (membership, error) { return in, nil }, auth.Public(), api.Example("mine", value))
	op := only(t, s)
	const sent = `{"pass":"open sesame","owner":{"name":"Ada"},"others":[{"name":"Ada"}],"by_name":{"a/b":{"name":"Ada"}},"next":null,` +
		`"maybe":{"name":"Ada"},"means":{"kind":"card","number":"42"}}`
	if got := string(op.Body.Examples[0].Value); got != sent {
		t.Errorf("the request is %s", got)
	}
	const answered = `{"id":"7c6d1d3c-6a4e-4ee1-8dd3-4c3d4a5b6c7d","owner":{"name":"Ada","key":7},"others":[{"name":"Ada","key":7}],` +
		`"by_name":{"a/b":{"name":"Ada","key":7}},"next":null,"maybe":{"name":"Ada","key":7},"means":{"kind":"card"}}`
	if got := string(op.Responses[0].Content.Examples[0].Value); got != answered {
		t.Errorf("the answer is %s", got)
	}
	unnamed := newService() // what clients do not send need not be right where only they are shown
	api.Put(unnamed, "/accounts", func(context.Context, owner) (api.None, error) { return api.None{}, nil }, auth.Public(), api.Example("mine", owner{Name: "Ada"}))
	if got := string(only(t, unnamed).Body.Examples[0].Value); got != `{"name":"Ada"}` {
		t.Errorf("got %s", got)
	}
}

func TestAWrongExampleIsAMistakeOfTheDeclaration(t *testing.T) {
	t.Parallel()
	far := good()
	far.Row = 99
	long := good()
	long.Note, long.Pay = api.Some("much too long"), &payments{}
	for _, tt := range []struct {
		name   string
		option api.Option
		says   []string
	}{
		{"a rule", api.Example("far", far), []string{`api.Example("far")`, "/row", "must be at most 40"}},
		{"several rules", api.Example("long", long), []string{"/note", "/pay/cents"}},
		{"nothing set", api.Example("empty", seat{}), []string{"/row", "/tags"}},
		{"another type", api.Example("other", 7), []string{"int is neither the type"}},
		{"a pointer", api.Example("pointer", &far), []string{"neither"}},
		{"no name", api.Example("", good()), []string{"needs a name"}},
	} {
		s := newService()
		api.Post(s, "/seats", takeSeat, auth.Public(), tt.option)
		_, err := s.describe()
		if declared, ok := errors.AsType[*api.DeclarationError](err); !ok || !strings.Contains(declared.Source, "examples_test.go:") {
			t.Fatalf("%s: got %v", tt.name, err)
		}
		for _, part := range append(tt.says, "examples_test.go:") {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v does not say %q", tt.name, err, part)
			}
		}
		if strings.Contains(err.Error(), "much too long") {
			t.Errorf("%s: the value is in %v", tt.name, err)
		}
	}
	s := newService()
	api.Post(s, "/seats", takeSeat, auth.Public(), api.Example("one", good()), api.Example("one", good()))
	if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), "another example has the name") {
		t.Errorf("two of one name: %v", err)
	}
}

func TestADeclaredProblemIsShownAsItWasDeclared(t *testing.T) {
	t.Parallel()
	soldOut := problem.New(409, "sold-out", "Sold out")
	s := newService()
	api.Post(s, "/seats", takeSeat, auth.Public(), api.Fails(soldOut, problem.NotFound()),
		api.Fails(soldOut.WithDetail("Flight 7 has no seat left.").With("left", 0)))
	problems := only(t, s).Problems
	if len(problems) != 2 || problems[0].Example != nil {
		t.Fatalf("got %+v", problems)
	}
	const want = `{"type":"/problems/sold-out","title":"Sold out","status":409,"detail":"Flight 7 has no seat left.","code":"sold-out","left":0}`
	if got := string(problems[1].Example); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

type NewBook struct {
	Title string `json:"title" minLength:"1"`
	Pages int    `json:"pages" minimum:"1"`
}

func addBook(_ context.Context, in NewBook) (api.Created[Book], error) {
	return api.Created[Book]{Value: Book{Title: in.Title}}, nil
}

func ExampleExample() {
	svc := vade.NewService("library")
	api.Post(svc, "/books", addBook, auth.Public(),
		api.Example("a classic", NewBook{Title: "The C Programming Language", Pages: 272}))
	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	shown := m.Services[0].Operations[0].Body.Examples[0]
	fmt.Println(shown.Name, string(shown.Value))

	wrong := vade.NewService("library")
	api.Post(wrong, "/books", addBook, auth.Public(), api.Example("no pages", NewBook{Title: "Empty"}))
	_, err = vade.NewSystem("town", wrong).Manifest()
	fmt.Println(strings.Contains(err.Error(), "/pages"), strings.Contains(err.Error(), "must be at least 1"))
	// Output:
	// a classic {"title":"The C Programming Language","pages":272}
	// true true
}
