package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// WebSocket is the output of a GET that becomes a connection on which both sides send JSON messages: In those of the client, Out those of
// the service (RFC 6455). A handler returns the function that holds the conversation:
//
//	return func(ctx context.Context, conn *api.Conn[Move, Board]) error {
//		for move, err := range conn.Messages(ctx) {
//			if err != nil {
//				return err
//			}
//			…
//			if err := conn.Send(ctx, board); err != nil {
//				return err
//			}
//		}
//		return nil
//	}, nil
//
// When it returns the connection is closed: as normal for nil, with the code 1008 and the code of the problem for a problem of the
// client, with 1011 for any other error. Its context ends when the client is gone or the program stops. Pages of other
// origins may not connect. A message may be as long as [MaxBody] says. Silent clients are asked for a sign of life: see [KeepAlive].
//
// A WebSocket is for clients over HTTP; typed calls refuse it.
type WebSocket[In, Out any] func(ctx context.Context, conn *Conn[In, Out]) error

// Conn is a connection on which messages are exchanged. Receive is for one goroutine at a time, Send for any.
type Conn[In, Out any] struct {
	ws       *websocket.Conn
	messages *schema.Schema
	reading  atomic.Bool
}

// errNoCall refuses a typed call of a WebSocket.
var errNoCall = errors.New("api: a WebSocket is opened by a client of that protocol, not by a call")

// Receive returns the next message of the client, held to its rules. The error is io.EOF when the client has closed the
// connection; problem.Invalid or problem.Malformed for a message that breaks the rules, behind which the next can be received; any other
// ends the connection. So does ctx when it ends.
func (c *Conn[In, Out]) Receive(ctx context.Context) (In, error) {
	var in In
	c.reading.Store(true)
	kind, data, err := c.ws.Read(ctx)
	c.reading.Store(false)
	switch {
	case err != nil && normal(err):
		return in, io.EOF
	case err != nil && ctx.Err() != nil:
		return in, ctx.Err()
	case err != nil:
		return in, gone(err)
	case kind != websocket.MessageText:
		return in, problem.Malformed().WithDetail("A message must be text.")
	}
	v := reflect.ValueOf(&in).Elem()
	violations, err := c.messages.Decode(data, v)
	if err != nil {
		return in, malformed(err, "The message")
	}
	if len(violations) == 0 {
		violations = c.messages.Validate(ctx, v)
	}
	return in, invalid(collectBody(nil, violations))
}

// normal reports whether the client has said goodbye.
func normal(err error) bool {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
		return true
	}
	return false
}

// Messages are those of the client until he closes the connection. An error other than that of a message that breaks the rules is the
// last.
func (c *Conn[In, Out]) Messages(ctx context.Context) iter.Seq2[In, error] {
	return func(yield func(In, error) bool) {
		for {
			in, err := c.Receive(ctx)
			if err == io.EOF { //nolint:errorlint // Receive returns it bare
				return
			}
			_, rules := problem.From(err)
			if !yield(in, err) || err != nil && (!rules || errors.Is(err, operation.ErrClientGone)) {
				return
			}
		}
	}
}

// Send sends a message and waits until the connection has taken it. A client who takes nothing is given up by the listener. When
// ctx ends the connection does.
func (c *Conn[In, Out]) Send(ctx context.Context, out Out) error {
	data, err := json.Marshal(out, jsonOptions)
	if err != nil {
		return fmt.Errorf("api: encode a message: %w", err)
	}
	if err := c.ws.Write(ctx, websocket.MessageText, data); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return gone(err)
	}
	return nil
}

func (WebSocket[In, Out]) answer() (int, http.Header, bool) {
	return http.StatusSwitchingProtocols, nil, false
}

func (WebSocket[In, Out]) shape() shape {
	return shape{
		status: http.StatusSwitchingProtocols, flows: true, endless: true,
		messages: &messages{in: reflect.TypeFor[In](), out: reflect.TypeFor[Out]()},
	}
}

// messages are the types of a WebSocket.
type messages struct{ in, out reflect.Type }

func (WebSocket[In, Out]) receive(*http.Response, func(any) error) (any, error) {
	return nil, errNoCall
}

func (WebSocket[In, Out]) uncallable() error { return errNoCall }

func (s WebSocket[In, Out]) flow(ctx context.Context, c *operation.Call, x *wire) error {
	ws, err := upgrade(c)
	if err != nil || s == nil {
		return err
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(x.maxMessage)
	conn := &Conn[In, Out]{ws: ws, messages: x.messages}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := conn.ping(ctx, x.keepAlive, cancel)
	defer stop()
	err = s(ctx, conn)
	switch {
	case err == nil && ctx.Err() == nil:
		_ = ws.Close(websocket.StatusNormalClosure, "")
		return nil
	case ctx.Err() != nil:
		_ = ws.Close(websocket.StatusGoingAway, "")
		return nil
	}
	code, reason := websocket.StatusInternalError, problem.CodeInternal
	if p, ok := operation.PublicProblem(ctx, c, err); ok {
		if reason = p.Code; p.Status < 500 {
			code = websocket.StatusPolicyViolation
		}
	}
	_ = ws.Close(code, reason)
	return leaving(err)
}

// tell does nothing: the connection was closed with the reason.
func (WebSocket[In, Out]) tell(*operation.Call, *problem.Problem) {}

// upgrade makes a WebSocket of the connection.
func upgrade(c *operation.Call) (*websocket.Conn, error) {
	r := c.Request
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		c.SetHeader("Upgrade", "websocket")
		return nil, problem.ForStatus(http.StatusUpgradeRequired).WithDetail("This address is a WebSocket.")
	}
	w := &guard{ResponseWriter: c.Writer, call: c}
	setHeaders(w.Header(), c.ReplyHeader())
	options := &websocket.AcceptOptions{}
	if host := r.Header.Get("X-Forwarded-Host"); host != "" { // no page can set it
		options.OriginPatterns = []string{strings.NewReplacer("*", "", "?", "", "[", "", "\\", "").Replace(host)}
	}
	ws, err := websocket.Accept(w, r, options)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", problem.ForStatus(max(w.failed, http.StatusBadRequest)), err)
	}
	return ws, nil
}

// pongAfter is how long a client may take for a sign of life.
const pongAfter = 10 * time.Second

// ping asks for signs of life while somebody receives: without that nobody would see them.
func (c *Conn[In, Out]) ping(ctx context.Context, every time.Duration, cancel func()) (stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if !c.reading.Load() {
				continue
			}
			wait, end := context.WithTimeout(ctx, pongAfter)
			err := c.ws.Ping(wait)
			end()
			if err != nil {
				cancel()
				return
			}
		}
	}()
	return func() { cancel(); <-done }
}
