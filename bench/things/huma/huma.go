// Package huma declares the operations of package things with Huma.
package huma

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/vade-go/vade/bench/things"
)

type key[A, B any] struct {
	ID string `path:"id" maxLength:"40"`
}

type filter[A, B any] struct {
	Owner string `query:"owner" maxLength:"40"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type newInput[A, B any] struct{ Body things.NewThing[A, B] }

type replace[A, B any] struct {
	ID   string `path:"id" maxLength:"40"`
	Body things.NewThing[A, B]
}

type one[A, B any] struct{ Body things.Thing[A, B] }

type made[A, B any] struct {
	Location string `header:"Location"`
	Body     things.Thing[A, B]
}

type list[A, B any] struct{ Body things.List[A, B] }

// Handler is the same five hundred operations. It documents who may call and asks nobody.
func Handler() http.Handler {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("things", "1.0.0"))
	ten[bool](api, "0")
	ten[int](api, "1")
	ten[int8](api, "2")
	ten[int16](api, "3")
	ten[int32](api, "4")
	ten[int64](api, "5")
	ten[uint8](api, "6")
	ten[uint16](api, "7")
	ten[uint32](api, "8")
	ten[uint64](api, "9")
	return mux
}

func ten[A any](api huma.API, first string) {
	kind[A, bool](api, first+"-0")
	kind[A, int](api, first+"-1")
	kind[A, int8](api, first+"-2")
	kind[A, int16](api, first+"-3")
	kind[A, int32](api, first+"-4")
	kind[A, int64](api, first+"-5")
	kind[A, uint8](api, first+"-6")
	kind[A, uint16](api, first+"-7")
	kind[A, uint32](api, first+"-8")
	kind[A, uint64](api, first+"-9")
}

func kind[A, B any](api huma.API, name string) {
	path, secured := "/things-"+name, []map[string][]string{{"shop": {"things:write"}}}
	huma.Register(api, huma.Operation{OperationID: "list-" + name, Method: http.MethodGet, Path: path},
		func(context.Context, *filter[A, B]) (*list[A, B], error) {
			return &list[A, B]{Body: things.List[A, B]{Items: []things.Thing[A, B]{things.Any[A, B]("1")}}}, nil
		})
	huma.Register(api, huma.Operation{OperationID: "get-" + name, Method: http.MethodGet, Path: path + "/{id}"},
		func(_ context.Context, in *key[A, B]) (*one[A, B], error) {
			return &one[A, B]{Body: things.Any[A, B](in.ID)}, nil
		})
	huma.Register(api, huma.Operation{OperationID: "make-" + name, Method: http.MethodPost, Path: path, DefaultStatus: http.StatusCreated, Security: secured},
		func(context.Context, *newInput[A, B]) (*made[A, B], error) {
			return &made[A, B]{Location: path + "/1", Body: things.Any[A, B]("1")}, nil
		})
	huma.Register(api, huma.Operation{OperationID: "replace-" + name, Method: http.MethodPut, Path: path + "/{id}", Security: secured},
		func(_ context.Context, in *replace[A, B]) (*one[A, B], error) {
			return &one[A, B]{Body: things.Any[A, B](in.ID)}, nil
		})
	huma.Register(api, huma.Operation{OperationID: "remove-" + name, Method: http.MethodDelete, Path: path + "/{id}", Security: secured},
		func(context.Context, *key[A, B]) (*struct{}, error) { return nil, nil })
}
