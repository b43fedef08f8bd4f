package gateway_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vade-go/vade/gateway"
)

func TestAMountGetsEveryMethodAndEveryPathBelow(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(echo)), gateway.Config{CORS: gateway.CORS{AllowedOrigins: []string{"https://app.example"}}})
		for _, request := range []string{"GET /legacy", "POST /legacy/", "PROPFIND /legacy/a/b", "OPTIONS /legacy/x", "GET /app", "GET /app/a/b"} {
			method, path, _ := strings.Cut(request, " ")
			res := f.request(method, path, nil)
			if got := parse[seen](t, res); res.StatusCode != 200 || got.Method != method || got.Path != path || res.Header.Get("X-Frame-Options") != "DENY" {
				t.Errorf("%s: %d %+v", request, res.StatusCode, got)
			}
		}
		wantProblem(t, f.request("GET", "/legacy2", nil), 404, "not-found")
		wantProblem(t, f.request("GET", "/legacy/%2e%2e/things", nil), 400, "malformed")
		wantProblem(t, f.request("POST", "/legacy/a", strings.NewReader("12345678901")), 413, "too-large")
		res := f.request("OPTIONS", "/legacy/a", nil, "Origin", "https://app.example", "Access-Control-Request-Method", "PUT")
		if res.StatusCode != 204 || !strings.Contains(res.Header.Get("Access-Control-Allow-Methods"), "PUT") {
			t.Errorf("got %d %v", res.StatusCode, res.Header)
		}
	})
}

func TestAMountStreamsWithoutADeadlineAndTakesConnectionsOver(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Upgrade") != "" {
				webSocket(w, r)
				return
			}
			_, limited := r.Context().Deadline()
			fmt.Fprintf(w, "limited %t\n", limited)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})), gateway.Config{})
		res := f.request("GET", "/legacy/stream", nil)
		if line, err := bufio.NewReader(res.Body).ReadString('\n'); line != "limited false\n" {
			t.Errorf("got %q, %v", line, err)
		}
		_ = res.Body.Close()
		conn := f.dial()
		handshake(conn, "/legacy/socket", "Origin: http://shop.example\r\n")
		r := bufio.NewReader(conn)
		if res, err := http.ReadResponse(r, nil); err != nil || res.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("got %v, %v", res, err)
		}
		fmt.Fprint(conn, "hello\n")
		if line, err := r.ReadString('\n'); err != nil || line != "echo hello\n" {
			t.Errorf("got %q, %v", line, err)
		}
	})
}
