package things

import (
	"context"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

type vadeKey[A, B any] struct {
	ID string `path:"id" maxLength:"40"`
}

type vadeFilter[A, B any] struct {
	Owner api.Opt[string] `query:"owner" maxLength:"40"`
	Limit int             `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type vadeReplace[A, B any] struct {
	ID   string `path:"id" maxLength:"40"`
	Body NewThing[A, B]
}

// Vade is the system, of one service. Everything but reading asks for a token, as it would be.
func Vade() *vade.System {
	svc := vade.NewService("shop")
	vadeTen[bool](svc, "0")
	vadeTen[int](svc, "1")
	vadeTen[int8](svc, "2")
	vadeTen[int16](svc, "3")
	vadeTen[int32](svc, "4")
	vadeTen[int64](svc, "5")
	vadeTen[uint8](svc, "6")
	vadeTen[uint16](svc, "7")
	vadeTen[uint32](svc, "8")
	vadeTen[uint64](svc, "9")
	return vade.NewSystem("things", svc)
}

func vadeTen[A any](svc *vade.Service, first string) {
	vadeOne[A, bool](svc, first+"-0")
	vadeOne[A, int](svc, first+"-1")
	vadeOne[A, int8](svc, first+"-2")
	vadeOne[A, int16](svc, first+"-3")
	vadeOne[A, int32](svc, first+"-4")
	vadeOne[A, int64](svc, first+"-5")
	vadeOne[A, uint8](svc, first+"-6")
	vadeOne[A, uint16](svc, first+"-7")
	vadeOne[A, uint32](svc, first+"-8")
	vadeOne[A, uint64](svc, first+"-9")
}

// vadeOne is one kind of things.
func vadeOne[A, B any](svc *vade.Service, name string) {
	group := api.Group(svc, "/things-"+name, auth.Require(auth.OAuth2("shop"), "things:write"))
	api.Get(group, "", func(context.Context, vadeFilter[A, B]) (List[A, B], error) {
		return List[A, B]{Items: []Thing[A, B]{Any[A, B]("1")}}, nil
	}, auth.Public(), api.Name("list-"+name))
	api.Get(group, "/{id}", func(_ context.Context, in vadeKey[A, B]) (Thing[A, B], error) {
		return Any[A, B](in.ID), nil
	}, auth.Public(), api.Name("get-"+name))
	api.Post(group, "", func(_ context.Context, in NewThing[A, B]) (api.Created[Thing[A, B]], error) {
		return api.Created[Thing[A, B]]{Value: Any[A, B]("1"), Location: "/things-" + name + "/1"}, nil
	}, api.Name("make-"+name))
	api.Put(group, "/{id}", func(_ context.Context, in vadeReplace[A, B]) (Thing[A, B], error) {
		return Any[A, B](in.ID), nil
	}, api.Name("replace-"+name))
	api.Delete(group, "/{id}", func(context.Context, vadeKey[A, B]) (api.None, error) { return api.None{}, nil }, api.Name("remove-"+name))
}
