package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/vade-go/vade/operation"
)

// None is the output of an operation that answers 204 without a body, and the input of one that takes nothing.
type None struct{}

// Created is the output of an operation that made something: 201 with its address in the header Location.
type Created[T any] struct {
	Location string // address of what was made, usually a path: "/bookings/42"; empty: no header; control characters are a fault of the handler
	Value    T      // the body
}

// Reply is an output whose status, headers and cookies are chosen by the handler.
type Reply[T any] struct {
	Status  int            // 200 to 299; 0 is 200
	Header  http.Header    // added to the answer; may be nil; one that no answer can carry is a fault of the handler
	Cookies []*http.Cookie // set by the answer (RFC 6265); one that is not well formed is a fault of the handler
	Value   T              // the body
}

// answer is an output that is more than its JSON value.
type answer interface {
	// answer returns status and headers; hasBody is false when there is no body, whatever the shape says.
	answer() (status int, header http.Header, hasBody bool)
	// shape describes the answer for the manifest. It is called on the zero value.
	shape() shape
	// receive rebuilds the output on the calling side; decode reads the body into the value at the pointer given to it.
	receive(res *http.Response, decode func(any) error) (any, error)
}

// shape is what a type says of its wire form.
type shape struct {
	status   int
	body     reflect.Type // nil: no body
	wrapped  bool         // the body is the field Value
	location bool
	link     bool // to the next page

	versioned bool

	flows    bool         // it goes out while it is made
	media    string       // of the body that flows; empty: JSON
	item     reflect.Type // what that is a sequence of; nil: of bytes
	endless  bool         // it has no end of its own
	ranges   bool         // a part of it can be asked for
	messages *messages    // of a WebSocket
}

func (None) answer() (int, http.Header, bool) { return http.StatusNoContent, nil, false }
func (None) shape() shape                     { return shape{status: http.StatusNoContent} }

func (None) receive(*http.Response, func(any) error) (any, error) { return None{}, nil }

func (c Created[T]) answer() (int, http.Header, bool) {
	var h http.Header
	if c.Location != "" {
		h = http.Header{"Location": {c.Location}}
	}
	return http.StatusCreated, h, true
}

// check reports an address that no header can carry.
func (c Created[T]) check() error {
	if strings.ContainsFunc(c.Location, isControl) {
		return fmt.Errorf("api: Created: the location %q has control characters", c.Location)
	}
	return nil
}

func (Created[T]) shape() shape {
	return shape{status: http.StatusCreated, body: reflect.TypeFor[T](), wrapped: true, location: true}
}

func (Created[T]) receive(res *http.Response, decode func(any) error) (any, error) {
	c := Created[T]{Location: res.Header.Get("Location")}
	err := decode(&c.Value)
	return c, err
}

func (r Reply[T]) answer() (int, http.Header, bool) {
	status := r.Status
	if status == 0 {
		status = http.StatusOK
	}
	header := r.Header
	if len(r.Cookies) > 0 {
		if header = header.Clone(); header == nil {
			header = make(http.Header, 1)
		}
		for _, c := range r.Cookies {
			header.Add("Set-Cookie", c.String())
		}
	}
	return status, header, status != http.StatusNoContent
}

// check reports what no answer can carry.
func (r Reply[T]) check() error {
	for name, values := range r.Header {
		if err := checkHeader(name, values); err != nil {
			return fmt.Errorf("api: Reply: %w", err)
		}
	}
	for _, c := range r.Cookies {
		if err := c.Valid(); err != nil {
			return fmt.Errorf("api: Reply: %w", err)
		}
	}
	return nil
}

// checkHeader reports a header that would end its line, is none (RFC 9110, section 5), or says something else than the server of where the
// answer ends.
func checkHeader(name string, values []string) error {
	known := http.CanonicalHeaderKey(name)
	switch {
	case !isToken(name) && !strings.HasPrefix(name, http.TrailerPrefix):
		return fmt.Errorf("%q is no name of a header", name)
	case known == "Transfer-Encoding", known == "Content-Length" && name != known:
		return fmt.Errorf("the header %s is the server's", name)
	}
	for _, value := range values {
		if strings.ContainsFunc(value, isControl) {
			return fmt.Errorf("the header %s has control characters: %q", name, value)
		}
	}
	return nil
}

func (Reply[T]) shape() shape {
	return shape{status: http.StatusOK, body: reflect.TypeFor[T](), wrapped: true}
}

func (Reply[T]) receive(res *http.Response, decode func(any) error) (any, error) {
	r := Reply[T]{Status: res.StatusCode, Header: res.Header, Cookies: res.Cookies()}
	r.Header.Del("Set-Cookie") // an answer made of r would set them twice
	if r.Status == http.StatusNoContent {
		return r, nil
	}
	err := decode(&r.Value)
	return r, err
}

// represent returns status and headers of what a handler returned, and whether it has a body.
func represent(out any) (status int, header http.Header, hasBody bool) {
	if a, ok := out.(answer); ok {
		return a.answer()
	}
	return http.StatusOK, nil, true
}

// output returns what a handler returned, as its own type; nil before it has.
func output(c *operation.Call) any {
	if c.Out == nil {
		return nil
	}
	return reflect.ValueOf(c.Out).Elem().Interface()
}

// content returns the body of what a handler returned.
func (x *wire) content(c *operation.Call) reflect.Value {
	v := reflect.ValueOf(c.Out).Elem()
	if x.value != nil {
		v = v.FieldByIndex(x.value)
	}
	return v
}

// valueOf returns the place of the body in an output that is more than that.
func valueOf(t reflect.Type) []int {
	f, _ := t.FieldByName("Value")
	return f.Index
}

// shapeOf returns the wire form of an output type.
func shapeOf(t reflect.Type) shape {
	if a, ok := reflect.Zero(t).Interface().(answer); ok {
		return a.shape()
	}
	return shape{status: http.StatusOK, body: t}
}
