package apitest

import (
	"context"
	"net/http"
	"strings"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// RequestOption says more of one request.
type RequestOption interface{ prepare(*sending) }

// CallOption says more of one call, by Go value or as a request.
type CallOption interface {
	RequestOption
	typed()
}

// sending is one call before it is made.
type sending struct {
	system *System
	ctx    context.Context
	token  string
	header http.Header
}

// Caller is who calls: as an option of a call for that one, as an option of the system for every call that says nothing else.
type Caller struct{ principal *Principal }

// As calls as p: its token is verified and its scopes are checked as in production.
func As(p Principal) Caller { return Caller{&p} }

// Anonymous calls as nobody.
func Anonymous() Caller { return Caller{} }

func (c Caller) configure(s *settings) { s.caller = c.principal }
func (Caller) typed()                  {}

func (c Caller) prepare(s *sending) {
	s.system.t.Helper()
	s.token = ""
	if c.principal != nil {
		s.token = s.system.Token(*c.principal)
	}
}

type within struct{ ctx context.Context }

// Context makes the call within ctx instead of the context of the test: with its end, and with its deadline.
func Context(ctx context.Context) CallOption { return within{ctx} }

func (within) typed()               {}
func (w within) prepare(s *sending) { s.ctx = w.ctx }

type header struct{ name, value string }

// Header sends a header.
func Header(name, value string) RequestOption { return header{name, value} }

func (h header) prepare(s *sending) { s.header.Add(h.name, h.value) }

// Context returns the context of a call, for clients that a contract package offers and for handlers that are called as functions.
func (s *System) Context(options ...CallOption) context.Context {
	s.t.Helper()
	sending := s.sending()
	for _, o := range options {
		o.prepare(sending)
	}
	return auth.WithToken(sending.ctx, sending.token)
}

func (s *System) sending() *sending {
	return &sending{system: s, ctx: s.t.Context(), token: s.caller, header: make(http.Header)}
}

// Call performs the operation of a contract on a Go value, as another service would: with the caller's token, through the whole plan.
// The error is what another service would get: a declared problem is found by errors.Is.
func Call[In, Out any](s *System, contract *api.Contract[In, Out], in In, options ...CallOption) (Out, error) {
	s.t.Helper()
	conn, err := s.connect(contract.Operation())
	if err != nil {
		s.t.Fatal(err)
	}
	return contract.Call(s.Context(options...), conn, in)
}

// Invoke is [Call] for an operation that has no contract, named by its method and path. Its types must be those of the handler:
//
//	made, err := apitest.Invoke[api.Created[Booking]](tt, "POST /bookings", Book{Body: order})
func Invoke[Out, In any](s *System, operation string, in In, options ...CallOption) (Out, error) {
	s.t.Helper()
	method, path, _ := strings.Cut(operation, " ")
	return Call(s, api.Define[In, Out](method, path), in, options...)
}
