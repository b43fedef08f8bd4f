package api_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
)

// FuzzParts: a form that is read part by part is read, or it is the client's fault.
func FuzzParts(f *testing.F) {
	f.Add(partsType, "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n")
	f.Add(partsType, "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\xff\"\r\n\r\nx")
	f.Add("multipart/form-data; boundary=\"\"", "----")
	f.Add(partsType, "--b\r\n"+strings.Repeat("X-A: b\r\n", 90)+"\r\n\r\n--b--")
	s := newService()
	api.Serve(s, uploading, receive)
	h := s.open(f, io.Discard, nil)
	f.Fuzz(func(t *testing.T, contentType, body string) {
		req := httptest.NewRequest(http.MethodPost, "/uploads", strings.NewReader(body))
		req.Header.Set("Content-Type", contentType)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		switch rec.Code {
		case 200, 400, 413, 415, 422:
		default:
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
	})
}

// FuzzMessage: whatever a client sends over a WebSocket is a message, breaks a rule, or is too long; it is never the service's fault.
func FuzzMessage(f *testing.F) {
	f.Add(true, []byte(`{"field":1}`))
	f.Add(true, []byte(`{"field":1,"field":2}`))
	f.Add(true, []byte(strings.Repeat("[", 60)))
	f.Add(false, []byte("\xff"))
	s := newService()
	api.Get(s, "/echo", func(context.Context, api.None) (api.WebSocket[move, board], error) {
		return func(ctx context.Context, conn *api.Conn[move, board]) error {
			_, err := conn.Receive(ctx)
			if p, ok := problem.From(err); ok && p.Status < 500 {
				return conn.Send(ctx, board{Wrong: p.Code})
			} else if err != nil {
				return err
			}
			return conn.Send(ctx, board{Moves: 1})
		}, nil
	}, auth.Public(), api.MaxBody(64))
	server := listen(f, s.open(f, io.Discard, nil))
	f.Fuzz(func(t *testing.T, text bool, message []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		ws, _, err := websocket.Dial(ctx, server.URL+"/echo", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ws.CloseNow() }()
		kind := websocket.MessageBinary
		if text {
			kind = websocket.MessageText
		}
		if err := ws.Write(ctx, kind, message); err != nil {
			t.Fatal(err)
		}
		_, got, err := ws.Read(ctx)
		if long := len(message) > 64; long != (err != nil) || long && websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
			t.Errorf("%d bytes: %s, %v", len(message), got, err)
		}
	})
}

// FuzzRawRequest: bytes on a connection are never more than the client's fault. Net/http has two words of its own for what it does not
// speak: 501 for a transfer coding, 505 for a version.
func FuzzRawRequest(f *testing.F) {
	const head = "POST /shops/west/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada/orders~write\r\nContent-Type: application/json\r\n"
	f.Add(head + "Content-Length: 35\r\n\r\n" + goodOrder)
	f.Add(head + "Content-Length: 35\r\nContent-Length: 36\r\n\r\n" + goodOrder)
	f.Add(head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
	f.Add(head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n")
	f.Add(head + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b")
	f.Add(strings.Replace(head, "json", "json; charset=utf-16", 1) + "Content-Length: 2\r\n\r\n{}")
	f.Add("GET /shops/west/orders?" + strings.Repeat("a&", 2000) + " HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n")
	for _, request := range []string{
		"POST /tool HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{\"kind\":\"hammer\",\"Weight\":1.5}",
		"POST /any HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor\r\nAccept: application/cbor\r\nContent-Length: 4\r\n\r\n\x9f\xa0\x80\xff",
		"POST /forms HTTP/1.1\r\nHost: x\r\nContent-Type: " + urlEncoded + "\r\nTransfer-Encoding: chunked\r\n\r\n8\r\ntext=%ff\r\n0\r\n\r\n",
		"POST /files HTTP/1.1\r\nHost: x\r\nContent-Type: " + partsType + "\r\nContent-Length: 90\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n",
		"POST /parts HTTP/1.1\r\nHost: x\r\nContent-Type: " + partsType + "\r\nContent-Length: 60\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n",
		"POST /bytes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n0\r\nX: y\r\n\r\ngarbage",
	} {
		f.Add(request)
	}
	var log serverLog
	house, taker := shop(f, io.Discard), hostileApp(f)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/shops/") {
			house.ServeHTTP(w, r)
			return
		}
		taker.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(&log, nil), slog.LevelError)
	server.Start()
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, request string) {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.(*net.TCPConn).SetLinger(0) // thousands of connections would use up the ports
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.WriteString(conn, request); err != nil {
			return // refused before its end
		}
		_ = conn.(*net.TCPConn).CloseWrite()
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if log.panicked.Load() {
			t.Fatal("a panic has left the plan")
		}
		if err != nil {
			return // it was no request
		}
		body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		if res.StatusCode >= 500 && res.StatusCode != http.StatusNotImplemented && res.StatusCode != http.StatusHTTPVersionNotSupported {
			t.Errorf("status %d: %s", res.StatusCode, body)
		}
	})
}

// serverLog watches what a server says of itself: a panic that leaves the plan costs the connection, which looks like a request that was none.
type serverLog struct{ panicked atomic.Bool }

func (l *serverLog) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("panic serving")) {
		l.panicked.Store(true)
	}
	return len(p), nil
}
