package vade_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/store"
	"github.com/vade-go/vade/store/sqlitestore"
)

// counter is a system with one idempotent operation that counts, with a store or without.
func counter(n *atomic.Int32, stored bool) *vade.System {
	svc := vade.NewService("counter")
	api.Post(svc, "/count", func(context.Context, api.None) (int, error) { return int(n.Add(1)), nil },
		auth.Public(), api.Idempotent(api.SharedKeys()))
	if stored {
		store.Of(svc) // after the operations: the order does not matter
	}
	return vade.NewSystem("house", svc)
}

// count asks a system that is opened on a folder for the time of the call.
func count(t *testing.T, s *vade.System, dir string) (body string, replayed bool) {
	t.Helper()
	in, err := open(t, s, vade.Config{
		DataDir: dir, Engines: operation.Engines{"store": {Driver: sqlitestore.Driver(), URL: &url.URL{Scheme: "sqlite"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := in.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	h, _ := in.Handler("counter")
	req := httptest.NewRequest("POST", "/count", nil)
	req.Header.Set("Idempotency-Key", "k")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return strings.TrimSpace(rec.Body.String()), rec.Header().Get("Idempotent-Replayed") == "true"
}

func TestResultsOfAServiceWithAStoreOutliveTheProcess(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	dir := t.TempDir()
	for i := range 3 { // each time another process would see
		if body, replayed := count(t, counter(&n, true), dir); body != "1" || replayed != (i > 0) {
			t.Errorf("%d: %s, replayed %t", i, body, replayed)
		}
	}
	if body, replayed := count(t, counter(&n, true), t.TempDir()); body != "2" || replayed {
		t.Errorf("in another folder: %s, replayed %t", body, replayed)
	}
}

func TestResultsOfAServiceWithoutAStoreEndWithTheProcess(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	system, dir := counter(&n, false), t.TempDir()
	count(t, system, dir)
	if body, replayed := count(t, counter(&n, false), dir); body != "2" || replayed {
		t.Errorf("got %s, replayed %t", body, replayed)
	}
}
