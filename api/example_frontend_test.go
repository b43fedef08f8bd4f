package api_test

import (
	"fmt"
	"testing/fstest"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

func ExampleFrontend() {
	files := fstest.MapFS{"index.html": {}, "assets/index-DwQy7Kc1.js": {}} // in a program an embed.FS

	svc := vade.NewService("library")
	api.Get(svc, "/api/books/{isbn}", findBook, auth.Public())
	api.Frontend(svc, "/", files, auth.Public())

	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, route := range m.Services[0].Routes() {
		fmt.Println(route.Pattern())
	}
	// Output:
	// GET /api/books/{isbn}
	// /{rest...}
}
