package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/gateway"
	"github.com/vade-go/vade/internal/httpserver"
)

// rough is a service that answers every request with whatever bytes it likes.
func rough(t *testing.T, answer func(c net.Conn, r *http.Request)) gateway.Upstream {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					answer(c, r)
				}
			}()
		}
	}()
	return gateway.Remote(parseURL(t, "http://"+l.Addr().String()))
}

func TestARequestIsSentOnceWhateverBecomesOfTheConnection(t *testing.T) {
	t.Parallel()
	var acted atomic.Int64
	f := open(t, rough(t, func(c net.Conn, r *http.Request) {
		if r.Method == http.MethodPost {
			acted.Add(1)
			_ = c.Close() // it dies after it has acted
			return
		}
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}), gateway.Config{})
	for _, name := range []string{"X-None", "Idempotency-Key", "X-Idempotency-Key"} {
		acted.Store(0)
		text(t, f.request("GET", "/things", nil)) // leaves a connection that is kept
		wantProblem(t, f.request("POST", "/things", nil, name, "k1"), 502, "bad-gateway")
		if n := acted.Load(); n != 1 {
			t.Errorf("%s: the service acted %d times", name, n)
		}
	}
}

func TestConnectionsAreGivenUpBeforeTheOtherSideDoes(t *testing.T) {
	t.Parallel()
	if call.IdleTimeout >= httpserver.DefaultIdleTimeout {
		t.Errorf("connections are kept for %v, and listeners close them after %v", call.IdleTimeout, httpserver.DefaultIdleTimeout)
	}
}

func TestAnAnswerThatIsNoneIsABadGateway(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"000", "099", "600", "999"} {
		f := open(t, rough(t, func(c net.Conn, _ *http.Request) {
			fmt.Fprintf(c, "HTTP/1.1 %s Strange\r\nContent-Length: 0\r\n\r\n", status)
		}), gateway.Config{})
		wantProblem(t, f.request("GET", "/things", nil), 502, "bad-gateway")
	}
}

func TestAFewInterimAnswersPassWithoutWhatServicesSayOfThemselves(t *testing.T) {
	t.Parallel()
	f := open(t, rough(t, func(c net.Conn, _ *http.Request) {
		for range 50 {
			fmt.Fprint(c, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\nServer: Secret\r\nAccess-Control-Allow-Origin: *\r\n\r\n")
		}
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
	}), gateway.Config{})
	conn := f.dial()
	fmt.Fprint(conn, "GET /things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	answer := string(all)
	if n := strings.Count(answer, "103 Early Hints"); n < 1 || n > 5 {
		t.Errorf("%d interim answers", n)
	}
	if strings.Contains(answer, "Secret") || strings.Contains(answer, "Access-Control") || !strings.HasSuffix(answer, "ok") {
		t.Errorf("got %s", answer)
	}
}

func TestAnUpgradeCarriesTheGatewaysHeadersToo(t *testing.T) {
	t.Parallel()
	f := open(t, rough(t, func(c net.Conn, _ *http.Request) {
		fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nServer: Secret\r\nAccess-Control-Allow-Origin: *\r\n\r\n")
		_ = c.Close()
	}), gateway.Config{})
	conn := f.dial()
	fmt.Fprint(conn, "GET /things HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Request-Id: r-1\r\n\r\n")
	res := readResponse(t, conn)
	if res.StatusCode != 101 || res.Header.Get("Server") != "" || res.Header.Get("Access-Control-Allow-Origin") != "" || res.Header.Get("X-Request-Id") != "r-1" {
		t.Errorf("status %d, %v", res.StatusCode, res.Header)
	}
}
