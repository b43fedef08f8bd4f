package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// SSE is an output of events that are sent as they happen: server-sent events, as the HTML standard has them, which browsers read
// with EventSource. A handler returns a function, as for [Stream]:
//
//	return func(yield func(api.Event[Price], error) bool) {
//		for {
//			select {
//			case <-ctx.Done():
//				return
//			case p := <-prices:
//				if !yield(api.Event[Price]{ID: p.Version, Data: p}, nil) {
//					return
//				}
//			}
//		}
//	}, nil
//
// An event leaves at once. Every write waits for the client, and a client who takes nothing is given up, so that none of them holds
// memory; when nothing happens a comment is sent every 15 seconds, see [KeepAlive], that proxies and browsers may know that somebody is there.
// The context of the handler ends when the client goes away or the program stops; browsers come back by themselves with the
// id of the last event that they got, which [Resume] takes.
//
// An error that the function yields is sent as an event of the type problem, and ends the answer. Sequences that are kept by callers in
// the same process have to be read as those of a Stream.
type SSE[E any] iter.Seq2[Event[E], error]

// Event is one server-sent event.
type Event[E any] struct {
	ID    string        // where to resume after it; empty: the client stays where it is
	Type  string        // the name of the event for the browser; empty: message, or the case of a [Union]
	Retry time.Duration // how long the client waits before it connects anew; 0: as before
	Data  E             // in JSON
}

// Resume is what the input of an operation embeds whose events can be resumed.
type Resume struct {
	LastEventID Opt[string] `header:"last-event-id" maxLength:"2000" doc:"The id of the last event that the client got."`
}

// DefaultKeepAlive is how long an answer of events is silent at most when the operation says nothing else.
const DefaultKeepAlive = 15 * time.Second

// KeepAlive sets after which silence a comment is sent to those who wait for events, and a ping to those at a [WebSocket]. Default:
// [DefaultKeepAlive].
func KeepAlive(d time.Duration) Option { return keepAlive(d) }

type keepAlive time.Duration

// DescribeOperation does nothing: it is no business of the callers.
func (keepAlive) DescribeOperation(*manifest.Operation) {}

// Validate reports a time that is none.
func (k keepAlive) Validate() error {
	if k <= 0 {
		return fmt.Errorf("api.KeepAlive: %s is not a positive duration", time.Duration(k))
	}
	return nil
}

const eventStream = "text/event-stream"

func (SSE[E]) answer() (int, http.Header, bool) { return http.StatusOK, nil, false }

func (SSE[E]) shape() shape {
	return shape{status: http.StatusOK, media: eventStream, item: reflect.TypeFor[E](), flows: true, endless: true}
}

func (s SSE[E]) flow(ctx context.Context, c *operation.Call, x *wire) error {
	f, err := begin(c, eventStream, "Cache-Control", "no-cache", "X-Accel-Buffering", "no")
	if err != nil || s == nil || c.Request.Method == http.MethodHead {
		return leaving(err)
	}
	defer func() { _ = f.end(true) }()
	f.every(x.keepAlive, func(f *flow) error {
		if _, err := f.w.Write([]byte(": keep-alive\n\n")); err != nil {
			return err
		}
		return f.conn.Flush()
	})
	var text []byte
	for event, err := range s {
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if text, err = event.append(text[:0], x.item); err != nil {
			return fmt.Errorf("api: an event of %s: %w", c.Operation.ID, err)
		}
		if err := f.send(text, true); err != nil {
			return leaving(err)
		}
	}
	return nil
}

// leaving is nil for a client who went away: that is how such answers end.
func leaving(err error) error {
	if errors.Is(err, operation.ErrClientGone) {
		return nil
	}
	return err
}

// append appends the event as it is sent. JSON has no line breaks of its own.
func (e *Event[E]) append(text []byte, data *schema.Schema) ([]byte, error) {
	if strings.ContainsAny(e.ID, "\r\n\x00") || strings.ContainsAny(e.Type, "\r\n") {
		return text, errors.New("its ID or its Type has a line break or a zero byte")
	}
	name := e.Type
	if u, ok := any(&e.Data).(interface{ Case() string }); ok && name == "" {
		name = u.Case()
	}
	if name != "" {
		text = append(append(append(text, "event: "...), name...), '\n')
	}
	if e.ID != "" {
		text = append(append(append(text, "id: "...), e.ID...), '\n')
	}
	if e.Retry > 0 {
		text = append(strconv.AppendInt(append(text, "retry: "...), e.Retry.Milliseconds(), 10), '\n')
	}
	text, err := data.AppendJSON(append(text, "data: "...), reflect.ValueOf(&e.Data).Elem())
	return append(text, "\n\n"...), err
}

// problemEvent is the type of the event that says why the answer ended.
const problemEvent = "problem"

// tell sends the problem that ended the answer.
func (SSE[E]) tell(c *operation.Call, p *problem.Problem) {
	if data, err := p.MarshalJSON(); err == nil {
		_, _ = c.Writer.Write([]byte("event: " + problemEvent + "\ndata: " + string(data) + "\n\n"))
	}
}

// lend returns the events with what has to be done once somebody has read them.
func (s SSE[E]) lend(l *loan) any {
	if s == nil {
		l.done(nil)
		return s
	}
	return SSE[E](lent(iter.Seq2[Event[E], error](s), l))
}

func (SSE[E]) receive(res *http.Response, _ func(any) error) (any, error) {
	body := take(res)
	return SSE[E](func(yield func(Event[E], error) bool) {
		defer func() { _ = body.Close() }()
		in := newEventReader(body)
		for {
			raw, err := in.next()
			if err != nil || raw == nil {
				if err != nil {
					yield(Event[E]{}, cutShort(err))
				}
				return
			}
			e := Event[E]{ID: raw.id, Type: raw.name, Retry: raw.retry}
			if raw.name == problemEvent {
				yield(e, endedBy(raw.data))
				return
			}
			if err := json.Unmarshal(raw.data, &e.Data, jsonOptions); err != nil {
				yield(e, cutShort(err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}), nil
}

// endedBy is the error of an answer that ended with a problem.
func endedBy(data []byte) error {
	p, err := problem.Parse(data)
	if err != nil {
		return fmt.Errorf("api: the events ended with a problem that cannot be read: %w", err)
	}
	return p
}
