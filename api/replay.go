package api

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/operation/results"
	"github.com/vade-go/vade/problem"
)

// resultOf returns what a call has come to, if that is worth keeping: a success, or a problem with which the handler has answered for good.
// What may be otherwise the next time is not: that the caller was not known, not allowed, too slow or too fast, and every fault. Before are
// the headers of the answer that were set by the stages around.
func (x *wire) resultOf(c *operation.Call, before http.Header, refused *problem.Problem) (r results.Result, ok bool) {
	r.Header = added(c.ReplyHeader(), before)
	if refused == nil {
		r.Status = c.Status
		r.Body, ok = x.bodyOf(c, r.Header)
		if !ok {
			return results.Result{Omitted: true}, true
		}
		return r.Fitting(), true
	}
	if !c.Reached || !lasting(refused.Status) {
		return r, false
	}
	body, err := refused.MarshalJSON()
	if err != nil {
		return r, false
	}
	r.Status, r.Body = refused.Status, body
	r.Header.Set("Content-Type", problem.MediaType)
	return r.Fitting(), true
}

// lasting reports whether a problem of this status stays one.
func lasting(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, 499:
		return false
	}
	return status < http.StatusInternalServerError
}

// added returns the headers that an operation has set itself, but for cookies: a session of then is nobody's now.
func added(now, before http.Header) http.Header {
	own := make(http.Header, len(now)+1)
	for name, values := range now {
		if http.CanonicalHeaderKey(name) != "Set-Cookie" && !slices.Equal(values, before[name]) {
			own[name] = slices.Clone(values)
		}
	}
	return own
}

// bodyOf returns a copy of the body of a success, and says in the header what it is. A typed call in the process has none yet, and what has
// no JSON form is no fault there: then it reports false.
func (x *wire) bodyOf(c *operation.Call, header http.Header) ([]byte, bool) {
	switch {
	case c.Door == operation.DoorLocal:
		_, set, hasBody := represent(c.Out)
		setHeaders(header, added(set, nil))
		if !hasBody {
			return nil, true
		}
		data, err := json.Marshal(x.content(c).Interface(), jsonOptions)
		if err != nil {
			return nil, false
		}
		header.Set("Content-Type", "application/json")
		return data, true
	case c.Encoded == nil:
		return nil, true
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	return bytes.Clone(c.Encoded.Bytes()), true
}

// replay answers a call with a result of before.
func (e *endpoint) replay(c *operation.Call, r *results.Result) error {
	if r.Omitted {
		return ErrResultOmitted
	}
	c.Replayed = true
	c.SetHeaders(r.Header.Clone())
	c.SetHeader(replayedHeader, "true")
	c.Status = r.Status
	switch {
	case r.Status >= http.StatusBadRequest:
		p, err := problem.Parse(r.Body)
		if err != nil {
			return fmt.Errorf("api: a kept result of %s cannot be read: %w", c.Operation.ID, err)
		}
		p.Status = r.Status
		return p
	case c.Door == operation.DoorLocal:
		out, err := e.received(r)
		if err != nil {
			return fmt.Errorf("api: a kept result of %s cannot be read: %w", c.Operation.ID, err)
		}
		reflect.ValueOf(c.Place).Elem().Set(reflect.ValueOf(out))
		c.Out = c.Place
	case r.Body != nil:
		buf := buffers.Get().(*bytes.Buffer) // the writer gives it back
		buf.Reset()
		buf.Write(r.Body)
		c.Encoded = buf
	}
	return nil
}

// received is the typed output of a result, as it would be on the calling side of HTTP.
func (e *endpoint) received(r *results.Result) (any, error) {
	decode := func(to any) error { return json.Unmarshal(r.Body, to, jsonOptions) }
	if a, ok := reflect.Zero(e.out).Interface().(answer); ok {
		return a.receive(&http.Response{StatusCode: r.Status, Header: r.Header.Clone(), Body: io.NopCloser(bytes.NewReader(r.Body))}, decode)
	}
	out := reflect.New(e.out)
	err := decode(out.Interface())
	return out.Elem().Interface(), err
}
