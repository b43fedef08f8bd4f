package program_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

func withMounts() *vade.System {
	svc := vade.NewService("greeter")
	api.Get(svc, "/hello/{name}", hello, auth.Public())
	api.Mount(svc, "/old/hello", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "old ", r.URL.Path) }),
		auth.Require(auth.OAuth2("house"), "old:use"))
	return vade.NewSystem("house", svc)
}

func TestMountsAreListedAndExplained(t *testing.T) {
	t.Parallel()
	data := []string{"VADE_DATA=" + t.TempDir()}
	out, _, _ := run(t, withMounts(), data, "routes")
	if !strings.Contains(out, "/old/hello/…") || !strings.Contains(out, "greeter.mount-old-hello") || !strings.Contains(out, "house old:use") {
		t.Errorf("got %s", out)
	}
	for _, request := range []string{"PROPFIND /old/hello", "GET /old/hello/a/b"} {
		out, errs, code := run(t, withMounts(), data, "explain", request)
		if code != 0 || !strings.Contains(out, "greeter.mount-old-hello") || !strings.Contains(out, "authorise") || !strings.Contains(out, "mount_test.go:") {
			t.Errorf("%s: %s %s", request, out, errs)
		}
	}
	if out, _, _ := run(t, withMounts(), data, "openapi"); strings.Contains(out, "old") {
		t.Errorf("a mount is in the document: %s", out)
	}
	taken := vade.NewService("greeter")
	api.Mount(taken, "/docs", http.NotFoundHandler(), auth.Public())
	if _, errs, code := run(t, vade.NewSystem("house", taken), data, "routes"); code == 0 || !strings.Contains(errs, "the program itself answers /docs") {
		t.Errorf("got %d %s", code, errs)
	}
}
