package api_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
)

// evil ends its line, and the headers, and the answer.
const evil = "x\r\nX-Evil: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\n"

type evilCaller struct {
	Caller string `header:"x-caller"`
}

// splitting is a service whose handlers give out what splits an answer, wherever they can.
func splitting() (s *service, targets []string) {
	s = newService()
	reply := func(name string, r api.Reply[int]) {
		targets = append(targets, "/"+name)
		api.Get(s, "/"+name, func(context.Context, api.None) (api.Reply[int], error) { return r, nil }, auth.Public(), api.Name(name))
	}
	reply("header", api.Reply[int]{Header: http.Header{"X-Own": {evil}}})
	reply("name", api.Reply[int]{Header: http.Header{evil: {"1"}}})
	reply("lf", api.Reply[int]{Header: http.Header{"X-Own": {"x\nX-Evil: 1\n\n"}}})
	reply("cr", api.Reply[int]{Header: http.Header{"X-Own": {"x\rX-Evil: 1\r\r"}}})
	reply("nul", api.Reply[int]{Header: http.Header{"X-Own": {"x\x00X-Evil: 1"}}})
	reply("colon", api.Reply[int]{Header: http.Header{"X-Evil: 1\r\nX": {"y"}, "X-Evil:": {"1"}, "X Evil": {"1"}}})
	reply("own-vary", api.Reply[int]{Header: http.Header{"Vary": {evil}}})
	reply("own-type", api.Reply[int]{Header: http.Header{"Content-Type": {evil}}})
	reply("short", api.Reply[int]{Header: http.Header{"Content-Length": {"1"}}, Value: 1234567})
	reply("long", api.Reply[int]{Header: http.Header{"Content-Length": {"100"}}})
	reply("none", api.Reply[int]{Status: 204, Header: http.Header{"Content-Length": {"40"}}})
	reply("coding", api.Reply[int]{Header: http.Header{"Transfer-Encoding": {"gzip"}}})
	reply("codings", api.Reply[int]{Header: http.Header{"transfer-encoding": {"chunked"}}})
	reply("lengths", api.Reply[int]{Header: http.Header{"Content-Length": {"1", "2"}, "content-length": {"3"}}})
	reply("trailer", api.Reply[int]{Header: http.Header{"Trailer": {"X-Evil"}, http.TrailerPrefix + "X-Evil": {evil}}})
	reply("cookie", api.Reply[int]{Cookies: []*http.Cookie{{Name: "a", Value: evil}}})
	reply("cookie-name", api.Reply[int]{Cookies: []*http.Cookie{{Name: evil, Value: "a"}}})
	reply("cookie-path", api.Reply[int]{Cookies: []*http.Cookie{{Name: "a", Value: "b", Path: evil}}})
	reply("cookie-domain", api.Reply[int]{Cookies: []*http.Cookie{{Name: "a", Value: "b", Domain: evil}}})
	reply("cookie-own", api.Reply[int]{Header: http.Header{"Set-Cookie": {evil}}})
	blob := func(name string, b api.Blob) {
		targets = append(targets, "/"+name)
		api.Get(s, "/"+name, func(context.Context, api.None) (api.Blob, error) {
			b := b
			b.Content = strings.NewReader("abc")
			return b, nil
		}, auth.Public(), api.Name(name))
	}
	blob("blob-name", api.Blob{Name: evil})
	blob("blob-quote", api.Blob{Name: "a\"; filename=\"b\\\"\x00.html\xff"})
	blob("blob-type", api.Blob{MediaType: "text/plain;\r\n\r\nX-Evil=1"})
	blob("blob-type-own", api.Blob{MediaType: evil})
	blob("blob-tag", api.Blob{Tag: evil})
	api.Get(s, "/location", func(context.Context, api.None) (api.Created[int], error) {
		return api.Created[int]{Location: evil}, nil
	}, auth.Public(), api.Name("location"))
	api.Get(s, "/tag", func(context.Context, api.None) (api.Versioned[int], error) {
		return api.Versioned[int]{Tag: evil}, nil
	}, auth.Public(), api.Name("tag"))
	api.Get(s, "/page", func(context.Context, api.Paging) (api.Page[int], error) {
		return api.Page[int]{Next: evil}, nil
	}, auth.Public(), api.Name("page"))
	api.Get(s, "/problem", func(context.Context, api.None) (api.None, error) {
		return api.None{}, errSoldOut.WithDetail(evil).WithID(evil).With(evil, evil)
	}, auth.Public(), api.Name("problem"), api.Fails(errSoldOut))
	api.Get(s, "/error", func(context.Context, api.None) (api.None, error) { return api.None{}, errors.New(evil) }, auth.Public(), api.Name("error"))
	api.Get(s, "/echo", func(_ context.Context, in evilCaller) (api.Reply[int], error) {
		return api.Reply[int]{Header: http.Header{"X-Caller": {in.Caller}}}, nil
	}, auth.Public(), api.Name("echo"))
	return s, append(targets, "/location", "/tag", "/page?q=%0d%0aX-Evil:+1", "/problem", "/error", "/echo")
}

// TestNoValueOfAHandlerSplitsTheAnswer: over a connection, what would end a line is escaped or a fault, and never a header of its own.
func TestNoValueOfAHandlerSplitsTheAnswer(t *testing.T) {
	t.Parallel()
	s, targets := splitting()
	server := listen(t, s.open(t, io.Discard, nil))
	for _, target := range targets {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = io.WriteString(conn, "GET "+target+" HTTP/1.1\r\nHost: x\r\nX-Caller: a\tb\xff\r\nConnection: close\r\n\r\n")
		whole, _ := io.ReadAll(conn)
		_ = conn.Close()
		r := bufio.NewReader(bytes.NewReader(whole))
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Errorf("%s: %v", target, err)
			continue
		}
		body, err := io.ReadAll(res.Body)
		rest, _ := io.ReadAll(r)
		if err != nil || len(rest) > 0 || res.Header.Get("X-Evil") != "" || res.Trailer.Get("X-Evil") != "" {
			t.Errorf("%s: split: %d %v %q, %v, then %q", target, res.StatusCode, res.Header, body, err, rest)
		}
		head, _, _ := bytes.Cut(whole, []byte("\r\n\r\n"))
		if line := bytes.ReplaceAll(head, []byte("\r\n"), nil); bytes.ContainsAny(line, "\r\n\x00") {
			t.Errorf("%s: a line ends, or a text, inside of a header: %q", target, head)
		}
		if harmless := map[string]int{ // what is overwritten, or escaped
			"/short": 200, "/long": 200, "/none": 204, "/blob-name": 200, "/blob-quote": 200, "/page?q=%0d%0aX-Evil:+1": 200, "/problem": 409, "/echo": 422,
		}; res.StatusCode != cmp.Or(harmless[target], 500) {
			t.Errorf("%s: %d %s", target, res.StatusCode, body)
		}
	}
}

// TestNoEventHoldsAnother: what would end the line of an event ends the answer, as a fault.
func TestNoEventHoldsAnother(t *testing.T) {
	t.Parallel()
	s := newService()
	type named struct {
		ID   string `query:"id"`
		Type string `query:"type"`
	}
	api.Get(s, "/events", func(_ context.Context, in named) (api.SSE[string], error) {
		return func(yield func(api.Event[string], error) bool) {
			yield(api.Event[string]{ID: in.ID, Type: in.Type, Data: "a\r\ndata: evil\n\nevent: evil\n\n\u2028"}, nil)
		}, nil
	}, auth.Public())
	server := listen(t, s.open(t, io.Discard, nil))
	for query, want := range map[string]string{
		"id=1&type=t":                       "event: t\nid: 1\ndata: \"a\\r\\ndata: evil",
		"id=1&type=t%0aevent:+evil":         "event: problem\ndata: {",
		"id=1&type=t%0devent:+evil":         "event: problem\ndata: {",
		"id=1%0d%0a%0d%0adata:+evil&type=t": "event: problem\ndata: {",
		"id=1%00&type=t":                    "event: problem\ndata: {",
	} {
		res, err := http.Get(server.URL + "/events?" + query)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if text := string(body); !strings.HasPrefix(text, want) || strings.Contains(text, "\r") || strings.Contains(text, "\nevent: evil") || strings.Contains(text, "\ndata: evil") {
			t.Errorf("%s: %q, want %q", query, body, want)
		}
	}
}

// TestWhatADeclarationPutsIntoHeadersIsCheckedAtTheStart: of its own values a program hears before anybody calls it.
func TestWhatADeclarationPutsIntoHeadersIsCheckedAtTheStart(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]api.Option{
		"Vary":    api.CacheControl(api.Caching{MaxAge: time.Minute, Vary: []string{evil}}),
		"Version": api.Version(evil),
		"Fails":   api.Fails(problem.New(409, evil, "x")),
	} {
		s := newService()
		api.Get(s, "/things", func(context.Context, api.None) (int, error) { return 1, nil }, auth.Public(), api.Name("things"), o)
		if err := s.tryOpen(t); err == nil {
			t.Errorf("%s: passes", name)
		}
	}
}
