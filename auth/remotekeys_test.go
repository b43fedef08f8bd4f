package auth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/auth"
)

// issuerSite answers requests for the key set without a socket, so that time can be simulated.
type issuerSite struct {
	mu      sync.Mutex
	handler http.HandlerFunc
	fetches atomic.Int64
}

func (s *issuerSite) serve(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = h
}

func (s *issuerSite) RoundTrip(r *http.Request) (*http.Response, error) {
	s.fetches.Add(1)
	s.mu.Lock()
	h := s.handler
	s.mu.Unlock()
	w := httptest.NewRecorder()
	h(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

func (s *issuerSite) wantFetches(t *testing.T, want int64) {
	t.Helper()
	synctest.Wait()
	if got := s.fetches.Load(); got != want {
		t.Errorf("%d fetches so far, want %d", got, want)
	}
}

func document(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
}

func down(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }

func (s *issuerSite) keys(cfg auth.RemoteConfig) auth.KeySource {
	cfg.Client = &http.Client{Transport: s}
	return auth.RemoteKeys("https://issuer.example/jwks.json", cfg)
}

func TestKeysAreFetchedOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	key := ecKey(t, "1")
	synctest.Test(t, func(t *testing.T) {
		site := new(issuerSite)
		site.serve(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			document(jwks(t, key))(w, r)
		})
		v := verifier(t, site.keys(auth.RemoteConfig{}))
		site.wantFetches(t, 0)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { wantReason(t, v, key.sign(t, claims()), "") })
		}
		all.Wait()
		site.wantFetches(t, 1)
	})
}

func TestARotatedKeyIsFoundAtOnceAndInventedOnesAreCooledDown(t *testing.T) {
	t.Parallel()
	first, second, invented := ecKey(t, "1"), ecKey(t, "2"), ecKey(t, "x")
	synctest.Test(t, func(t *testing.T) {
		site := new(issuerSite)
		site.serve(document(jwks(t, first)))
		v := verifier(t, site.keys(auth.RemoteConfig{Cooldown: 10 * time.Second}))
		wantReason(t, v, first.sign(t, claims()), "")

		wantReason(t, v, invented.sign(t, claims()), auth.ReasonUnknownKey)
		site.wantFetches(t, 1) // the first fetch was a moment ago
		time.Sleep(10 * time.Second)
		site.serve(document(jwks(t, first, second)))
		wantReason(t, v, second.sign(t, claims()), "")
		site.wantFetches(t, 2)
		for range 100 {
			wantReason(t, v, invented.sign(t, claims()), auth.ReasonUnknownKey)
		}
		site.wantFetches(t, 2)
	})
}

func TestKeysAreRenewedBesideTheCalls(t *testing.T) {
	t.Parallel()
	first, second := ecKey(t, "1"), ecKey(t, "2")
	synctest.Test(t, func(t *testing.T) {
		site := new(issuerSite)
		site.serve(document(jwks(t, first)))
		v := verifier(t, site.keys(auth.RemoteConfig{Refresh: time.Minute}))
		token := first.sign(t, claims())
		wantReason(t, v, token, "")
		site.serve(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(2 * time.Second)
			document(jwks(t, second))(w, r)
		})
		time.Sleep(time.Minute)
		asked := time.Now()
		wantReason(t, v, token, "")
		if waited := time.Since(asked); waited != 0 {
			t.Errorf("the call waited %s", waited)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		wantReason(t, v, token, auth.ReasonUnknownKey) // the issuer has withdrawn the key, the cache obeys
		site.wantFetches(t, 2)
	})
}

func TestOldKeysServeWhileTheIssuerIsDownButNotForever(t *testing.T) {
	t.Parallel()
	key, fresh := ecKey(t, "1"), ecKey(t, "2")
	synctest.Test(t, func(t *testing.T) {
		site := new(issuerSite)
		site.serve(document(jwks(t, key)))
		v := verifier(t, site.keys(auth.RemoteConfig{Refresh: time.Minute, MaxStale: time.Hour, Cooldown: time.Second}))
		token := key.sign(t, claims("exp", time.Now().Add(24*time.Hour).Unix()))
		wantReason(t, v, token, "")
		site.serve(down)
		time.Sleep(59 * time.Minute)
		wantReason(t, v, token, "")
		synctest.Wait()
		if _, err := v.Verify(t.Context(), fresh.sign(t, claims())); !errors.Is(err, auth.ErrKeys) {
			t.Errorf("a key that may well exist by now: %v, want ErrKeys", err)
		}
		time.Sleep(time.Minute)
		if _, err := v.Verify(t.Context(), token); !errors.Is(err, auth.ErrKeys) || errors.Is(err, auth.ErrToken) {
			t.Errorf("after an hour: %v, want ErrKeys", err)
		}
		site.serve(document(jwks(t, key)))
		time.Sleep(time.Second)
		wantReason(t, v, token, "")
	})
}

func TestAnIssuerThatIsDownIsNotAskedMoreOften(t *testing.T) {
	t.Parallel()
	key := ecKey(t, "1")
	synctest.Test(t, func(t *testing.T) {
		site := new(issuerSite)
		site.serve(down)
		v := verifier(t, site.keys(auth.RemoteConfig{Cooldown: 10 * time.Second}))
		for range 100 {
			if _, err := v.Verify(t.Context(), key.sign(t, claims())); !errors.Is(err, auth.ErrKeys) || !strings.Contains(err.Error(), "502") {
				t.Fatalf("got %v", err)
			}
		}
		site.wantFetches(t, 1)
	})
}

func TestAFetchEndsByItsDeadlineAndACallByItsOwn(t *testing.T) {
	t.Parallel()
	key := ecKey(t, "1")
	synctest.Test(t, func(t *testing.T) {
		site := new(issuerSite)
		site.serve(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		v := verifier(t, site.keys(auth.RemoteConfig{Timeout: 5 * time.Second}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := v.Verify(ctx, key.sign(t, claims()))
		if !errors.Is(err, auth.ErrKeys) || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		_, err = v.Verify(t.Context(), key.sign(t, claims())) // joins the fetch
		if !errors.Is(err, auth.ErrKeys) || time.Since(began) != 5*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		site.wantFetches(t, 1)
	})
}

func TestAnswersThatAreNoKeySetAreNoKeys(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"status":    down,
		"HTML":      document([]byte("<html>sign in</html>")),
		"too large": document([]byte(`{"keys":[` + strings.Repeat(" ", 2<<20) + `]}`)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(h)
			defer server.Close()
			v := verifier(t, auth.RemoteKeys(server.URL, auth.RemoteConfig{Client: server.Client()}))
			_, err := v.Verify(t.Context(), ecKey(t, "1").sign(t, claims()))
			if !errors.Is(err, auth.ErrKeys) || !strings.Contains(err.Error(), server.URL) {
				t.Errorf("got %v, want ErrKeys naming the address", err)
			}
		})
	}
	v := verifier(t, auth.RemoteKeys("::", auth.RemoteConfig{}))
	if _, err := v.Verify(t.Context(), ecKey(t, "1").sign(t, claims())); !errors.Is(err, auth.ErrKeys) {
		t.Errorf("bad address: %v", err)
	}
}

func TestKeysAreNotFetchedWhereTheWayIsNoLongerSafe(t *testing.T) {
	t.Parallel()
	k := ecKey(t, "1")
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(jwks(t, k)) }))
	defer plain.Close()
	safe := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/down":
			http.Redirect(w, r, plain.URL, http.StatusFound)
		case "/moved":
			http.Redirect(w, r, "/keys", http.StatusFound)
		default:
			_, _ = w.Write(jwks(t, k))
		}
	}))
	defer safe.Close()
	defer safe.Client().CloseIdleConnections()
	for path, good := range map[string]bool{"/keys": true, "/moved": true, "/down": false} {
		_, err := verifier(t, auth.RemoteKeys(safe.URL+path, auth.RemoteConfig{Client: safe.Client()})).Verify(t.Context(), k.sign(t, claims()))
		if (err == nil) != good || !good && (!errors.Is(err, auth.ErrKeys) || !strings.Contains(err.Error(), "https to http")) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestKeysComeOverRealHTTP(t *testing.T) {
	t.Parallel()
	key := edKey(t, "1")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept"), "application/jwk-set+json") {
			w.WriteHeader(http.StatusNotAcceptable)
		}
		_, _ = w.Write(jwks(t, key))
	}))
	defer server.Close()
	v := verifier(t, auth.RemoteKeys(server.URL, auth.RemoteConfig{Client: server.Client()}))
	wantReason(t, v, key.sign(t, claims()), "")
}
