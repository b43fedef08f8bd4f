package orders

import (
	"context"
	"net"
	"net/http"
)

// Implementation is the endpoint in one framework.
type Implementation struct {
	Name  string // one word, for command lines
	Title string // for the table
	Full  bool   // the whole production stack is on; it wants the bearer token of Token
	// Open returns the endpoint, ready to serve.
	Open func() (*Endpoint, error)
}

// Endpoint is an implementation that has been opened: a handler, or what cannot be one and brings Serve and Once.
type Endpoint struct {
	Handler http.Handler
	Serve   func(ctx context.Context, l net.Listener) error // until ctx ends; nil: the handler on net/http
	Once    func() (status, size int)                       // answers the order once, without a network; nil: the handler
	Spans   *Spans                                          // where its spans go; nil without tracing
	Close   func()                                          // flushes the spans and gives everything back
}

// The names that the comparisons refer to.
const (
	ByHand      = "byhand"
	ByHandV1    = "byhand-v1"
	Fixed       = "fixed"
	OnePass     = "onepass"
	Vade        = "vade"
	Fiber       = "fiber"
	Echo        = "echo"
	Gin         = "gin"
	Huma        = "huma"
	VadeFull    = "vade-full"
	ByHandFull  = "byhand-full"
	HumaFull    = "huma-full"
	ByHandStack = "byhand-stack"
	HumaStack   = "huma-stack"
)

// Own returns what needs no framework, the measure first.
func Own() []Implementation {
	return []Implementation{
		{Name: ByHand, Title: "net/http by hand, go-json-experiment", Open: Plain(byHand)},
		{Name: Vade, Title: "Vade, nothing on", Open: Closing(vadeBare)},
		{Name: Fixed, Title: "net/http, body read, fixed answer", Open: Plain(fixed)},
		{Name: OnePass, Title: "net/http, code for this schema alone", Open: Plain(onePass)},
		{Name: ByHandV1, Title: "net/http by hand, encoding/json", Open: Plain(byHandV1)},
		{Name: VadeFull, Title: "Vade, everything on", Full: true, Open: traced(vadeFull)},
		{Name: ByHandFull, Title: "by hand, assembled stack", Full: true, Open: Assembled(byHand, true)},
		{Name: ByHandStack, Title: "by hand, assembled, no token", Full: true, Open: Assembled(byHand, false)},
	}
}

// Plain opens a handler that holds nothing.
func Plain(build func() http.Handler) func() (*Endpoint, error) {
	return func() (*Endpoint, error) { return &Endpoint{Handler: build(), Close: func() {}}, nil }
}

// Closing opens a handler that is closed by a function.
func Closing(build func() (http.Handler, func(), error)) func() (*Endpoint, error) {
	return func() (*Endpoint, error) {
		h, end, err := build()
		return &Endpoint{Handler: h, Close: end}, err
	}
}

func traced(build func(*Spans) (http.Handler, func(), error)) func() (*Endpoint, error) {
	return func() (*Endpoint, error) {
		spans := new(Spans)
		e, err := Closing(func() (http.Handler, func(), error) { return build(spans) })()
		e.Spans = spans
		return e, err
	}
}

// Assembled opens a handler with the production stack around it that people put together themselves.
func Assembled(build func() http.Handler, withToken bool) func() (*Endpoint, error) {
	return traced(func(spans *Spans) (http.Handler, func(), error) { return assemble(build(), spans, withToken) })
}
