package muxroute_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vade-go/vade/internal/muxroute"
)

func TestWhatTheMuxRefusesIsAnErrorThatNamesNoFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ known, pattern, want string }{
		{"GET /a/{x}", "GET /a/b", ""},
		{"GET /a/{x}", "GET /a/{y}", "GET /a/{y} matches the same requests as GET /a/{x}"},
		{"GET /{x}/b", "GET /a/{y}", "GET /a/{y} and GET /{x}/b both match some paths, like \"/a/b\"."},
		{"GET /a", "GET /{", "parsing"},
		{"GET /a", "GET a", "parsing"},
	} {
		mux := http.NewServeMux()
		if err := muxroute.Register(mux, tt.known, http.NotFoundHandler()); err != nil {
			t.Fatal(err)
		}
		err := muxroute.Register(mux, tt.pattern, http.NotFoundHandler())
		switch got := fmt.Sprint(err); {
		case tt.want == "" && err != nil, !strings.Contains(got, tt.want) && tt.want != "", strings.Contains(got, ".go:"):
			t.Errorf("%s beside %s: %s", tt.pattern, tt.known, got)
		}
	}
}

func ExampleRegister() {
	mux := http.NewServeMux()
	fmt.Println(muxroute.Register(mux, "GET /a/{x}", http.NotFoundHandler()))
	fmt.Println(muxroute.Register(mux, "GET /a/{y}", http.NotFoundHandler()))
	// Output:
	// <nil>
	// GET /a/{y} matches the same requests as GET /a/{x}
}
