package memhttp_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/internal/memhttp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// request makes a request that ends with ctx.
func request(t *testing.T, ctx context.Context, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://anywhere/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func TestAnAnswerStreamsWhileItIsMade(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	s := memhttp.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
		_ = http.NewResponseController(w).Flush()
		<-more
		_, _ = io.WriteString(w, " and more")
	}), quiet)
	defer s.Close()
	res, err := s.Transport().RoundTrip(request(t, t.Context(), "some"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	first := make([]byte, 4)
	if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "some" {
		t.Errorf("%q, %v", first, err)
	}
	close(more)
	if rest, err := io.ReadAll(res.Body); err != nil || string(rest) != " and more" {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestAHandlerSeesThatItsCallerIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan error, 1)
		s := memhttp.Serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			gone <- r.Context().Err()
		}), quiet)
		defer s.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if res, err := s.Transport().RoundTrip(request(t, ctx, "")); err == nil {
			res.Body.Close()
			t.Error("nobody answered, and there is an answer")
		}
		if err := <-gone; err == nil {
			t.Error("the handler did not see the end")
		}
	})
}

func TestAnAnswerThatComesBeforeTheBodyWasReadIsNotLost(t *testing.T) {
	t.Parallel()
	s := memhttp.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = io.WriteString(w, strings.Repeat("too large ", 10_000))
	}), quiet)
	defer s.Close()
	for range 50 {
		res, err := s.Transport().RoundTrip(request(t, t.Context(), strings.Repeat("x", 4<<20)))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge || len(data) != 100_000 {
			t.Fatalf("%d, %d bytes, %v", res.StatusCode, len(data), err)
		}
	}
}

func TestHandlersHaveReturnedWhenTheServerIsClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		entered, returned := make(chan struct{}), false
		stuck, left := make(chan struct{}), make(chan struct{})
		s := memhttp.Serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			returned = true
		}), quiet)
		hung := memhttp.Serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(stuck); <-left }), quiet)
		for _, to := range []*memhttp.Server{s, hung} {
			go func() {
				if res, err := to.Transport().RoundTrip(request(t, t.Context(), "")); err == nil {
					res.Body.Close()
				}
			}()
		}
		<-entered
		<-stuck
		_ = s.Close()
		if !returned {
			t.Error("a handler still runs")
		}
		began := time.Now()
		_ = hung.Close()
		if took := time.Since(began); took != time.Second {
			t.Errorf("one that is stuck was waited for %s", took)
		}
		close(left)
	})
}

func TestABodyWithoutEndEndsWithItsCall(t *testing.T) {
	t.Parallel()
	s := memhttp.Serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), quiet)
	defer s.Close()
	req := request(t, t.Context(), "")
	req.Body, req.ContentLength = io.NopCloser(endless{}), -1
	if res, err := s.Transport().RoundTrip(req); err == nil {
		res.Body.Close()
		t.Error("nobody answered, and there is an answer")
	}
}

// endless is a body without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestAClosedServerAnswersNobody(t *testing.T) {
	t.Parallel()
	s := memhttp.Serve(http.NotFoundHandler(), quiet)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if res, err := s.Transport().RoundTrip(request(t, t.Context(), "")); err == nil {
		res.Body.Close()
		t.Error("a closed server answered")
	}
	_ = s.Close()
}

func ExampleServe() {
	s := memhttp.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "Hello from ", r.Host)
	}), quiet)
	defer s.Close()
	client := &http.Client{Transport: s.Transport()}
	res, err := client.Get("http://memory/")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	fmt.Println(string(text), err)
	// Output: Hello from memory <nil>
}
