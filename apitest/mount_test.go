package apitest_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
)

func TestMountsAreReachedBesideOperations(t *testing.T) {
	t.Parallel()
	svc, web := vade.NewService("old"), vade.NewService("web")
	api.Mount(svc, "/legacy", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method+" "+r.URL.Path+" by "+auth.PrincipalFromContext(r.Context()).Subject)
	}), auth.Require(auth.OAuth2("shop")))
	api.Get(svc, "/legacy/new", func(context.Context, api.None) (string, error) { return "new", nil }, auth.Public())
	api.Frontend(web, "/", fstest.MapFS{"index.html": {Data: []byte("<p>the page")}}, auth.Public())

	alone := apitest.New(t, svc, apitest.As(ada))
	if got := string(alone.Do("PUT", "/legacy/a", nil).Want(200).Body); got != "PUT /a by "+ada.Subject {
		t.Errorf("got %s", got)
	}
	alone.Do("PUT", "/legacy/a", nil, apitest.Anonymous()).Want(401)
	alone.Do("GET", "/elsewhere", nil).Want(404)
	if got := string(alone.Do("GET", "/legacy/new", nil).Want(200).Body); got != `"new"` {
		t.Errorf("got %s", got)
	}
	if got := string(apitest.New(t, web).Do("GET", "/", nil).Want(200).Body); got != "<p>the page" {
		t.Errorf("got %s", got)
	}
}
