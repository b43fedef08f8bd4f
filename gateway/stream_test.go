package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/gateway"
)

func readResponse(t testing.TB, r io.Reader) *http.Response {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(r), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func TestEventsArriveAsTheyAreSent(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		next := make(chan struct{})
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for i := range 3 {
				fmt.Fprintf(w, "data: %d\n\n", i)
				w.(http.Flusher).Flush()
				<-next
			}
		})), gateway.Config{})
		events := bufio.NewReader(f.request("GET", "/things", nil).Body)
		for i := range 3 {
			line, err := events.ReadString('\n')
			if want := fmt.Sprintf("data: %d\n", i); err != nil || line != want {
				t.Fatalf("got %q, %v; want %q", line, err, want)
			}
			_, _ = events.ReadString('\n')
			next <- struct{}{} // the service waits until the event has arrived
		}
	})
}

func TestInterimAnswersPass(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusAccepted)
		})), gateway.Config{})
		conn := f.dial()
		fmt.Fprint(conn, "GET /things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		all, err := io.ReadAll(conn)
		if s := string(all); err != nil || !strings.HasPrefix(s, "HTTP/1.1 103 ") || !strings.Contains(s, "HTTP/1.1 202 ") || strings.Count(s, "X-Request-Id") != 1 {
			t.Errorf("got %q, %v", s, err)
		}
	})
}

// webSocket is as much of the protocol as a proxy sees: a handshake, and then bytes both ways.
func webSocket(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || r.Header.Get("Connection") != "Upgrade" {
		http.Error(w, "not an upgrade", http.StatusUpgradeRequired)
		return
	}
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer conn.Close()
	fmt.Fprint(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	_ = rw.Flush()
	line, err := rw.ReadString('\n')
	if err == nil {
		fmt.Fprintf(conn, "echo %s", line)
	}
}

func handshake(conn net.Conn, path string, headers ...string) {
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: shop.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n%s\r\n", path, strings.Join(headers, ""))
}

func TestAWebSocketPassesAndOutlivesTheTimeout(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		slow := make(chan struct{})
		f := open(t, place(http.HandlerFunc(webSocket)), gateway.Config{})
		past := open(t, gateway.Local(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done() // the timeout of /slow and what the gateway adds have passed
			close(slow)
		})), gateway.Config{})
		conn := f.dial()
		handshake(conn, "/slow", "Origin: http://shop.example\r\n")
		r := bufio.NewReader(conn)
		res, err := http.ReadResponse(r, nil)
		if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("got %v, %v", res, err)
		}
		past.request("GET", "/slow", nil)
		<-slow
		fmt.Fprint(conn, "hello\n")
		if line, err := r.ReadString('\n'); err != nil || line != "echo hello\n" {
			t.Errorf("got %q, %v", line, err)
		}
	})
}

func TestAnUpgradeThatTheServiceDoesNotMakeHasATimeout(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })), gateway.Config{})
		conn := f.dial()
		handshake(conn, "/slow")
		wantProblem(t, readResponse(t, conn), 504, "timeout")
	})
}

func TestAPageOfAnotherOriginMayNotOpenAWebSocket(t *testing.T) {
	t.Parallel()
	for origin, status := range map[string]int{
		"": 101, "Origin: http://shop.example\r\n": 101, "Origin: https://app.example.com\r\n": 101,
		"Origin: https://evil.example\r\n": 403, "Origin: https://shop.example\r\n": 403, "Origin: null\r\n": 403,
	} {
		f := open(t, gateway.Local(http.HandlerFunc(webSocket)), gateway.Config{CORS: gateway.CORS{AllowedOrigins: []string{"https://app.example.com"}}})
		conn := f.dial()
		handshake(conn, "/things", origin)
		if res := readResponse(t, conn); res.StatusCode != status {
			t.Errorf("%q: status %d, want %d", origin, res.StatusCode, status)
		}
	}
}

func TestOtherUpgradesAreOrdinaryRequests(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(echo)), gateway.Config{})
		conn := f.dial()
		fmt.Fprint(conn, "GET /things HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
		got := parse[seen](t, readResponse(t, conn))
		if got.Header.Get("Upgrade") != "" || got.Header.Get("Http2-Settings") != "" {
			t.Errorf("the service got %v", got.Header)
		}
	})
}

func TestAnAnswerThatFlowsOutlivesTheTimeoutAndItsBeginningDoesNot(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		next := make(chan struct{})
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery == "late" {
				<-r.Context().Done()
				return
			}
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			<-next
			fmt.Fprint(w, "still here")
		})), gateway.Config{})
		res := f.request("GET", "/feed", nil)
		late := f.request("GET", "/feed?late", nil) // answered when the timeout has passed, of both
		wantProblem(t, late, http.StatusGatewayTimeout, "timeout")
		close(next)
		if body, err := io.ReadAll(res.Body); err != nil || string(body) != "still here" {
			t.Errorf("got %q, %v", body, err)
		}
	})
}

func TestARequestThatFlowsHasItsTimeForEachPart(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		arrived := make(chan struct{})
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := 0
			for buf := make([]byte, 1); ; n++ {
				if _, err := io.ReadFull(r.Body, buf); err == io.EOF {
					break
				} else if err != nil {
					return
				}
				arrived <- struct{}{}
			}
			fmt.Fprint(w, n)
		})), gateway.Config{})
		conn := f.dial()
		fmt.Fprint(conn, "POST /trickle HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
		const parts = 8
		for range parts { // twice the time of the operation and what the gateway adds
			<-time.After(150 * time.Millisecond)
			fmt.Fprint(conn, "1\r\nx\r\n")
			<-arrived
		}
		fmt.Fprint(conn, "0\r\n\r\n")
		res := readResponse(t, conn)
		if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != 200 || string(body) != fmt.Sprint(parts) {
			t.Errorf("%d %q, %v", res.StatusCode, body, err)
		}
	})
}
