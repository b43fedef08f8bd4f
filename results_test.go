package vade_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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

// post asks an instance of the counter.
func post(in *vade.Instance) *httptest.ResponseRecorder {
	h, _ := in.Handler("counter")
	req := httptest.NewRequest("POST", "/count", nil)
	req.Header.Set("Idempotency-Key", "k")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

// onFile is where a system finds its database again.
func onFile(dir string) vade.Config {
	return vade.Config{
		DataDir: dir, Engines: operation.Engines{"store": {Driver: sqlitestore.Driver(), URL: &url.URL{Scheme: "sqlite"}}},
	}
}

// count asks a system that is opened on a folder for the time of the call.
func count(t *testing.T, s *vade.System, dir string) (body string, replayed bool) {
	t.Helper()
	in, err := open(t, s, onFile(dir))
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
	rec := post(in)
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

func TestAKeyOfAProcessThatDiedIsFreeWhenItsClaimLapses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		dead := make(chan struct{})
		system := func() *vade.System {
			svc := vade.NewService("counter")
			store.Of(svc)
			api.Post(svc, "/count", func(_ context.Context, in struct{ Key api.IdempotencyKey }) (int, error) {
				id, _ := in.Key.ID()
				if ids = append(ids, id); len(ids) == 1 {
					<-dead
				}
				return len(ids), nil
			}, auth.Public(), api.Idempotent(api.SharedKeys()), api.Timeout(20*time.Second))
			return vade.NewSystem("house", svc)
		}
		first, err := open(t, system(), onFile(dir))
		if err != nil {
			t.Fatal(err)
		}
		var lost sync.WaitGroup
		lost.Go(func() { post(first) })
		synctest.Wait()
		if err := first.Close(); err != nil { // from now on nothing that the first process does is kept
			t.Fatal(err)
		}
		close(dead)
		lost.Wait()

		second, err := open(t, system(), onFile(dir))
		if err != nil {
			t.Fatal(err)
		}
		defer second.Close()
		if rec := post(second); rec.Code != 409 || !strings.Contains(rec.Body.String(), "idempotency-key-in-use") {
			t.Errorf("before the claim lapses: %d, %s", rec.Code, rec.Body)
		}
		<-time.After(20 * time.Second) // with the five of the wait, the time of the operation and the margin
		if rec := post(second); rec.Code != 200 || rec.Header().Get("Idempotent-Replayed") != "" {
			t.Errorf("after: %d, %s", rec.Code, rec.Body)
		}
		if rec := post(second); rec.Code != 200 || rec.Header().Get("Idempotent-Replayed") != "true" {
			t.Errorf("again: %d, %s", rec.Code, rec.Body)
		}
		if len(ids) != 2 || ids[0] != ids[1] || ids[0] == "" {
			t.Errorf("the two runs see the ids %q", ids)
		}
	})
}
