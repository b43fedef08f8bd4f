package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

type move struct {
	Field int `json:"field" minimum:"1" maximum:"9"`
}

type board struct {
	Moves int    `json:"moves"`
	Wrong string `json:"wrong,omitzero"`
}

var errOver = problem.New(409, "game-over", "The game is over")

// play counts moves. It forgives those that break a rule.
func play(_ context.Context, in struct {
	Game string `path:"game"`
}) (api.WebSocket[move, board], error) {
	if in.Game == "none" {
		return nil, problem.NotFound()
	}
	return func(ctx context.Context, conn *api.Conn[move, board]) error {
		var b board
		for m, err := range conn.Messages(ctx) {
			b.Wrong = ""
			if p, ok := problem.From(err); ok {
				b.Wrong = p.Code
			} else if err != nil {
				return err
			} else if m.Field == 9 {
				return fmt.Errorf("no more: %w", errOver)
			} else if m.Field == 8 {
				panic("at the disco")
			} else {
				b.Moves++
			}
			if err := conn.Send(ctx, b); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func dial(t testing.TB, url string, options *websocket.DialOptions) (*websocket.Conn, *http.Response) {
	t.Helper()
	ws, res, err := websocket.Dial(t.Context(), url, options)
	if err == nil {
		t.Cleanup(func() { _ = ws.CloseNow() })
		return ws, res
	}
	if res == nil {
		t.Fatal(err)
	}
	return nil, res
}

func TestMessagesGoBothWaysAndAreHeldToTheirRules(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/games/{game}", play, auth.Public(), api.Fails(errOver), api.Timeout(50*time.Millisecond), api.MaxBody(64))
	server := listen(t, s.open(t, io.Discard, nil))
	ws, _ := dial(t, server.URL+"/games/1", nil)
	for _, m := range [][2]string{
		{`{"field":1}`, `{"moves":1}`}, {`{"field":0}`, `{"moves":1,"wrong":"invalid"}`}, {`{"field":`, `{"moves":1,"wrong":"malformed"}`},
		{`{"field":2}`, `{"moves":2}`},
	} {
		if err := ws.Write(t.Context(), websocket.MessageText, []byte(m[0])); err != nil {
			t.Fatal(err)
		}
		if _, got, err := ws.Read(t.Context()); err != nil || string(got) != m[1] {
			t.Errorf("to %s: %s, %v", m[0], got, err)
		}
	}
	if err := ws.Write(t.Context(), websocket.MessageBinary, []byte(`{"field":1}`)); err != nil {
		t.Fatal(err)
	}
	if _, got, err := ws.Read(t.Context()); err != nil || !strings.Contains(string(got), "malformed") {
		t.Errorf("to a binary message: %s, %v", got, err)
	}
	if err := ws.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error("the goodbye:", err)
	}
}

func TestAWebSocketIsClosedWithTheReason(t *testing.T) {
	t.Parallel()
	log := new(buffer)
	s := newService()
	api.Get(s, "/games/{game}", play, auth.Public(), api.Fails(errOver), api.MaxBody(64))
	server := listen(t, s.open(t, log, nil))
	for message, want := range map[string]string{
		`{"field":9}`: "1008 game-over", `{"field":8}`: "-1 ", `{"field":1,"x":"` + strings.Repeat("x", 64) + `"}`: "1009 read limited at 65 bytes",
	} {
		ws, _ := dial(t, server.URL+"/games/1", nil)
		if err := ws.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
		_, _, err := ws.Read(t.Context())
		reason := ""
		if closed, ok := errors.AsType[websocket.CloseError](err); ok {
			reason = closed.Reason
		}
		if got := fmt.Sprintf("%d %s", websocket.CloseStatus(err), reason); got != want {
			t.Errorf("%.20s: %s (%v)", message, got, err)
		}
	}
	log.await(t, "at the disco")
}

func TestOnlyAWebSocketClientOfTheSameOriginConnects(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/games/{game}", play, auth.Public())
	server := listen(t, s.open(t, io.Discard, nil))
	host := strings.TrimPrefix(server.URL, "http://")
	header := func(pairs ...string) *websocket.DialOptions {
		o := &websocket.DialOptions{HTTPHeader: make(http.Header)}
		for i := 0; i < len(pairs); i += 2 {
			o.HTTPHeader.Set(pairs[i], pairs[i+1])
		}
		return o
	}
	for _, tt := range []struct {
		path    string
		options *websocket.DialOptions
		want    int
	}{
		{"/games/1", nil, 101},
		{"/games/1", header("Origin", "http://"+host), 101},
		{"/games/1", header("Origin", "https://shop.example", "X-Forwarded-Host", "shop.example"), 101},
		{"/games/1", header("Origin", "https://evil.example"), 403},
		{"/games/1", header("Origin", "https://evil.example", "X-Forwarded-Host", "*"), 403},
		{"/games/none", nil, 404},
	} {
		if _, res := dial(t, server.URL+tt.path, tt.options); res.StatusCode != tt.want {
			t.Errorf("%s %v: %d, want %d", tt.path, tt.options, res.StatusCode, tt.want)
		} else if tt.want != 101 && res.Header.Get("Content-Type") != problem.MediaType {
			t.Errorf("%d is no problem: %s", tt.want, res.Header.Get("Content-Type"))
		}
	}
	res := ask(t, server, "/games/1")
	if res.StatusCode != 426 || res.Header.Get("Upgrade") != "websocket" || res.Header.Get("Content-Type") != problem.MediaType {
		t.Errorf("a plain GET: %d, %v", res.StatusCode, res.Header)
	}
	if res := ask(t, server, "/games/1", "Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", "7"); res.StatusCode != 400 {
		t.Errorf("an old client: %d", res.StatusCode)
	}
}

func TestASilentClientIsAskedForASignOfLife(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/games/{game}", play, auth.Public(), api.KeepAlive(5*time.Millisecond))
	server := listen(t, s.open(t, io.Discard, nil))
	pings := make(chan struct{}, 64)
	ws, _ := dial(t, server.URL+"/games/1", &websocket.DialOptions{OnPingReceived: func(context.Context, []byte) bool {
		select {
		case pings <- struct{}{}:
		default:
		}
		return true
	}})
	read := ws.CloseRead(t.Context())
	for range 3 {
		<-pings
	}
	if read.Err() != nil {
		t.Error("a client that answers was given up")
	}
}

func TestTypedCallsRefuseAWebSocket(t *testing.T) {
	t.Parallel()
	contract := api.Define[api.None, api.WebSocket[move, board]]("GET", "/game", auth.Public())
	s := newService()
	api.Serve(s, contract, func(context.Context, api.None) (api.WebSocket[move, board], error) { return nil, nil })
	server := listen(t, s.open(t, io.Discard, nil))
	if _, err := contract.Call(t.Context(), connect(t, server), api.None{}); err == nil {
		t.Error("over HTTP: no error")
	}
	if _, err := contract.Call(t.Context(), near(s), api.None{}); err == nil || !strings.Contains(err.Error(), "WebSocket") {
		t.Error("in the process:", err)
	}
}

func TestAWebSocketIsOpenedByGet(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Post(s, "/games", func(context.Context, api.None) (api.WebSocket[move, board], error) { return nil, nil }, auth.Public())
	if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), "opened by GET") {
		t.Error(err)
	}
}

func TestWhatAWebSocketHoldsIsGivenBackAfterIt(t *testing.T) {
	t.Parallel()
	s, back := newService(), make(chan error, 1)
	api.Get(s, "/games/{game}", play, auth.Public(), api.Intercept(func(
		ctx context.Context, _ *struct {
			Game string `path:"game"`
		}, next func(context.Context) (api.WebSocket[move, board], error),
	) (api.WebSocket[move, board], error) {
		c, _ := operation.FromContext(ctx)
		c.Defer(func(err error) { back <- err })
		return next(ctx)
	}))
	server, log := listen(t, s.open(t, io.Discard, nil)), new(buffer)
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(log, nil), slog.LevelError)
	ws, _ := dial(t, server.URL+"/games/1", nil)
	if err := ws.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	if err := <-back; err != nil {
		t.Error(err)
	}
	server.Close()
	if log.String() != "" {
		t.Error("net/http says:", log)
	}
}
