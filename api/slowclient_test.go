package api_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/internal/httpserver"
)

type longText struct {
	Text string `json:"text"`
}

func TestWhoReadsNoEventsIsGivenUpAndNothingIsMadeForHim(t *testing.T) {
	t.Parallel()
	const size = 64 << 10
	s, made := newService(), make(chan int, 1)
	api.Get(s, "/texts", func(context.Context, api.None) (api.SSE[longText], error) {
		return func(yield func(api.Event[longText], error) bool) {
			n := 0
			for yield(api.Event[longText]{Data: longText{strings.Repeat("x", size)}}, nil) {
				n++
			}
			made <- n
		}, nil
	}, auth.Public())
	server := httpserver.New(httpserver.Config{Address: "127.0.0.1:0", SendTimeout: 150 * time.Millisecond})
	h := s.open(t, io.Discard, nil)
	server.Handle(http.HandlerFunc(h.ServeHTTP))
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	conn, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /texts HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case n := <-made:
		if n*size > 64<<20 { // far more than the kernel keeps for a socket
			t.Errorf("%d events were made for a client who reads none", n)
		}
	case <-time.After(20 * time.Second):
		t.Error("the client is waited for")
	}
}
