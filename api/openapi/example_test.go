package openapi_test

import (
	"fmt"
	"strings"

	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/manifest"
)

func Example() {
	system := &manifest.System{Name: "hello", Services: []manifest.Service{{
		Name: "greeter",
		Operations: []manifest.Operation{{
			ID: "greeter.greet", Method: "GET", Path: "/greeting", Timeout: "1s", Security: manifest.Security{Public: true},
			Responses: []manifest.Response{{Status: 200, Content: &manifest.Content{MediaType: "text/plain"}}},
		}},
	}}}
	data, err := openapi.Document(system, openapi.Options{Version: "1.0.0"})
	lines := strings.SplitAfter(string(data), "\n")
	fmt.Print(strings.Join(lines[:6], ""), err)
	// Output:
	// {
	//   "openapi": "3.1.1",
	//   "info": {
	//     "title": "hello",
	//     "version": "1.0.0"
	//   },
	// <nil>
}
