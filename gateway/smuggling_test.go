package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vade-go/vade/gateway"
)

// Every message below is one that some program reads differently from another. The gateway must refuse it, or read it the
// way RFC 9112 says and let nothing that follows it on the connection become a request.
func TestNothingIsSmuggled(t *testing.T) {
	t.Parallel()
	const hidden = "GET /things/hidden HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, tt := range []struct {
		name, request string
		status        int // 400: refused; 200: read in the one way that is right
	}{
		{"length and chunks", "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, 200},
		{"chunks and length", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 100\r\n\r\n0\r\n\r\n" + hidden, 200},
		{"two lengths", "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 4\r\n\r\n" + hidden, 400},
		{"a list of lengths", "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 4\r\n\r\n" + hidden, 400},
		{"a signed length", "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n" + hidden, 400},
		{"a length beyond numbers", "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n" + hidden, 400},
		{"an unknown coding", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + hidden, 501},
		{"chunks twice", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, 501},
		{"a disguised coding", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden, 501},
		{"a vertical tab", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + hidden, 400},
		{"a space before the colon", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden, 400},
		{"chunks in HTTP/1.0", "POST /things HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden, 200},
		{"a negative chunk", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + hidden, 400},
		{"a chunk beyond numbers", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\nx\r\n0\r\n\r\n" + hidden, 400},
		{"a chunk without an end", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n" + hidden, 400},
		{"a chunk that ends with a bare line feed", "POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;x\nx\r\n0\r\n\r\n" + hidden, 400},
		{"a NUL in a name", "GET /things HTTP/1.1\r\nHost: x\r\nX\x00Y: z\r\n\r\n", 400},
		{"a carriage return in a value", "GET /things HTTP/1.1\r\nHost: x\r\nX: a\rX-Evil: b\r\n\r\n", 400},
		{"two hosts", "GET /things HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
		{"no host", "GET /things HTTP/1.1\r\n\r\n", 400},
		{"a space in the target", "GET /things /x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
				var stolen atomic.Bool
				f := open(t, place(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "hidden") || r.Header.Get("X-Evil") != "" {
						stolen.Store(true)
					}
					echo(w, r)
				})), gateway.Config{})
				conn := f.dial()
				fmt.Fprint(conn, tt.request)
				answer, _ := io.ReadAll(conn) // ends because the gateway closes the connection
				if want := fmt.Sprintf("HTTP/1.%c %d ", answer[7], tt.status); !strings.HasPrefix(string(answer), want) {
					t.Errorf("want status %d, got %q", tt.status, answer)
				}
				if n := strings.Count(string(answer), "HTTP/1."); n != 1 || stolen.Load() {
					t.Errorf("%d answers, the hidden request was served: %t", n, stolen.Load())
				}
			})
		})
	}
}

func TestAFoldedFieldReachesTheServiceOnOneLine(t *testing.T) {
	t.Parallel()
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		f := open(t, place(http.HandlerFunc(echo)), gateway.Config{})
		conn := f.dial()
		fmt.Fprint(conn, "GET /things HTTP/1.1\r\nHost: x\r\nX-Folded: a\r\n X-Evil: b\r\n\r\n")
		got := parse[seen](t, readResponse(t, conn))
		if got.Header.Get("X-Evil") != "" || got.Header.Get("X-Folded") != "a X-Evil: b" { // RFC 9112, section 5.2
			t.Errorf("the service got %v", got.Header)
		}
	})
}

func TestAnAbsoluteTargetAndItsHostAreOne(t *testing.T) {
	t.Parallel()
	f := open(t, gateway.Local(http.HandlerFunc(echo)), gateway.Config{})
	conn := f.dial()
	fmt.Fprint(conn, "GET http://shop.example/things HTTP/1.1\r\nHost: evil.example\r\n\r\n")
	if got := parse[seen](t, readResponse(t, conn)); got.Header.Get("X-Forwarded-Host") != "shop.example" { // RFC 9112, section 3.2.2
		t.Errorf("the service got %v", got.Header)
	}
}
