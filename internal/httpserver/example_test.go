package httpserver_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/vade-go/vade/internal/httpserver"
)

func Example() {
	ctx := context.Background()
	s := httpserver.New(httpserver.Config{Address: "127.0.0.1:0", Setting: "VADE_GATEWAY"})
	if err := s.Listen(); err != nil { // the address is taken; connections wait
		fmt.Println(err)
		return
	}
	s.Handle(http.NotFoundHandler())
	fmt.Println(s.Start(ctx), s.Stop(ctx))
	// Output: <nil> <nil>
}
