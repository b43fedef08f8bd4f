package api_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/cbor"
	"github.com/vade-go/vade/api/compress"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
)

// headerTargets are the operations that read headers, and the headers of all requests.
var headerTargets = []string{
	"GET /file", "GET /report", "PUT /report", "POST /orders", "GET /events", "GET /mine", "GET /list", "POST /tags",
}

// headerApp reads every header that the framework has a use for.
func headerApp(t testing.TB) http.Handler {
	s := newService()
	api.Configure(s, api.Codecs(cbor.Codec{}), api.Compress(compress.Auto()...))
	text := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	modified := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	api.Get(s, "/file", func(context.Context, api.None) (api.Blob, error) {
		return api.Blob{Content: bytes.NewReader(text), MediaType: "text/plain", Tag: "v1", Modified: modified}, nil
	}, auth.Public(), api.Name("file"))
	api.Get(s, "/report", func(context.Context, api.None) (api.Versioned[string], error) {
		return api.Versioned[string]{Value: string(text[:4096]), Tag: "v1", Modified: modified}, nil
	}, auth.Public(), api.Name("report"))
	type change struct {
		api.Precondition
	}
	api.Put(s, "/report", func(_ context.Context, in change) (api.None, error) { return api.None{}, in.Require("v1") }, auth.Public(), api.Name("change"),
		api.Fails(problem.PreconditionFailed(), problem.PreconditionRequired()))
	api.Post(s, "/orders", func(context.Context, api.None) (string, error) { return "done", nil }, auth.Public(), api.Idempotent(api.SharedKeys()), api.Name("orders"))
	type since struct {
		api.Resume
	}
	api.Get(s, "/events", func(_ context.Context, in since) (api.SSE[string], error) {
		return func(yield func(api.Event[string], error) bool) {
			id, _ := in.LastEventID.Get()
			yield(api.Event[string]{Data: id}, nil)
		}, nil
	}, auth.Public(), api.Name("events"))
	api.Get(s, "/mine", func(_ context.Context, in struct{ Caller auth.Principal }) (string, error) {
		return in.Caller.Subject, nil
	},
		auth.Require(auth.OAuth2("shop")), api.Name("mine"))
	api.Get(s, "/list", func(_ context.Context, in struct {
		Numbers []int           `header:"X-Numbers"`
		Theme   api.Opt[string] `cookie:"theme"`
	}) (int, error) {
		return len(in.Numbers), nil
	}, auth.Public(), api.Name("list"))
	api.Post(s, "/tags", func(_ context.Context, in struct{ Body api.Opt[[]string] }) (api.None, error) { return api.None{}, nil }, auth.Public(), api.Name("tags"))
	return s.open(t, io.Discard, nil)
}

// hostileValues are what each header is given.
func hostileValues() map[string][]string {
	const many = 100_000
	repeat := strings.Repeat
	distinct := func(format func(i int) string) string {
		var list strings.Builder
		for i := range many {
			list.WriteString(format(i))
		}
		return list.String()
	}
	all := []string{
		"", " ", ",", "\x00", "\xff", "\r\n\r\n", "*", `"`, `\`, ";", "=", "%", "é", "null", "-1", repeat("x", 1<<20), repeat(`"`, 1<<20), repeat(" ", 1<<20),
		repeat("\x00", 1<<20), repeat(",", 1<<20), repeat(";", 1<<20), repeat("=", 1<<20), repeat(`\"`, 1<<19), repeat("a=b;", many), repeat("a/b,", many),
	}
	weights := []string{
		repeat("application/cbor;q=0.1,", many), repeat("gzip;q=0.001,", many), distinct(func(i int) string { return "a/" + strconv.Itoa(i) + ";q=1," }),
		"*/*;q=1e999999999", "application/cbor;q=" + repeat("9", 1<<20), "application/cbor;q=0." + repeat("0", 1<<20), "*;q=NaN, gzip;q=-1", repeat("a;", many) + "q=1",
		`a/b;t="` + repeat(`,\"`, many), "identity;q=0, *;q=0",
	}
	tags := []string{
		repeat(`"v1",`, many), repeat(`W/"v1", `, many), repeat(`"a",`, many), `"` + repeat("a", 1<<20), `"v1;` + repeat("zstd;", many) + `"`, `W/` + repeat(`W/`, many),
		`"v1" "v1"`, `"\x00"`, `*, *`, repeat("*", 1<<20),
	}
	times := []string{"Mon, 99 Feb 0000 99:99:99 GMT", "Fri, 02 Jan 2026 03:04:05 GMT", "Fri, 02 Jan 2026 03:04:05 " + repeat("G", 1<<20), "99999999999999999999"}
	return map[string][]string{
		"Range": append([]string{
			"bytes=0-0", "bytes=5-1", "bytes=--1", "bytes=-", "bytes=-0", "bytes=99999999999999999999-", "bytes=0-99999999999999999999", "bytes=-99999999999999999999",
			"bytes=9223372036854775807-9223372036854775807", "items=0-1", "bytes=a-b", "bytes 0-1", "bytes=0x0-0x1", "bytes=+0-+1", "bytes=" + repeat("0-0,", many),
			"bytes=" + repeat("0-,", many), "bytes=" + repeat("-1,", many), "bytes=" + repeat("0-65535,", many), "bytes=" + repeat("9999999-,", many) + "0-0",
			"bytes=" + distinct(func(i int) string { return strconv.Itoa(i%65536) + "-" + strconv.Itoa(i%65536) + "," }),
			"bytes=" + distinct(func(i int) string { return "0-" + strconv.Itoa(i%65536) + "," }), "bytes=" + repeat(" ,", many) + "0-0", "bytes=" + repeat("0", 1<<20) + "-1",
		}, all...),
		"If-Range": append(tags, times...), "If-Match": append(tags, all...), "If-None-Match": append(tags, all...),
		"If-Modified-Since": append(times, all...), "If-Unmodified-Since": append(times, all...),
		"Accept": append(weights, all...), "Accept-Encoding": append(weights, all...),
		"Idempotency-Key": append([]string{`"` + repeat(`\"`, many) + `"`, `"a"` + repeat(`;a="b"`, many), repeat("k", 256), `"` + repeat("k", 255) + `"`, `"a", "a"`}, all...),
		"Last-Event-ID":   append([]string{repeat("9", 2001), "a\nb"}, all...),
		"Authorization": append([]string{
			"Bearer " + repeat("a", 1<<20), "Bearer " + repeat("a.", many), "Bearer \x00/\x00", "Bearer /", "Basic " + repeat("a", 1<<20), repeat("Bearer ", many),
			"Bearer ada/" + repeat("orders~write+", many), "bearer\tada/x", "Bearer a/b, Bearer c/d", "Digest " + repeat(`a="b",`, many),
		}, all...),
		"Traceparent": append([]string{
			"00-" + repeat("0", 32) + "-" + repeat("0", 16) + "-00", "ff-" + repeat("a", 32) + "-" + repeat("b", 16) + "-01", "00-" + repeat("a", 1<<20), repeat("00-", many),
		}, all...),
		"Tracestate": append([]string{repeat("a=b,", many), distinct(func(i int) string { return "k" + strconv.Itoa(i) + "=v," })}, all...),
		"Baggage":    append([]string{repeat("a=b,", many), distinct(func(i int) string { return "k" + strconv.Itoa(i) + "=%41," })}, all...),
		"Content-Type": append([]string{
			"application/json;" + repeat(" a=b;", many), "application/json;" + distinct(func(i int) string { return "a*" + strconv.Itoa(i) + "=x;" }), "multipart/form-data; boundary=" + repeat("b", 1<<20),
			"application/json; charset*=utf-8''%75%74%66-8", "application/json; charset*0=utf-; charset*1=16", "application/json; charset=\"" + repeat(`\u`, many) + `"`,
		}, all...),
		"Content-Encoding": append([]string{repeat("gzip,", many), "identity, identity", "identity;q=0"}, all...),
		"Cookie":           append([]string{repeat("theme=x; ", many), "theme=" + repeat("x", 1<<20), "theme=\"a\x00b\"", "theme", "=theme"}, all...),
		"X-Numbers":        append([]string{repeat("1,", many), "1e999999999", repeat("9", 1<<20), "NaN"}, all...),
		"X-Request-Id":     all, "Forwarded": append([]string{repeat("for=1.2.3.4,", many), `for="[` + repeat(":", many) + `]"`}, all...),
		"X-Forwarded-For": append([]string{repeat("1.2.3.4,", many)}, all...), "X-Forwarded-Host": all, "X-Forwarded-Proto": all, "Origin": all, "User-Agent": all, "Referer": all,
		"Vade-Timeout-Ms": {"-1", "1e9", "99999999999999999999", "0x1", "NaN", "2147483647"}, "Upgrade": all, "Connection": all, "Expect": all,
	}
}

// TestNoHeaderIsTheServicesFaultOrTakesItsMemory: whatever stands in a header that the framework reads, once or often, the answer blames
// nobody but the client, and it takes no more memory than a few times what was sent and what is answered.
func TestNoHeaderIsTheServicesFaultOrTakesItsMemory(t *testing.T) { //nolint:paralleltest // it measures what the process allocates
	h := headerApp(t)
	for header, values := range hostileValues() {
		for _, value := range values {
			for _, target := range headerTargets {
				askHostile(t, h, target, header, []string{value})
				if len(value) < 100 {
					askHostile(t, h, target, header, []string{value, value})
				}
			}
		}
	}
}

func askHostile(t *testing.T, h http.Handler, target, header string, lines []string) {
	t.Helper()
	method, path, _ := strings.Cut(target, " ")
	req := httptest.NewRequest(method, path, http.NoBody)
	if path == "/tags" {
		req = httptest.NewRequest(method, path, strings.NewReader(`["a"]`))
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header[http.CanonicalHeaderKey(header)] = lines
	w := &counted{header: http.Header{}}
	took := allocated(func() { h.ServeHTTP(w, req) })
	sent := 0
	for _, line := range lines {
		sent += len(line)
	}
	if most := uint64(memoryOfARequest + 40*sent + 4*w.bytes); w.status >= 500 || took > most {
		t.Errorf("%s, %s: %.40q, %d lines of %d bytes: status %d with %d bytes, and %d allocated, of at most %d",
			target, header, lines[0], len(lines), sent, w.status, w.bytes, took, most)
	}
}

// FuzzHeader: whatever a client puts into a header, the answer blames nobody but him, in memory that its length bounds.
func FuzzHeader(f *testing.F) {
	for header, values := range hostileValues() {
		for i, value := range values {
			if len(value) < 100 {
				f.Add(uint8(i), header, value)
			}
		}
	}
	h := headerApp(f)
	f.Fuzz(func(t *testing.T, target uint8, header, value string) {
		if header = http.CanonicalHeaderKey(header); header == "Vade-Timeout-Ms" {
			return // who waits for nothing gets a 504
		}
		method, path, _ := strings.Cut(headerTargets[int(target)%len(headerTargets)], " ")
		req := httptest.NewRequest(method, path, strings.NewReader(`["a"]`))
		req.Header[header] = []string{value}
		fuzzHostile(t, h, req, len(header)+len(value))
	})
}

// counted is an answer of which nothing is kept but its length.
type counted struct {
	header        http.Header
	status, bytes int
}

func (c *counted) Header() http.Header { return c.header }

func (c *counted) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

func (c *counted) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	c.bytes += len(p)
	return len(p), nil
}

// Flush does nothing, as everything has left.
func (c *counted) Flush() {}
