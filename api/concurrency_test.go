package api_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

func TestNoMoreCallsOfAGroupRunThanItSays(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	slow := func(context.Context, api.None) (api.None, error) {
		begun <- struct{}{}
		<-release
		return api.None{}, nil
	}
	s := newService()
	g := api.Group(s, "/g", auth.Require(auth.OAuth2("shop")), api.MaxConcurrent(2))
	api.Get(g, "/a", slow, api.Name("a"))
	api.Get(g, "/b", slow, api.Name("b"))
	api.Mount(g, "/m", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	api.Get(s, "/free", nothing, auth.Public(), api.Name("free"))
	h := s.open(t, io.Discard, nil)
	var wg sync.WaitGroup
	for _, path := range []string{"/g/a", "/g/b"} {
		wg.Go(func() {
			if res, body := send(t, h, "GET", path, "", "Authorization", ada); res.StatusCode != 204 {
				t.Errorf("%s: %d %s", path, res.StatusCode, body)
			}
		})
		<-begun
	}
	for _, path := range []string{"/g/a", "/g/m/x"} {
		for range 3 { // who is refused takes no place; and is not asked who it is
			res, body := send(t, h, "GET", path, "")
			if p := problemOf(t, res, body); p.Status != 503 || p.Code != "unavailable" || res.Header.Get("Retry-After") != "1" {
				t.Errorf("%s: %s %v", path, body, res.Header)
			}
		}
	}
	if res, _ := send(t, h, "GET", "/free", ""); res.StatusCode != 204 {
		t.Errorf("another group: %d", res.StatusCode)
	}
	close(release)
	wg.Wait()
	if res, _ := send(t, h, "GET", "/g/m/x", "", "Authorization", ada); res.StatusCode != 200 {
		t.Errorf("there is room again: %d", res.StatusCode)
	}
}

func TestALimitOfCallsIsInThePlanAndTheDocument(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/{id}", get, auth.Public(), api.MaxConcurrent(7))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	op := m.Operations[0]
	if st := op.Plan[3]; st.Stage != "shed" || st.Detail != "7 at a time" || !strings.Contains(st.Origin, "concurrency_test.go:") || op.Problems[0].Code != "unavailable" {
		t.Errorf("got %+v, %+v", op.Plan, op.Problems)
	}
	wrong := newService()
	api.Get(wrong, "/{id}", get, auth.Public(), api.MaxConcurrent(0))
	if _, err := wrong.describe(); err == nil || !strings.Contains(err.Error(), "0 calls at a time are none") {
		t.Errorf("got %v", err)
	}
}
