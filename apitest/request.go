package apitest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// Do sends a request, "GET", "/bookings/42?full=true", and returns the answer with its body read. It is a request of net/http to a
// server of net/http, whose connection is a pipe in memory.
//
// The body may be nil, a string, []byte or an [io.Reader] as it is, [url.Values] for a form, and anything else, which is sent as
// JSON. Unless a [Header] says another, its Content-Type is application/json.
func (s *System) Do(method, target string, body any, options ...RequestOption) *Response {
	s.t.Helper()
	if !strings.HasPrefix(target, "/") {
		s.t.Fatalf("apitest: %s %s: a target is a path with its query, and begins with a slash", method, target)
	}
	sending := s.sending()
	for _, o := range options {
		o.prepare(sending)
	}
	ctx, cancel := context.WithTimeout(sending.ctx, patience)
	defer cancel()
	content, contentType, err := encode(body)
	if err != nil {
		s.t.Fatalf("apitest: %s %s: body: %v", method, target, err)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://test"+target, content)
	if err != nil {
		s.t.Fatalf("apitest: %s %s: %v", method, target, err)
	}
	req.Header = sending.header
	if req.Header.Get("Content-Type") == "" && contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if req.Header.Get("Authorization") == "" && sending.token != "" {
		req.Header.Set("Authorization", "Bearer "+sending.token)
	}
	res, err := s.client.Do(req)
	if err != nil {
		s.t.Fatalf("apitest: %s %s: %v", method, target, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatalf("apitest: %s %s: read the answer: %v", method, target, err)
	}
	return &Response{t: s.t, request: method + " " + target, Status: res.StatusCode, Header: res.Header, Body: data, cookies: res.Cookies()}
}

func encode(body any) (content io.Reader, contentType string, err error) {
	const jsonType = "application/json"
	switch b := body.(type) {
	case nil:
		return nil, "", nil
	case string:
		return strings.NewReader(b), jsonType, nil
	case []byte:
		return bytes.NewReader(b), jsonType, nil
	case url.Values:
		return strings.NewReader(b.Encode()), "application/x-www-form-urlencoded", nil
	case io.Reader:
		return b, jsonType, nil
	}
	data, err := json.Marshal(body, schema.JSONOptions())
	return bytes.NewReader(data), jsonType, err
}

// Response is the answer to a request. Its methods fail the test when it is not what they ask for.
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	t       testing.TB
	request string
	cookies []*http.Cookie
}

// Cookies returns the cookies that the answer sets.
func (r *Response) Cookies() []*http.Cookie { return r.cookies }

// Want fails the test unless the answer has the status, and returns the answer.
func (r *Response) Want(status int) *Response {
	r.t.Helper()
	if r.Status != status {
		r.t.Fatalf("apitest: %s: status %d, want %d: %s", r.request, r.Status, status, r.Body)
	}
	return r
}

// JSON reads the body of a success into the value at v.
func (r *Response) JSON(v any) {
	r.t.Helper()
	if r.Status > 299 {
		r.t.Fatalf("apitest: %s: status %d: %s", r.request, r.Status, r.Body)
	}
	if err := json.Unmarshal(r.Body, v, schema.JSONOptions()); err != nil {
		r.t.Fatalf("apitest: %s: %v in %s", r.request, err, r.Body)
	}
}

// Problem returns the problem document that the answer is. Errors.Is compares it with a declared one.
func (r *Response) Problem() *problem.Problem {
	r.t.Helper()
	if kind := r.Header.Get("Content-Type"); kind != problem.MediaType {
		r.t.Fatalf("apitest: %s: status %d and Content-Type %q, not a problem: %s", r.request, r.Status, kind, r.Body)
	}
	p, err := problem.Parse(r.Body)
	if err != nil {
		r.t.Fatalf("apitest: %s: %v in %s", r.request, err, r.Body)
	}
	return p
}
