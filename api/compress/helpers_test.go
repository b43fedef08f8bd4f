package compress_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/compress"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type flight struct {
	Departure time.Time `json:"departure"`
	From      string    `json:"from"`
	ID        string    `json:"id"`
	Price     price     `json:"price"`
	Reference string    `json:"reference"`
	Seats     int       `json:"seats"`
	To        string    `json:"to"`
}

type price struct {
	Amount   int    `json:"amount"`
	Currency string `json:"currency"`
}

// flights returns some, the same for every caller.
func flights(n int) []flight {
	r := rand.New(rand.NewPCG(1, 2))
	cities := []string{"Berlin", "Paris", "Lisbon", "Oslo", "Vienna", "Madrid", "Rome", "Dublin"}
	list := make([]flight, n)
	for i := range list {
		at := time.Date(2026, 1, 1, r.IntN(24), r.IntN(12)*5, 0, 0, time.UTC).AddDate(0, 0, r.IntN(365))
		list[i] = flight{
			Departure: at, From: cities[r.IntN(8)], ID: fmt.Sprint("VD", 1000+r.IntN(9000)), Price: price{r.IntN(90000), "EUR"},
			Reference: fmt.Sprintf("%016x", r.Uint64()), Seats: r.IntN(300), To: cities[r.IntN(8)],
		}
	}
	return list
}

type sized struct {
	N int `query:"n" default:"100" minimum:"0" maximum:"1000"`
}

type order struct {
	Key api.IdempotencyKey
	N   int `query:"n" maximum:"1000"`
}

type change struct{ api.Precondition }

var errFull = problem.New(http.StatusConflict, "full", "The flight is full")

// airport is a service on a socket whose answers are compressed.
type airport struct {
	t      testing.TB
	url    string
	client *http.Client
	orders atomic.Int32
}

func open(t testing.TB) *airport {
	a := &airport{t: t}
	tt := apitest.New(t, a.service())
	server := httptest.NewServer(tt.Handler())
	transport := &http.Transport{DisableCompression: true}
	a.url, a.client = server.URL, &http.Client{Transport: transport}
	t.Cleanup(func() { transport.CloseIdleConnections(); server.Close() })
	return a
}

func (a *airport) service() *vade.Service {
	svc := vade.NewService("airport")
	api.Configure(svc, api.Compress(compress.Auto()...), auth.Public())
	list := func(_ context.Context, in sized) ([]flight, error) { return flights(in.N), nil }
	api.Get(svc, "/flights", list, api.CacheControl(api.Caching{Public: true, MaxAge: time.Minute, Vary: []string{"Accept-Language"}}))
	api.Get(svc, "/plain", list, api.Compress())
	api.Get(svc, "/tagged", list, api.ETags())
	api.Get(svc, "/gzip", list, api.Compress(compress.Gzip()))
	api.Get(svc, "/timetable", func(_ context.Context, in sized) (api.Versioned[[]flight], error) {
		return api.Versioned[[]flight]{Value: flights(in.N), Tag: "v7"}, nil
	})
	api.Put(svc, "/timetable", func(_ context.Context, in change) (api.None, error) { return api.None{}, in.Require("v7") })
	api.Post(svc, "/orders", func(_ context.Context, in order) ([]flight, error) {
		a.orders.Add(1)
		return flights(in.N), nil
	}, api.Idempotent(api.SharedKeys()))
	api.Get(svc, "/file", func(context.Context, api.None) (api.Blob, error) {
		return api.Blob{MediaType: "text/plain", Content: strings.NewReader(strings.Repeat("file ", 1000))}, nil
	})
	api.Get(svc, "/full", func(context.Context, api.None) ([]flight, error) {
		return nil, errFull.WithDetail("%s", strings.Repeat("There is no seat left. ", 200))
	}, api.Fails(errFull))
	api.Get(svc, "/stream", func(context.Context, sized) (api.Stream[flight], error) {
		return func(yield func(flight, error) bool) {
			for _, f := range flights(100) {
				if !yield(f, nil) {
					return
				}
			}
		}, nil
	})
	return svc
}

// send asks for a path. An empty accept sends no Accept-Encoding; headers are pairs.
func (a *airport) send(method, path, accept string, headers ...string) (*http.Response, []byte) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	if accept != "" {
		req.Header.Set("Accept-Encoding", accept)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := a.client.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return res, body
}

// curl asks for a path and has the answer decoded by curl's own libraries.
func (a *airport) curl(path, accept string) []byte {
	a.t.Helper()
	var failure bytes.Buffer
	cmd := exec.CommandContext(a.t.Context(), "curl", "-sS", "--max-time", "20", "--noproxy", "*", "--compressed", "-H", "Accept-Encoding: "+accept, a.url+path)
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		a.t.Fatalf("curl: %v: %s", err, &failure)
	}
	return out
}
