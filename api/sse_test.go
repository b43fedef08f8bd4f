package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/problem"
)

type price struct {
	Cents int `json:"cents"`
}

type watch struct {
	api.Resume
}

// events yields what it is given.
func events(list ...api.Event[price]) api.SSE[price] {
	return func(yield func(api.Event[price], error) bool) {
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestEventsAreSentAsTheStandardSays(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/prices", func(_ context.Context, in watch) (api.SSE[price], error) {
		return events(
			api.Event[price]{Data: price{1}},
			api.Event[price]{ID: in.LastEventID.Or("0") + "+1", Type: "fall", Retry: 1500 * time.Millisecond, Data: price{2}},
		), nil
	}, auth.Public())
	res, body := send(t, s.open(t, io.Discard, nil), "GET", "/prices", "", "Last-Event-ID", "41")
	want := "data: {\"cents\":1}\n\nevent: fall\nid: 41+1\nretry: 1500\ndata: {\"cents\":2}\n\n"
	if body != want {
		t.Errorf("got %q", body)
	}
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestAnEventThatBreaksALineIsAFaultOfTheHandler(t *testing.T) {
	t.Parallel()
	for _, e := range []api.Event[price]{{ID: "1\nevent: x"}, {ID: "\x00"}, {Type: "a\rb"}} {
		s, log := newService(), new(buffer)
		api.Get(s, "/prices", func(context.Context, api.None) (api.SSE[price], error) { return events(e), nil }, auth.Public())
		_, body := send(t, s.open(t, log, nil), "GET", "/prices", "")
		if !strings.HasPrefix(body, "event: problem\n") || !strings.Contains(body, `"code":"internal"`) || !strings.Contains(log.String(), "line break") {
			t.Errorf("got %q, log %s", body, log)
		}
	}
}

func TestAStreamOfEventsEndsWithItsProblem(t *testing.T) {
	t.Parallel()
	s := newService()
	watching := api.Define[api.None, api.SSE[price]]("GET", "/prices", auth.Public(), api.Fails(errSoldOut))
	api.Serve(s, watching, func(context.Context, api.None) (api.SSE[price], error) {
		return func(yield func(api.Event[price], error) bool) {
			if yield(api.Event[price]{ID: "7", Type: "fall", Data: price{3}}, nil) {
				yield(api.Event[price]{}, fmt.Errorf("no seats: %w", errSoldOut))
			}
		}, nil
	})
	server := listen(t, s.open(t, io.Discard, nil))
	for place, conn := range map[string]*call.Conn{"remote": connect(t, server), "local": near(s)} {
		stream, err := watching.Call(t.Context(), conn, api.None{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for e, err := range stream {
			got = append(got, fmt.Sprint(e.ID, e.Type, e.Data.Cents, errors.Is(err, errSoldOut)))
		}
		if len(got) != 2 || got[0] != "7fall3 false" || !strings.HasSuffix(got[1], "true") {
			t.Errorf("%s: %q", place, got)
		}
	}
}

var errForgotten = problem.New(http.StatusConflict, "forgotten", "Nobody declared this")

func TestWhatNobodyDeclaredEndsTheItemsOpaquelyWhateverThePlacement(t *testing.T) {
	t.Parallel()
	watching := api.Define[api.None, api.SSE[price]]("GET", "/prices", auth.Public(), api.Name("prices"))
	counting := api.Define[api.None, api.Stream[tick]]("GET", "/count", auth.Public(), api.Name("count"))
	for _, end := range []error{errForgotten, errBroken, errNoRow} {
		s, log := newService(), new(buffer)
		api.Configure(s, api.Translate(errNoRow, errSoldOut))
		api.Serve(s, watching, func(context.Context, api.None) (api.SSE[price], error) {
			return func(yield func(api.Event[price], error) bool) {
				yield(api.Event[price]{}, fmt.Errorf("row 17: %w", end))
			}, nil
		})
		api.Serve(s, counting, func(context.Context, api.None) (api.Stream[tick], error) { return ticks(0, end), nil })
		server := listen(t, s.open(t, log, nil))
		for place, conn := range map[string]*call.Conn{"remote": connect(t, server), "local": near(s)} {
			check := func(what string, err error) {
				t.Helper()
				p, ok := problem.From(err)
				translated := errors.Is(end, errNoRow)
				switch {
				case !ok || strings.Contains(err.Error(), "row 17"):
					t.Errorf("%s, %s, %v: got %v", what, place, end, err)
				case translated && p.Code != errSoldOut.Code, !translated && (p.Code != "internal" || p.ID == "" || !strings.Contains(log.String(), p.ID)):
					t.Errorf("%s, %s, %v: got %v %q, log %s", what, place, end, p, p.ID, log)
				}
			}
			events, err := watching.Call(t.Context(), conn, api.None{})
			for _, failed := range events {
				err = failed
			}
			check("events", err)
			items, err := counting.Call(t.Context(), conn, api.None{})
			if err == nil { // over HTTP the answer has not begun
				for _, failed := range items {
					err = failed
				}
			}
			check("items", err)
		}
	}
}

// wire is a connection that a test reads, in a bubble of testing/synctest.
type wire struct {
	header http.Header
	out    chan string
}

func (w *wire) Header() http.Header         { return w.header }
func (w *wire) WriteHeader(int)             {}
func (w *wire) Write(p []byte) (int, error) { w.out <- string(p); return len(p), nil }
func (w *wire) Flush()                      {}

func TestWhoWaitsForEventsIsToldThatSomebodyIsThere(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/prices", func(ctx context.Context, _ api.None) (api.SSE[price], error) {
		return func(yield func(api.Event[price], error) bool) {
			<-time.After(25 * time.Second)
			yield(api.Event[price]{Data: price{1}}, nil)
			<-ctx.Done()
		}, nil
	}, auth.Public(), api.KeepAlive(10*time.Second))
	h := s.open(t, io.Discard, nil)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w, done := &wire{header: make(http.Header), out: make(chan string)}, make(chan struct{})
		began := time.Now()
		go func() {
			defer close(done)
			h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/prices", nil))
		}()
		for _, want := range []string{"10s: keep-alive", "20s: keep-alive", `25sdata: {"cents":1}`, "35s: keep-alive"} {
			if got := <-w.out; time.Since(began).String()+strings.TrimSpace(got) != want {
				t.Errorf("got %s %q, want %s", time.Since(began), got, want)
			}
		}
		cancel()
		<-done
		<-time.After(time.Minute) // nothing is sent behind the end: nobody would take it
	})
}

func TestEventsEndWhenTheClientGoes(t *testing.T) {
	t.Parallel()
	s, log, ended := newService(), new(buffer), make(chan struct{})
	api.Get(s, "/prices", func(ctx context.Context, _ api.None) (api.SSE[price], error) {
		return func(yield func(api.Event[price], error) bool) {
			defer close(ended)
			yield(api.Event[price]{Data: price{1}}, nil)
			<-ctx.Done()
			yield(api.Event[price]{}, ctx.Err())
		}, nil
	}, auth.Public())
	server := listen(t, s.open(t, log, nil))
	res := ask(t, server, "/prices")
	if line, err := bufio.NewReader(res.Body).ReadString('\n'); err != nil || line != "data: {\"cents\":1}\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	_ = res.Body.Close()
	<-ended
	server.Close()
	if strings.Contains(log.String(), "failed") {
		t.Error("the end of a client is none:", log)
	}
}

func TestAnEventOfAUnionIsCalledAfterItsCase(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/shapes", func(context.Context, api.None) (api.SSE[shapes], error) {
		return func(yield func(api.Event[shapes], error) bool) {
			_ = yield(api.Event[shapes]{Data: shapes{Value: square{2}}}, nil) && yield(api.Event[shapes]{Data: shapes{Value: circle{3}}}, nil)
		}, nil
	}, auth.Public())
	if _, body := send(t, s.open(t, io.Discard, nil), "GET", "/shapes", ""); body !=
		"event: square\ndata: {\"kind\":\"square\",\"side\":2}\n\nevent: circle\ndata: {\"kind\":\"circle\",\"radius\":3}\n\n" {
		t.Errorf("got %q", body)
	}
}

type (
	shapes  = api.Union[figure, figures]
	figure  interface{ figure() }
	figures struct{}
	square  struct {
		Side int `json:"side"`
	}
	circle struct {
		Radius int `json:"radius"`
	}
)

func (square) figure() {}
func (circle) figure() {}

func (figures) Cases() (string, []api.Case) {
	return "kind", []api.Case{api.CaseOf[square]("square"), api.CaseOf[circle]("circle")}
}

func TestAnAnswerOfEventsNeedsTheConnection(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/prices", func(context.Context, api.None) (api.SSE[price], error) { return events(), nil }, auth.Public(),
		api.Middleware(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(hidden{w}, r) })
		}))
	log := new(buffer)
	server := listen(t, s.open(t, log, nil))
	if _, err := io.ReadAll(ask(t, server, "/prices").Body); !strings.Contains(log.String(), "Unwrap") {
		t.Errorf("%v; the log does not say what to mend: %s", err, log)
	}
}

// hidden is a writer without a way to the connection.
type hidden struct{ w http.ResponseWriter }

func (h hidden) Header() http.Header         { return h.w.Header() }
func (h hidden) WriteHeader(status int)      { h.w.WriteHeader(status) }
func (h hidden) Write(p []byte) (int, error) { return h.w.Write(p) }
