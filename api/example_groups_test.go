package api_test

import (
	"fmt"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

func ExampleCacheControl() {
	svc := vade.NewService("library")
	books := api.Group(svc, "/books", auth.Public(), api.CacheControl(api.Caching{MaxAge: time.Minute, StaleIfError: time.Hour}))
	api.Get(books, "/{isbn}", findBook)
	api.Get(svc, "/mine/{isbn}", findBook, auth.Require(auth.OAuth2("library")), api.Name("mine"))

	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, op := range m.Services[0].Operations {
		fmt.Println(op.ID, op.CacheControl)
	}
	// Output:
	// library.findBook max-age=60, stale-if-error=3600
	// library.mine no-store
}

func ExampleMaxConcurrent() {
	svc := vade.NewService("library")
	api.Configure(svc, api.MaxConcurrent(500)) // the service as a whole
	slow := api.Group(svc, "/search", auth.Public(), api.MaxConcurrent(8))
	api.Get(slow, "", searchBooks)

	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range m.Services[0].Operations[0].Plan {
		if step.Stage == "shed" {
			fmt.Println(step.Detail)
		}
	}
	// Output:
	// 500 at a time
	// 8 at a time
}

func ExampleVersion() {
	svc := vade.NewService("library")
	for _, v := range []string{"1", "2"} {
		g := api.Group(svc, "/v"+v, auth.Public(), api.Version(v))
		api.Get(g, "/books/{isbn}", findBook)
	}
	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, op := range m.Services[0].Operations {
		fmt.Println(op.ID, op.Path, op.Version)
	}
	// Output:
	// library.findBook-v1 /v1/books/{isbn} 1
	// library.findBook-v2 /v2/books/{isbn} 2
}
