package api_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/internal/httpserver"
)

type sentNote struct {
	Text string `json:"text"`
}

// raw is a service behind the server that programs have. It counts the requests that reach their handlers.
type raw struct {
	address       string
	notes, behind atomic.Int64
}

func servedRaw(t *testing.T) *raw {
	t.Helper()
	s, r := newService(), new(raw)
	api.Post(s, "/notes", func(_ context.Context, in sentNote) (sentNote, error) { r.notes.Add(1); return in, nil }, auth.Public())
	api.Get(s, "/behind", func(context.Context, api.None) (api.None, error) { r.behind.Add(1); return api.None{}, nil }, auth.Public())
	server := httpserver.New(httpserver.Config{Address: "127.0.0.1:0"})
	h := s.open(t, io.Discard, nil)
	server.Handle(http.HandlerFunc(h.ServeHTTP))
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	r.address = server.Addr().String()
	return r
}

// exchange sends bytes, ends its side, and returns the statuses of all answers until the server ends its own.
func (r *raw) exchange(t *testing.T, request string) (statuses []int) {
	t.Helper()
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(conn, request) // one that is refused early may not be taken to its end
	_ = conn.(*net.TCPConn).CloseWrite()
	answers := bufio.NewReader(conn)
	for {
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			return statuses
		}
		statuses = append(statuses, res.StatusCode)
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Errorf("an answer that ends early: %v", err)
		}
	}
}

const (
	noteHead = "POST /notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	note     = `{"text":"hi"}` // 13 bytes, 0xd
	behind   = "GET /behind HTTP/1.1\r\nHost: x\r\n\r\n"
)

// Whether what follows a request is one of its own depends on where that ends. Where this is in doubt (RFC 9112, sections 6.3 and 7.1) the
// request is refused, its handler is not reached, and what follows it is not answered.
func TestARequestWhoseEndIsInDoubtIsRefusedWithWhatFollowsIt(t *testing.T) {
	t.Parallel()
	r := servedRaw(t)
	chunked := noteHead + "Transfer-Encoding: chunked\r\n\r\n"
	for name, tt := range map[string]struct {
		request string
		status  int
	}{
		"two lengths":               {noteHead + "Content-Length: 13\r\nContent-Length: 14\r\n\r\n" + note + behind, 400},
		"two lengths in one":        {noteHead + "Content-Length: 13, 14\r\n\r\n" + note + behind, 400},
		"a negative length":         {noteHead + "Content-Length: -13\r\n\r\n" + note + behind, 400},
		"a length with a sign":      {noteHead + "Content-Length: +13\r\n\r\n" + note + behind, 400},
		"a hexadecimal length":      {noteHead + "Content-Length: 0xd\r\n\r\n" + note + behind, 400},
		"a length beyond numbers":   {noteHead + "Content-Length: 99999999999999999999\r\n\r\n" + note + behind, 400},
		"no length, with space":     {noteHead + "Content-Length : 13\r\n\r\n" + note + behind, 400},
		"a coding that is none":     {noteHead + "Transfer-Encoding: xchunked\r\n\r\nd\r\n" + note + "\r\n0\r\n\r\n" + behind, 501},
		"chunked twice":             {noteHead + "Transfer-Encoding: chunked, chunked\r\n\r\nd\r\n" + note + "\r\n0\r\n\r\n" + behind, 501},
		"chunked in two fields":     {noteHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + behind, 501},
		"a size that is no number":  {chunked + "zz\r\n" + note + "\r\n0\r\n\r\n" + behind, 400},
		"a negative size":           {chunked + "-d\r\n" + note + "\r\n0\r\n\r\n" + behind, 400},
		"a size with 0x":            {chunked + "0xd\r\n" + note + "\r\n0\r\n\r\n" + behind, 400},
		"a size beyond numbers":     {chunked + "fffffffffffffffff\r\n" + note + "\r\n0\r\n\r\n" + behind, 400},
		"a size that is too small":  {chunked + "c\r\n" + note + "\r\n0\r\n\r\n" + behind, 400},
		"a size that is too large":  {chunked + "e\r\n" + note + "\r\n0\r\n\r\n" + behind, 400},
		"no size":                   {chunked + "\r\n" + note + "\r\n0\r\n\r\n" + behind, 400},
		"a line that has no end":    {chunked + "d;" + strings.Repeat("x", 10_000) + "\r\n" + note + "\r\n0\r\n\r\n" + behind, 400},
		"extensions without an end": {chunked + strings.Repeat("1;"+strings.Repeat("x", 4000)+"\r\n \r\n", 1000) + "0\r\n\r\n" + behind, 400},
		"no last chunk":             {chunked + "d\r\n" + note + "\r\n", 400},
		"a body that ends early":    {noteHead + "Content-Length: 14\r\n\r\n" + note, 400},
		"a body that never came":    {noteHead + "Content-Length: 14\r\n\r\n", 400},
		"a header on two lines":     {noteHead + "X: a\r\n Content-Length: 0\r\n\tb\x00\r\n\r\n" + behind, 400},
		"a zero byte in a header":   {noteHead + "X: a\x00b\r\nContent-Length: 13\r\n\r\n" + note + behind, 400},
		"a name that is none":       {noteHead + "X\xff: a\r\nContent-Length: 13\r\n\r\n" + note + behind, 400},
		"two hosts":                 {noteHead + "Host: y\r\nContent-Length: 13\r\n\r\n" + note + behind, 400},
		"no host":                   {"GET /behind HTTP/1.1\r\n\r\n" + behind, 400},
		"a method that is none":     {"G(T /behind HTTP/1.1\r\nHost: x\r\n\r\n" + behind, 400},
		"a target with a line":      {"GET /behind\rX: y HTTP/1.1\r\nHost: x\r\n\r\n" + behind, 400},
		"too long a header":         {"GET /behind HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 40<<10) + "\r\n\r\n" + behind, 431},
		"too long a query":          {"GET /behind?" + strings.Repeat("a&", 20<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n" + behind, 431},
	} {
		if statuses := r.exchange(t, tt.request); len(statuses) != 1 || statuses[0] != tt.status {
			t.Errorf("%s: answers %d, want %d alone", name, statuses, tt.status)
		}
		if notes, behind := r.notes.Swap(0), r.behind.Swap(0); notes+behind > 0 {
			t.Errorf("%s: %d of the request and %d behind it were carried out", name, notes, behind)
		}
	}
}

// A request with both chunks and a length ends with its chunks: net/http leaves the length out, and keeps the connection, which RFC 9112,
// section 6.1, would have closed.
func TestWhatFollowsAWholeRequestIsAnotherOne(t *testing.T) {
	t.Parallel()
	r := servedRaw(t)
	chunks := "d;name=\"value\"\r\n" + note + "\r\n0\r\nX-Trailer: y\r\n\r\n"
	for name, tt := range map[string]struct {
		request string
		want    []int
	}{
		"a length":                      {noteHead + "Content-Length: 13\r\n\r\n" + note + behind, []int{200, 204}},
		"the same length twice":         {noteHead + "Content-Length: 13\r\nContent-Length: 13\r\n\r\n" + note + behind, []int{200, 204}},
		"chunks":                        {noteHead + "Transfer-Encoding: chunked\r\n\r\n" + chunks + behind, []int{200, 204}},
		"garbage":                       {noteHead + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "garbage\r\n\r\n" + behind, []int{200, 400}},
		"zero bytes":                    {noteHead + "Content-Length: 13\r\n\r\n" + note + "\x00\x00\r\n" + behind, []int{200, 400}},
		"chunks and a length":           {noteHead + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + behind, []int{200, 204}},
		"a body that nobody asks":       {"GET /behind HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n" + note + behind, []int{204, 204}},
		"a body that is not read":       {strings.Replace(noteHead, "json", "xml", 1) + "Content-Length: 13\r\n\r\n" + note + behind, []int{415, 204}},
		"a longer body, not read":       {strings.Replace(noteHead, "json", "xml", 1) + "Content-Length: 2000000\r\n\r\n" + strings.Repeat(behind, 1000), []int{415}},
		"a body that is not waited for": {noteHead + "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n" + behind, []int{413}},
		"an expectation of nothing":     {noteHead + "Expect: wonders\r\nContent-Length: 13\r\n\r\n" + note + behind, []int{417}},
	} {
		statuses := r.exchange(t, tt.request)
		if len(statuses) != len(tt.want) {
			t.Errorf("%s: answers %d, want %d", name, statuses, tt.want)
			continue
		}
		for i := range statuses {
			if statuses[i] != tt.want[i] {
				t.Errorf("%s: answers %d, want %d", name, statuses, tt.want)
			}
		}
	}
}
