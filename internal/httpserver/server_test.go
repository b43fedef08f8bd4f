package httpserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/internal/httpserver"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// net/http lingers for half a second on a connection that it cuts off.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

func start(t *testing.T, cfg httpserver.Config, h http.HandlerFunc) *httpserver.Server {
	t.Helper()
	cfg.Address = "127.0.0.1:0"
	s := httpserver.New(cfg)
	s.Handle(h)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func dial(t *testing.T, s *httpserver.Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAPortInUseIsSaidWithTheSettingThatChangesIt(t *testing.T) {
	t.Parallel()
	s := start(t, httpserver.Config{}, func(http.ResponseWriter, *http.Request) {})
	err := httpserver.New(httpserver.Config{Address: s.Addr().String(), Setting: "VADE_GATEWAY"}).Listen()
	if err == nil || !strings.Contains(err.Error(), "in use") || !strings.Contains(err.Error(), "VADE_GATEWAY") {
		t.Errorf("got %v", err)
	}
}

func TestRequestsInFlightAreAnsweredBeforeTheStopReturns(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	s := start(t, httpserver.Config{}, func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		fmt.Fprint(w, "done")
	})
	c := dial(t, s)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop(t.Context()) }()
	select {
	case err := <-stopped:
		t.Fatalf("the stop did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(leave)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(res.Body); string(body) != "done" {
		t.Errorf("got %q", body)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestAStopThatRunsOutOfTimeClosesTheConnections(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	s := start(t, httpserver.Config{}, func(http.ResponseWriter, *http.Request) {
		close(entered)
		<-leave // whatever the context says
	})
	defer close(leave)
	c := dial(t, s)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Millisecond)
	defer cancel()
	if err := s.Stop(ctx); err == nil {
		t.Error("the stop says that everything was drained")
	}
	if ctx.Err() != nil {
		t.Error("the stop has left no time for what comes after the door")
	}
	if _, err := io.ReadAll(c); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the connection is still open: %v", err)
	}
}

func TestAStreamEndsInTimeForAnOrderlyStop(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	s := start(t, httpserver.Config{}, func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
		fmt.Fprint(w, "goodbye")
	})
	c := dial(t, s)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil || ctx.Err() != nil {
		t.Errorf("stop: %v, %v", err, ctx.Err())
	}
	if all, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(all), "goodbye") {
		t.Errorf("the client got %q, %v", all, err)
	}
}

func TestAnUpgradedConnectionThatDoesNotListenIsCutOff(t *testing.T) {
	t.Parallel()
	read := make(chan error, 1)
	s := start(t, httpserver.Config{}, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, "hijacked")
		_, err = io.ReadAll(conn)
		read <- err
	})
	c := dial(t, s)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := io.ReadFull(c, make([]byte, len("hijacked"))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Millisecond)
	defer cancel()
	if err := s.Stop(ctx); err == nil {
		t.Error("the stop says that everything was drained")
	}
	if err := <-read; err == nil {
		t.Error("the handler still has its connection")
	}
}

func TestABodyThatIsNeverSentHoldsNothing(t *testing.T) {
	t.Parallel()
	s := start(t, httpserver.Config{}, http.NotFound)
	c := dial(t, s)
	fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
	began := time.Now()
	if all, err := io.ReadAll(c); !strings.HasPrefix(string(all), "HTTP/1.1 404") || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: %q, %v", time.Since(began), all, err)
	}
}

func TestAnAnswerToALongBodyThatNobodyReadsIsNotLostInAReset(t *testing.T) {
	t.Parallel()
	s := start(t, httpserver.Config{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		http.Error(w, "no", http.StatusRequestEntityTooLarge)
	})
	client := &http.Client{Transport: &http.Transport{}}
	for range 20 {
		res, err := client.Post("http://"+s.Addr().String(), "text/plain", strings.NewReader(strings.Repeat("x", 4<<20)))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("got %d, %q, %v", res.StatusCode, text, err)
		}
		res.Body.Close()
	}
}

func TestAClientThatDawdlesOverItsHeadersIsCutOff(t *testing.T) {
	t.Parallel()
	s := start(t, httpserver.Config{ReadHeaderTimeout: 50 * time.Millisecond}, func(http.ResponseWriter, *http.Request) {})
	c := dial(t, s)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	if _, err := io.ReadAll(c); err != nil {
		t.Errorf("the server holds the connection: %v", err)
	}
}

func TestAClientThatStopsReadingIsCutOff(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	s := start(t, httpserver.Config{SendTimeout: 100 * time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
		_, err := w.Write(make([]byte, 64<<20)) // more than the buffers of the kernel
		failed <- err
	})
	fmt.Fprint(dial(t, s), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case err := <-failed:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("writing to nobody: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the handler waits for a client that does not read")
	}
}

func TestAClientThatReadsSlowlyGetsAllOfALongAnswer(t *testing.T) {
	t.Parallel()
	const size = 16 << 20
	s := start(t, httpserver.Config{SendTimeout: 400 * time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, size))
	})
	c := dial(t, s)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	// All in all it takes longer than the patience for one part.
	pace := time.NewTicker(50 * time.Millisecond)
	defer pace.Stop()
	var read int64
	for err == nil {
		<-pace.C
		var n int64
		n, err = io.CopyN(io.Discard, res.Body, size/16)
		read += n
	}
	if read != size {
		t.Errorf("%d of %d bytes: %v", read, int64(size), err)
	}
}

func TestADeadlineThatAHandlerSetsHolds(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	s := start(t, httpserver.Config{}, func(w http.ResponseWriter, _ *http.Request) {
		err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		if err == nil {
			_, err = w.Write(make([]byte, 64<<20))
		}
		failed <- err
	})
	fmt.Fprint(dial(t, s), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case err := <-failed:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("writing to nobody: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the deadline of the handler was forgotten")
	}
}

func TestHeadersOverTheLimitAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, httpserver.Config{MaxHeaderBytes: 4 << 10}, func(http.ResponseWriter, *http.Request) {})
	c := dial(t, s)
	go fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Big: %s\r\n\r\n", strings.Repeat("x", 64<<10))
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestAServerWithoutAHandlerIsUnavailable(t *testing.T) {
	t.Parallel()
	s := httpserver.New(httpserver.Config{Address: "127.0.0.1:0"})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := dial(t, s)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode != 503 {
		t.Errorf("%v %v", res, err)
	}
}

func TestAConnectionOnWhichNothingWasSaidDoesNotHoldTheStop(t *testing.T) {
	t.Parallel()
	s := start(t, httpserver.Config{}, func(http.ResponseWriter, *http.Request) {})
	dial(t, s)
	began := time.Now()
	if err := s.Stop(t.Context()); err != nil || time.Since(began) > 3*time.Second {
		t.Errorf("stopped after %v: %v", time.Since(began), err)
	}
}
