package httpserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/internal/httpserver"
	"github.com/vade-go/vade/lifecycle"
	"github.com/vade-go/vade/lifecycle/lifecycletest"
)

var (
	_ lifecycle.Component = (*httpserver.Server)(nil)
	_ lifecycle.Failer    = (*httpserver.Server)(nil)
)

func hello(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }

func get(t *testing.T, s *httpserver.Server) (string, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+s.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

func TestAServerServesFromStartToStop(t *testing.T) {
	t.Parallel()
	s := start(t, httpserver.Config{}, hello)
	if body, err := get(t, s); err != nil || body != "hello" {
		t.Errorf("got %q, %v", body, err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := get(t, s); err == nil {
		t.Error("it serves after Stop")
	}
}

func TestWhoConnectsBeforeStartWaits(t *testing.T) {
	t.Parallel()
	s := httpserver.New(httpserver.Config{Address: "127.0.0.1:0"})
	if s.Addr() != nil {
		t.Error("there is an address before Listen")
	}
	if err := errors.Join(s.Listen(), s.Listen()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	conn := dial(t, s)
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	s.Handle(http.HandlerFunc(hello))
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("got %v, %v", res, err)
	}
}

func TestAnUpgradedConnectionEndsWithTheServer(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	s := start(t, httpserver.Config{}, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "hijacked")
		<-r.Context().Done()
		close(ended)
	})
	conn := dial(t, s)
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := io.ReadFull(conn, make([]byte, len("hijacked"))); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	default:
		t.Error("Stop returned while the handler was running")
	}
}

func TestAnIdleConnectionIsClosed(t *testing.T) {
	t.Parallel()
	s := start(t, httpserver.Config{IdleTimeout: 20 * time.Millisecond}, hello)
	conn := dial(t, s)
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if all, err := io.ReadAll(conn); err != nil || !strings.Contains(string(all), "200 OK") {
		t.Errorf("got %q, %v", all, err)
	}
}

func TestABrokenListenerIsAFailure(t *testing.T) {
	t.Parallel()
	s := start(t, httpserver.Config{}, hello)
	select {
	case err := <-s.Failed():
		t.Fatalf("it failed at once: %v", err)
	default:
	}
	s.BreakListener()
	if err := <-s.Failed(); err == nil || !strings.Contains(err.Error(), s.Addr().String()) {
		t.Errorf("got %v", err)
	}
}

func TestStartAndStopMayComeFromAnywhere(t *testing.T) {
	t.Parallel()
	lifecycletest.Stress(t, func() lifecycle.Component {
		return httpserver.New(httpserver.Config{Address: "127.0.0.1:0"})
	})
}

func ExampleServer() {
	s := httpserver.New(httpserver.Config{Address: "127.0.0.1:0", Setting: "VADE_GATEWAY"})
	s.Handle(http.HandlerFunc(hello))
	fmt.Println(s.Start(context.Background()))
	fmt.Println(s.Stop(context.Background()))
	// Output:
	// <nil>
	// <nil>
}
