package api_test

import (
	"fmt"
	"net/http"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

func ExampleMount() {
	old := http.NewServeMux() // what was there before
	old.HandleFunc("GET /shelves", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "shelves for", auth.PrincipalFromContext(r.Context()).Subject)
	})

	svc := vade.NewService("library")
	api.Mount(svc, "/v0", old, auth.Require(auth.OAuth2("library"), "shelves:read"))

	m, err := vade.NewSystem("town", svc).Manifest()
	if err != nil {
		fmt.Println(err)
		return
	}
	mount := m.Services[0].Mounts[0]
	fmt.Println(mount.ID, mount.Path, mount.Security.Scopes)
	for _, step := range mount.Plan {
		if step.Detail != "" {
			fmt.Println(step.Stage, step.Detail)
		}
	}
	// Output:
	// library.mount-v0 /v0 [shelves:read]
	// deadline the caller's
	// authenticate library
	// authorise shelves:read
	// handler library.mount-v0
}
