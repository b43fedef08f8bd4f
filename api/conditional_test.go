package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/problem"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 500, time.UTC)

type changing struct {
	api.Precondition
	Tag string `query:"tag"`
}

func conditional(t *testing.T, log io.Writer) http.Handler {
	s := newService()
	read := func(_ context.Context, in struct {
		Tag string `query:"tag" default:"v1"`
	}) (api.Versioned[string], error) {
		return api.Versioned[string]{Value: "text", Tag: in.Tag, Modified: noon}, nil
	}
	api.Get(s, "/", read, auth.Public(), api.Name("read"))
	api.Post(s, "/", read, auth.Public(), api.Name("post"))
	api.Get(s, "/plain", func(context.Context, api.None) (api.Versioned[string], error) { return api.Versioned[string]{}, nil }, auth.Public(), api.Name("plain"))
	api.Put(s, "/", func(_ context.Context, in changing) (api.None, error) { return api.None{}, in.Check(in.Tag) }, auth.Public(), api.Name("put"))
	api.Delete(s, "/", func(_ context.Context, in changing) (api.None, error) { return api.None{}, in.Require(in.Tag) }, auth.Public(), api.Name("del"))
	return s.open(t, log, nil)
}

func TestWhatTheCallerHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h := conditional(t, io.Discard)
	for _, tt := range []struct {
		header, value string
		status        int
	}{
		{"If-None-Match", `"v1"`, 304}, {"If-None-Match", `W/"v1"`, 304}, {"If-None-Match", `"v0", "v1"`, 304}, {"If-None-Match", `*`, 304},
		{"If-None-Match", ` "a,b" ,W/"v1",`, 304}, {"If-None-Match", `"v0"`, 200}, {"If-None-Match", `v1`, 200}, {"If-None-Match", `"v1`, 200},
		{"If-None-Match", ``, 200}, {"If-None-Match", `"v1;gzip"`, 200}, {"If-None-Match", `"v0" "v1"`, 304}, {"If-None-Match", `"V1"`, 200},
		{"If-Modified-Since", "Tue, 24 Nov 2026 12:00:00 GMT", 304}, {"If-Modified-Since", "Tue, 24 Nov 2026 13:00:00 GMT", 304},
		{"If-Modified-Since", "Tue, 24 Nov 2026 11:59:59 GMT", 200}, {"If-Modified-Since", "yesterday", 200}, {"Accept", "*/*", 200},
	} {
		res, body := send(t, h, "GET", "/", "", tt.header, tt.value)
		if res.StatusCode != tt.status || (body == "") != (tt.status == 304) {
			t.Errorf("%s: %s: %d %s, want %d", tt.header, tt.value, res.StatusCode, body, tt.status)
		}
		if res.Header.Get("ETag") != `"v1"` || res.Header.Get("Last-Modified") != "Tue, 24 Nov 2026 12:00:00 GMT" || (res.Header["Content-Type"] != nil) != (tt.status == 200) {
			t.Errorf("%s: %s: %v", tt.header, tt.value, res.Header)
		}
	}
	if res, _ := send(t, h, "GET", "/", "", "If-None-Match", `"v0"`, "If-Modified-Since", "Tue, 24 Nov 2026 13:00:00 GMT"); res.StatusCode != 200 {
		t.Errorf("If-None-Match alone counts: %d", res.StatusCode)
	}
	if res, _ := send(t, h, "POST", "/", "", "If-None-Match", `"v1"`); res.StatusCode != 200 {
		t.Errorf("of a POST: %d", res.StatusCode)
	}
	if res, _ := send(t, h, "GET", "/plain", "", "If-None-Match", `*`); res.StatusCode != 200 || res.Header["Etag"] != nil || res.Header["Last-Modified"] != nil {
		t.Errorf("without a version: %d %v", res.StatusCode, res.Header)
	}
}

func TestAnotherVersionIsNotChanged(t *testing.T) {
	t.Parallel()
	h := conditional(t, io.Discard)
	for _, tt := range []struct {
		tag, match  string
		put, remove int
	}{
		{"v1", `"v1"`, 204, 204}, {"v1", `"v0", "v1"`, 204, 204}, {"v1", `*`, 204, 204}, {"v1", `"v2"`, 412, 412}, {"v1", `W/"v1"`, 412, 412},
		{"v1", `v1`, 412, 412}, {"", `*`, 412, 412}, {"", `""`, 412, 412}, {"v1", "-", 204, 428},
	} {
		header := []string{"If-Match", tt.match}
		if tt.match == "-" {
			header = nil
		}
		put, _ := send(t, h, "PUT", "/?tag="+tt.tag, "", header...)
		remove, _ := send(t, h, "DELETE", "/?tag="+tt.tag, "", header...)
		if put.StatusCode != tt.put || remove.StatusCode != tt.remove {
			t.Errorf("%q against %s: %d and %d, want %d and %d", tt.tag, tt.match, put.StatusCode, remove.StatusCode, tt.put, tt.remove)
		}
	}
}

func TestATagThatNoHeaderCanCarryIsAFault(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := conditional(t, &log)
	for _, tag := range []string{"a%22", "a%20b", "a%0d%0aX-Admin:%20yes"} {
		if res, body := send(t, h, "GET", "/?tag="+tag, ""); res.StatusCode != 500 || res.Header["X-Admin"] != nil {
			t.Errorf("%s: %d %s", tag, res.StatusCode, body)
		}
	}
	if !strings.Contains(log.String(), "quotation marks") {
		t.Errorf("the log does not name the mistake: %s", &log)
	}
}

func TestVersionsAreDescribed(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/", func(context.Context, api.None) (api.Versioned[string], error) { return api.Versioned[string]{}, nil }, auth.Public())
	api.Put(s, "/", func(context.Context, changing) (api.Versioned[string], error) { return api.Versioned[string]{}, nil }, auth.Public(), api.Name("put"))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, op := range m.Operations {
		for _, res := range op.Responses {
			got = append(got, fmt.Sprint(op.Method, " ", res.Status, " ", len(res.Headers)))
		}
		for _, p := range op.Problems {
			got = append(got, fmt.Sprint(op.Method, " ", p.Status))
		}
	}
	if want := "GET 304 0, GET 200 2, PUT 200 2, PUT 412, PUT 428"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}

var (
	readVersion = api.Define[api.None, api.Versioned[string]]("GET", "/version", auth.Public())
	changeIt    = api.Define[changing, api.None]("PUT", "/version", auth.Public())
)

func TestVersionsTravelWhateverThePlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		got, err := readVersion.Call(t.Context(), conn, api.None{})
		if err != nil || got.Value != "text" || got.Tag != "v1" || !got.Modified.Equal(noon.Truncate(time.Second)) {
			t.Errorf("got %+v, %v", got, err)
		}
		in := changing{Tag: "v2", Precondition: api.Precondition{IfMatch: api.Some(`"v1"`)}}
		if _, err := changeIt.Call(t.Context(), conn, in); !errors.Is(err, problem.PreconditionFailed()) {
			t.Errorf("got %v", err)
		}
	})
}
