package api_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// listen serves a handler on a real socket.
func listen(t testing.TB, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

// ask asks for a path of a server and closes the body at the end of the test.
func ask(t testing.TB, server *httptest.Server, path string, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

type tick struct {
	N int `json:"n"`
}

var errBroken = errors.New("the source of the numbers broke")

func ticks(to int, end error) api.Stream[tick] {
	return func(yield func(tick, error) bool) {
		for n := range to {
			if !yield(tick{n}, nil) {
				return
			}
		}
		if end != nil {
			yield(tick{}, end)
		}
	}
}

func TestAStreamIsALineForEachItem(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/count", func(context.Context, api.None) (api.Stream[tick], error) { return ticks(3, nil), nil }, auth.Public())
	api.Get(s, "/none", func(context.Context, api.None) (api.Stream[tick], error) { return nil, nil }, auth.Public())
	server := listen(t, s.open(t, io.Discard, nil))
	for path, want := range map[string]string{"/count": "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n", "/none": ""} {
		res := ask(t, server, path)
		body, err := io.ReadAll(res.Body)
		if err != nil || string(body) != want || res.Header.Get("Content-Type") != "application/jsonl" {
			t.Errorf("%s: %q, %v, %v", path, body, res.Header, err)
		}
	}
}

func TestAnItemLeavesBeforeTheNextOneIsMade(t *testing.T) {
	t.Parallel()
	s, next := newService(), make(chan struct{})
	api.Get(s, "/count", func(context.Context, api.None) (api.Stream[tick], error) {
		return func(yield func(tick, error) bool) {
			for n := range 3 {
				if !yield(tick{n}, nil) {
					return
				}
				<-next
			}
		}, nil
	}, auth.Public(), api.Timeout(50*time.Millisecond))
	lines := bufio.NewReader(ask(t, listen(t, s.open(t, io.Discard, nil)), "/count").Body)
	for n := range 3 {
		line, err := lines.ReadString('\n')
		if got := decode[tick](t, line); err != nil || got.N != n {
			t.Fatalf("got %q, %v", line, err)
		}
		next <- struct{}{} // all the time in between is the client's, whatever the timeout is
	}
}

func TestAStreamThatFailsIsCutOff(t *testing.T) {
	t.Parallel()
	var log buffer
	s := newService()
	api.Get(s, "/broken", func(context.Context, api.None) (api.Stream[tick], error) { return ticks(2, errBroken), nil }, auth.Public())
	api.Get(s, "/panics", func(context.Context, api.None) (api.Stream[tick], error) {
		return func(yield func(tick, error) bool) { yield(tick{}, nil); panic("at the disco") }, nil
	}, auth.Public())
	server := listen(t, s.open(t, &log, nil))
	for _, path := range []string{"/broken", "/panics"} {
		if body, err := io.ReadAll(ask(t, server, path).Body); err == nil {
			t.Errorf("%s: %q was taken for a whole answer", path, body)
		}
	}
	server.Close()
	if text := log.String(); !strings.Contains(text, errBroken.Error()) || !strings.Contains(text, "at the disco") || !strings.Contains(text, "incident") {
		t.Error("the log does not say why:", text)
	}
}

func TestWhatFailsBeforeTheStreamIsAProblem(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/none", func(context.Context, api.None) (api.Stream[tick], error) { return nil, problem.NotFound() }, auth.Public())
	api.Get(s, "/slow", func(ctx context.Context, _ api.None) (api.Stream[tick], error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}, auth.Public(), api.Timeout(10*time.Millisecond))
	h := s.open(t, io.Discard, nil)
	for path, want := range map[string]int{"/none": 404, "/slow": 504} {
		res, body := send(t, h, "GET", path, "")
		if p := problemOf(t, res, body); p.Status != want {
			t.Errorf("%s: got %d", path, p.Status)
		}
	}
}

func TestWhatFailsBeforeTheFirstItemIsAProblem(t *testing.T) {
	t.Parallel()
	s, log := newService(), new(buffer)
	for path, end := range map[string]error{"/declared": errSoldOut, "/undeclared": errBroken} {
		api.Get(s, path, func(context.Context, api.None) (api.Stream[tick], error) { return ticks(0, end), nil },
			auth.Public(), api.Fails(errSoldOut), api.Name(path[1:]))
	}
	api.Get(s, "/panics", func(context.Context, api.None) (api.Stream[tick], error) {
		return func(func(tick, error) bool) { panic("at the disco") }, nil
	}, auth.Public())
	api.Get(s, "/slow", func(ctx context.Context, _ api.None) (api.Stream[tick], error) {
		return func(yield func(tick, error) bool) {
			<-time.After(4 * time.Second)
			yield(tick{}, problem.NotFound())
		}, nil
	}, auth.Public(), api.Timeout(10*time.Second))
	h := s.open(t, log, nil)
	synctest.Test(t, func(t *testing.T) {
		for path, want := range map[string]*problem.Problem{
			"/declared": errSoldOut, "/undeclared": problem.Internal(), "/panics": problem.Internal(), "/slow": problem.NotFound(),
		} {
			res, body := send(t, h, "GET", path, "")
			if p := problemOf(t, res, body); p.Code != want.Code || res.StatusCode != want.Status || want.Status == 500 && !strings.Contains(log.String(), p.ID) {
				t.Errorf("%s: %d %s", path, res.StatusCode, body)
			}
		}
	})
}

func TestItemsLeaveBeforeTheConnectionIsCut(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/broken", func(context.Context, api.None) (api.Stream[tick], error) { return ticks(2, errBroken), nil }, auth.Public())
	body, err := io.ReadAll(ask(t, listen(t, s.open(t, io.Discard, nil)), "/broken").Body)
	if string(body) != "{\"n\":0}\n{\"n\":1}\n" || err == nil {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestAStreamWithoutItemsBeginsAllTheSame(t *testing.T) {
	t.Parallel()
	s := newService()
	open := make(chan struct{})
	api.Get(s, "/late", func(context.Context, api.None) (api.Stream[tick], error) {
		return func(func(tick, error) bool) { <-open }, nil
	}, auth.Public(), api.Timeout(20*time.Millisecond))
	res := ask(t, listen(t, s.open(t, io.Discard, nil)), "/late") // comes before the stream is over
	close(open)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/jsonl" {
		t.Errorf("got %d %v", res.StatusCode, res.Header)
	}
}

var ticking = api.Define[api.None, api.Stream[tick]]("GET", "/count", auth.Public())

func TestATypedCallGetsTheItemsOfAStreamAsTheyCome(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]error{"whole": nil, "broken": errBroken} {
		s, open := newService(), make(chan struct{}, 1)
		api.Serve(s, ticking, func(ctx context.Context, _ api.None) (api.Stream[tick], error) {
			return func(yield func(tick, error) bool) {
				ticks(2, nil)(yield)
				select {
				case <-open:
				case <-ctx.Done():
				}
				if end != nil {
					yield(tick{}, end)
				}
			}, nil
		})
		server := listen(t, s.open(t, io.Discard, nil))
		for place, conn := range map[string]*call.Conn{"remote": connect(t, server), "local": near(s)} {
			stream, err := ticking.Call(t.Context(), conn, api.None{})
			if err != nil {
				t.Fatal(err)
			}
			n, failed := 0, false
			for item, err := range stream {
				if err != nil {
					failed = true
					continue
				}
				if item.N != n {
					t.Errorf("%s, %s: item %d is %d", name, place, n, item.N)
				}
				if n++; n == 2 {
					open <- struct{}{}
				}
			}
			if n != 2 || failed != (end != nil) {
				t.Errorf("%s, %s: %d items, failed: %v", name, place, n, failed)
			}
		}
	}
}

func TestWhatAStreamHoldsIsGivenBackWhenItHasBeenRead(t *testing.T) {
	t.Parallel()
	s, back := newService(), make(chan error, 1)
	api.Serve(s, ticking, func(context.Context, api.None) (api.Stream[tick], error) { return ticks(5, nil), nil },
		api.InterceptAll(func(ctx context.Context, _ any, next func(context.Context) (any, error)) (any, error) {
			c, _ := operation.FromContext(ctx)
			c.Defer(func(err error) { back <- err })
			return next(ctx)
		}))
	server := listen(t, s.open(t, io.Discard, nil))
	kept := func(when string) {
		t.Helper()
		select {
		case <-back:
			t.Errorf("%s: given back already", when)
		default:
		}
	}
	if body, err := io.ReadAll(ask(t, server, "/count").Body); err != nil || strings.Count(string(body), "\n") != 5 {
		t.Errorf("got %q, %v", body, err)
	}
	if err := <-back; err != nil {
		t.Errorf("over HTTP: %v", err)
	}
	stream, err := ticking.Call(t.Context(), near(s), api.None{})
	if err != nil {
		t.Fatal(err)
	}
	kept("before it was read")
	for range stream {
		kept("while it is read")
		break
	}
	if err := <-back; err != nil {
		t.Errorf("after a break: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err = ticking.Call(ctx, near(s), api.None{}); err != nil {
		t.Fatal(err)
	}
	kept("before anybody read it")
	cancel()
	if err := <-back; !errors.Is(err, context.Canceled) {
		t.Errorf("when nobody reads it: %v", err)
	}
}

// flushes counts how often what was written had to leave.
type flushes struct {
	*httptest.ResponseRecorder
	n atomic.Int32
}

func (f *flushes) Flush() { f.n.Add(1); f.ResponseRecorder.Flush() }

func TestASilentStreamDoesNothing(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/count", func(context.Context, api.None) (api.Stream[tick], error) {
		return func(yield func(tick, error) bool) {
			<-time.After(time.Minute)
			_ = yield(tick{1}, nil) && yield(tick{2}, nil)
			<-time.After(time.Minute)
			yield(tick{3}, nil)
			<-time.After(time.Minute)
		}, nil
	}, auth.Public())
	h := s.open(t, io.Discard, nil)
	synctest.Test(t, func(t *testing.T) {
		w := &flushes{ResponseRecorder: httptest.NewRecorder()}
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/count", nil))
		if got := w.n.Load(); got != 3 || strings.Count(w.Body.String(), "\n") != 3 { // for the headers, two lines at once, and one
			t.Errorf("%d times something left: %q", got, w.Body)
		}
	})
}
