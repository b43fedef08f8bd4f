package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

type byID struct {
	ID string `path:"id"`
}

func get(context.Context, byID) (string, error) { return "", nil }

func nothing(context.Context, api.None) (api.None, error) { return api.None{}, nil }

func echoOrder(_ context.Context, in order) (order, error) { return in, nil }

// inputs is the handler of any input.
func inputs[In any](context.Context, In) (api.None, error) { return api.None{}, nil }

type Paging struct {
	Limit int `query:"limit"`
}

func TestMistakesOfADeclarationNameThePlaceAndTheMend(t *testing.T) {
	t.Parallel()
	public := auth.Public()
	tests := []struct {
		name    string
		declare func(s *service)
		is      error
		says    string
	}{
		{"undecided", func(s *service) { api.Get(s, "/a/{id}", get) }, api.ErrUndecided, "auth.Public()"},
		{"scopes without a scheme", func(s *service) { api.Get(s, "/a/{id}", get, auth.Scopes("x")) }, api.ErrUndecided, "auth.Require"},
		{"wildcard without a field", func(s *service) { api.Get(s, "/a/{id}/{part}", get, public) }, api.ErrPath, "{part} has no field"},
		{"field without a wildcard", func(s *service) { api.Get(s, "/a", get, public) }, api.ErrPath, `"id"`},
		{"no slash", func(s *service) { api.Get(s, "a/{id}", get, public) }, api.ErrPath, "slash"},
		{"slash at the end", func(s *service) { api.Get(s, "/a/{id}/", get, public) }, api.ErrPath, "ends with a slash"},
		{"half a wildcard", func(s *service) { api.Get(s, "/a/x{id}", get, public) }, api.ErrPath, "not a {name}"},
		{"twice", func(s *service) {
			api.Get(s, "/n", nothing, public)
			api.Get(s, "/n", nothing, public, api.Name("other"))
		}, api.ErrDuplicate, "first at"},
		{"one id twice", func(s *service) {
			api.Get(s, "/n", nothing, public)
			api.Get(s, "/m", nothing, public)
		}, api.ErrDuplicate, "api.Name"},
		{"one operation twice", func(s *service) {
			api.Get(s, "/n", nothing, public)
			api.Get(s, "/n", nothing, public)
		}, api.ErrDuplicate, "first at"},
		{"paths that conflict", func(s *service) {
			api.Get(s, "/x/{id}/b", get, public)
			api.Get(s, "/x/a/{id}", get, public, api.Name("other"))
		}, api.ErrPath, "GET /x/{id}/b is declared at"},
		{"a body on GET", func(s *service) {
			api.Get(s, "/n", func(context.Context, order) (order, error) { return order{}, nil }, public)
		}, nil, "takes no body"},
		{"a field without a place", func(s *service) {
			api.Post(s, "/n/{id}", func(context.Context, struct {
				ID    string `path:"id"`
				Other string
			}) (api.None, error) {
				return api.None{}, nil
			}, public)
		}, nil, "field Other"},
		{"a type without a schema", func(s *service) {
			api.Get(s, "/n", func(context.Context, api.None) (chan int, error) { return nil, nil }, public)
		}, nil, "chan"},
		{"a pointer to an answer", func(s *service) {
			api.Get(s, "/n", func(context.Context, api.None) (*api.Created[int], error) { return nil, nil }, public)
		}, nil, "not a pointer"},
		{"an output that embeds a page", func(s *service) {
			type counted struct {
				api.Page[int]
				Total int
			}
			api.Get(s, "/n", func(context.Context, api.None) (counted, error) { return counted{}, nil }, public)
		}, nil, "would be lost"},
		{"a page whose cursor nobody takes", func(s *service) {
			api.Get(s, "/n", func(context.Context, api.None) (api.Page[int], error) { return api.Page[int]{}, nil }, public)
		}, nil, "embed api.Paging"},
		{"an output that is anything", func(s *service) {
			api.Get(s, "/n", func(context.Context, api.None) (any, error) { return nil, nil }, public)
		}, nil, "can be described"},
		{"an input that is anything", func(s *service) {
			api.Post(s, "/n", func(context.Context, any) (api.None, error) { return api.None{}, nil }, public)
		}, nil, "an input is a value"},
		{"no handler", func(s *service) { api.Get[byID, string](s, "/n/{id}", nil, public) }, nil, "handler is nil"},
		{"no method", func(s *service) { api.Serve(s, api.Define[byID, string]("get", "/n/{id}"), get, public) }, nil, "DELETE"},
		{"a nil problem", func(s *service) { api.Get(s, "/n", nothing, public, api.Fails(nil)) }, nil, "a problem is nil"},
		{"a problem with a bad code", func(s *service) {
			api.Get(s, "/n", nothing, public, api.Fails(problem.New(409, "SoldOut", "Sold out")))
		}, nil, "kebab-case"},
		{"a bad scope", func(s *service) { api.Get(s, "/n", nothing, auth.Require(auth.OAuth2("x"), "a b")) }, nil, "is no scope"},
		{"less than no body", func(s *service) { api.Put(s, "/n", echoOrder, public, api.MaxBody(-1)) }, nil, "MaxBody(-1)"},
		{"a parameter with parts", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Filter struct{ Status string } `query:"filter"`
			}], public)
		}, nil, "no text form"},
		{"a map of lists", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Filter map[string][]string `query:"filter"`
			}], public)
		}, nil, "no text form"},
		{"a map of what may be null", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Filter map[string]api.Null[string] `query:"filter"`
			}], public)
		}, nil, "never null"},
		{"a parameter that is a key of a map", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Owner  string            `query:"filter[owner]"`
				Filter map[string]string `query:"filter"`
			}], public)
		}, nil, "overlap"},
		{"a map in a header", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Filter map[string]string `header:"x-filter"`
			}], public)
		}, nil, "of the query only"},
		{"a parameter that may be null", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Limit api.Null[int] `query:"limit"`
			}], public)
		}, nil, "api.Opt"},
		{"a pointer as parameter", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Limit *int `query:"limit"`
			}], public)
		}, nil, "api.Opt"},
		{"a list in the path", func(s *service) {
			api.Get(s, "/n/{ids}", inputs[struct {
				IDs []int `path:"ids"`
			}], public)
		}, nil, "one value"},
		{"a field with two places", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				ID string `query:"id" header:"x-id"`
			}], public)
		}, nil, "query and header"},
		{"a header of the connection", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Host string `header:"host"`
			}], public)
		}, nil, "belongs to the connection"},
		{"no name of a header", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Name string `header:"bad name"`
			}], public)
		}, nil, "no name of a header"},
		{"no name of a cookie", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				Name string `cookie:"a=b"`
			}], public)
		}, nil, "no name of a cookie"},
		{"an embedded pointer", func(s *service) {
			api.Get(s, "/n", inputs[struct {
				*Paging
				Other int `query:"other"`
			}], public)
		}, nil, "embed api_test.Paging itself"},
		{"a policy that does not fit", func(s *service) { api.Get(s, "/n", nothing, public, picky{}) }, nil, "picky about api.None"},
		{"no time at all", func(s *service) { api.Get(s, "/n", nothing, public, api.Timeout(-time.Second)) }, nil, "timeout"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newService()
			tt.declare(s)
			_, err := s.describe()
			if err == nil {
				t.Fatal("nobody noticed")
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
			for _, part := range []string{tt.says, "declare_test.go:", "/"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}

func TestAllMistakesComeBackTogether(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/a/{x}", get)
	api.Get(s, "/b/{id}", get)
	api.Get(s, "c/{d}", func(context.Context, struct {
		Other chan int `query:"other"`
	}) (chan int, error) {
		return nil, nil
	}, api.Timeout(-time.Second), api.Fails(nil))
	_, err := s.describe()
	for _, part := range []string{"/a/{x}", "/b/{id}", "{x} has no field", `"id"`, "begin with a slash", "Other", "output: ", "timeout", "problem is nil",
		"auth.Public()"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
}

func TestAPathParameterWithAWrongTagIsNotSaidToHaveNoField(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/a/{id}", func(context.Context, struct {
		ID string `path:"id" maxlength:"3"`
	}) (string, error) {
		return "", nil
	}, auth.Public())
	_, err := s.describe()
	if err == nil || !strings.Contains(err.Error(), "write maxLength") || strings.Contains(err.Error(), "has no field") {
		t.Errorf("got %v", err)
	}
}

func TestGroupsAddUpAndLooseningIsExplicit(t *testing.T) {
	t.Parallel()
	s := newService()
	outer := api.Group(s, "/v1", auth.Require(auth.OAuth2("shop")), api.Tags("one"))
	inner := api.Group(outer, "/things", auth.Scopes("things:read"), api.Tags("two"))
	api.Get(inner, "/{id}", get, auth.Scopes("things:extra"), api.Timeout(time.Second))
	api.Get(inner, "", nothing, auth.Public())
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	one, two := m.Operations[0], m.Operations[1]
	if one.Path != "/v1/things/{id}" || strings.Join(one.Tags, " ") != "one two" || one.Timeout != "1s" {
		t.Errorf("got %+v", one)
	}
	if got := strings.Join(one.Security.Schemes, " ") + ": " + strings.Join(one.Security.Scopes, " "); got != "shop: things:read things:extra" {
		t.Errorf("security %q", got)
	}
	if !two.Security.Public || len(two.Security.Scopes) != 0 {
		t.Errorf("public: %+v", two.Security)
	}
}

func TestThePlanIsListedInRunningOrder(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Post(s, "/shops/{shop}/orders", echo, auth.Require(auth.OAuth2("shop"), "orders:write"))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	var stages []string
	for _, st := range m.Operations[0].Plan {
		stages = append(stages, st.Stage)
	}
	want := "recover trace deadline authenticate authorise bind validate dependencies handler"
	if got := strings.Join(stages, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// picky is a policy that fits no operation.
type picky struct{}

func (picky) DescribeOperation(*manifest.Operation) {}

func (picky) Steps(s operation.Signature) ([]operation.Step, error) {
	return nil, fmt.Errorf("picky about %s", s.In)
}
