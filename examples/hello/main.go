// Command hello is the smallest Vade program: one service with one operation.
package main

import (
	"context"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/program"
)

func main() { program.Main(vade.NewSystem("hello", service()), nil) }

func service() *vade.Service {
	svc := vade.NewService("greeter", vade.Summary("Says hello"))
	api.Get(svc, "/hello/{name}", hello, auth.Public(), api.Summary("Greet somebody"))
	return svc
}

// Who is to be greeted.
type Who struct {
	Name string `path:"name" maxLength:"50" doc:"Whom to greet." example:"Ada"`
}

// Greeting is the answer.
type Greeting struct {
	Message string `json:"message" example:"Hello, Ada!"`
}

func hello(_ context.Context, in Who) (Greeting, error) {
	return Greeting{Message: "Hello, " + in.Name + "!"}, nil
}
