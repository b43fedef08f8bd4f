package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// Stream is an output of any number of items, sent as they are made: JSON Lines, one item a line, of the media type
// application/jsonl. A handler returns a function:
//
//	return func(yield func(Flight, error) bool) {
//		for _, f := range … {
//			if !yield(f, nil) {
//				return // nobody is there any more
//			}
//		}
//	}, nil
//
// The function runs while the client reads, and waits for the client: nothing piles up. The answer begins with the first item,
// or without one when half the time of the operation is over, which is the time until the answer begins. An error that the function yields
// before is the answer, as that of any other operation; one behind it cuts the connection off, since the status has long been sent.
//
// A caller gets the items as they come and must range over them, to the end or until a break; what the operation holds is given back
// then, or when the context of the call ends. An error before the first item may come of the call, or, from a service in the same process,
// as the first thing of the sequence.
type Stream[T any] iter.Seq2[T, error]

const jsonLines = "application/jsonl"

// flushAfter is how long a line may wait for others to leave with it.
const flushAfter = 10 * time.Millisecond

func (Stream[T]) answer() (int, http.Header, bool) { return http.StatusOK, nil, false }

func (Stream[T]) shape() shape {
	return shape{status: http.StatusOK, media: jsonLines, item: reflect.TypeFor[T](), flows: true}
}

func (s Stream[T]) flow(_ context.Context, c *operation.Call, x *wire) error {
	f := prepare(c, jsonLines)
	if s == nil || c.Request.Method == http.MethodHead {
		return f.open()
	}
	defer func() { _ = f.end(false) }() // also of a function that panics
	c.Heard()
	f.gather(flushAfter, x.timeout/2)
	var line []byte
	for item, err := range s {
		if err != nil {
			return err
		}
		if line, err = x.item.AppendJSON(line[:0], reflect.ValueOf(item)); err != nil {
			return fmt.Errorf("api: encode an item of %s: %w", c.Operation.ID, err)
		}
		if err := f.send(append(line, '\n'), false); err != nil {
			return err
		}
	}
	return f.end(true)
}

// lend returns the stream with what has to be done once somebody has read it.
func (s Stream[T]) lend(l *loan) any {
	if s == nil {
		l.done(nil)
		return s
	}
	return Stream[T](lent(iter.Seq2[T, error](s), l))
}

// lent is a sequence that ends the call with what ended it. As over HTTP, an error is the last thing that comes of it.
func lent[T any](s iter.Seq2[T, error], l *loan) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var failed error
		defer func() { l.done(failed) }()
		for item, err := range s {
			if err != nil {
				failed = l.settle(err)
				yield(*new(T), failed)
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

func (Stream[T]) receive(res *http.Response, _ func(any) error) (any, error) {
	body := take(res)
	return Stream[T](func(yield func(T, error) bool) {
		defer func() { _ = body.Close() }()
		from := &portions{from: body}
		dec := jsontext.NewDecoder(from)
		for {
			var item T
			from.left = MaxAnswer
			err := json.UnmarshalDecode(dec, &item, jsonOptions)
			if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return
			}
			if err != nil {
				yield(item, cutShort(err))
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}), nil
}

// cutShort is the error of an answer that broke while it flowed.
func cutShort(err error) error { return fmt.Errorf("%w: %w", problem.BadGateway(), err) }

// take takes the body of an answer from whoever closes it when the call is over.
func take(res *http.Response) io.ReadCloser {
	body := res.Body
	res.Body = http.NoBody
	return body
}

// portions is a reader that gives out a limited number of bytes at a time: an answer may be endless, one item of it may not.
type portions struct {
	from io.Reader
	left int64
}

var errTooLong = errors.New("api: an item of the answer is too long")

func (p *portions) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, errTooLong
	}
	if int64(len(b)) > p.left {
		b = b[:p.left]
	}
	n, err := p.from.Read(b)
	p.left -= int64(n)
	return n, err
}
