package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/telemetry"
)

func Example() {
	system := &manifest.System{Name: "hello", Services: []manifest.Service{{
		Name:       "greeter",
		Operations: []manifest.Operation{{ID: "greeter.greet", Method: "GET", Path: "/hello/{name}", Timeout: "1s"}},
	}}}
	greeter := http.NewServeMux()
	greeter.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, %s!", r.PathValue("name"))
	})
	tel, err := telemetry.New(telemetry.Config{Service: "hello", Output: io.Discard})
	if err != nil {
		fmt.Println(err)
		return
	}
	gw, err := gateway.New(system, gateway.Config{
		Telemetry: tel,
		Upstreams: map[string]gateway.Upstream{"greeter": gateway.Local(greeter)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/hello/Ada", "/hello/..%2fAda", "/bye"} {
		w := httptest.NewRecorder()
		gw.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 Hello, Ada!
	// 400 {"type":"/problems/malformed","title":"The request is malformed","status":400,"detail":"The path has an encoded slash or a backslash.","code":"malformed"}
	// 404 {"type":"/problems/not-found","title":"There is no such resource","status":404,"code":"not-found"}
}
