package api_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
)

var (
	modified = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	files    = fstest.MapFS{
		"menu.txt":     {Data: []byte("soup and bread"), ModTime: modified},
		"plans/a.json": {Data: []byte(`{}`), ModTime: modified},
	}
)

type named struct {
	Name string `path:"name"`
}

// closing tells that it was closed.
type closing struct {
	io.Reader
	closed chan struct{}
}

func (c closing) Close() error { close(c.closed); return nil }

func blobs(t testing.TB, log io.Writer, closed chan struct{}) http.Handler {
	s := newService()
	api.Get(s, "/files/{name}", func(_ context.Context, in named) (api.Blob, error) {
		b, err := api.OpenBlob(files, in.Name)
		b.Tag = "v1"
		return b, err
	}, auth.Public())
	api.Get(s, "/made/{name}", func(_ context.Context, in named) (api.Blob, error) {
		switch in.Name {
		case "endless":
			return api.Blob{Content: closing{strings.NewReader("soup"), closed}, Name: "menü.csv", Size: 4}, nil
		case "short":
			return api.Blob{Content: io.MultiReader(strings.NewReader("soup")), Size: 5}, nil
		case "breaks":
			return api.Blob{Content: io.MultiReader(strings.NewReader("so"), iotest.ErrReader(errBroken))}, nil
		case "bad":
			return api.Blob{Content: strings.NewReader("soup"), MediaType: "no type\n"}, nil
		}
		return api.Blob{}, nil
	}, auth.Public())
	return s.open(t, log, nil)
}

func TestAFileIsAnsweredInThePartsThatTheClientWants(t *testing.T) {
	t.Parallel()
	h := blobs(t, io.Discard, nil)
	for _, tt := range []struct {
		method, name string
		header       []string
		status       int
		body         string
	}{
		{"GET", "menu.txt", nil, 200, "soup and bread"},
		{"HEAD", "menu.txt", nil, 200, ""},
		{"GET", "menu.txt", []string{"Range", "bytes=5-7"}, 206, "and"},
		{"GET", "menu.txt", []string{"Range", "bytes=-5"}, 206, "bread"},
		{"GET", "menu.txt", []string{"Range", "bytes=5-7", "If-Range", `"v1"`}, 206, "and"},
		{"GET", "menu.txt", []string{"Range", "bytes=5-7", "If-Range", `"v0"`}, 200, "soup and bread"},
		{"GET", "menu.txt", []string{"If-None-Match", `"v1"`}, 304, ""},
		{"GET", "menu.txt", []string{"If-Modified-Since", "Tue, 24 Nov 2026 12:00:00 GMT"}, 304, ""},
		{"GET", "menu.txt", []string{"If-Match", `"v0"`}, 412, ""},
		{"GET", "menu.txt", []string{"Range", "bytes=99-"}, 416, ""},
		{"GET", "plans", nil, 404, ""},
		{"GET", "none.txt", nil, 404, ""},
		{"GET", "..%2Fsecret", nil, 404, ""},
	} {
		res, body := send(t, h, tt.method, "/files/"+tt.name, "", tt.header...)
		if res.StatusCode != tt.status {
			t.Errorf("%s %s %v: %d, want %d", tt.method, tt.name, tt.header, res.StatusCode, tt.status)
		}
		if tt.status >= 400 {
			problemOf(t, res, body)
			if got := res.Header.Get("Content-Range"); (got == "bytes */14") != (tt.status == 416) {
				t.Errorf("%d: Content-Range %q", tt.status, got)
			}
			continue
		}
		if body != tt.body {
			t.Errorf("%s %s %v: %q", tt.method, tt.name, tt.header, body)
		}
		if tt.status == 200 && (res.Header.Get("Content-Type") != "text/plain; charset=utf-8" || res.Header.Get("ETag") != `"v1"` ||
			res.Header.Get("Last-Modified") == "" || res.Header.Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("%s: %v", tt.name, res.Header)
		}
	}
}

func TestBytesThatAreMadeOnTheWayAreCopied(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	server := listen(t, blobs(t, io.Discard, closed))
	res := ask(t, server, "/made/endless")
	body, err := io.ReadAll(res.Body)
	if err != nil || string(body) != "soup" || res.ContentLength != 4 {
		t.Errorf("%q, %d bytes, %v", body, res.ContentLength, err)
	}
	if got := res.Header.Get("Content-Disposition"); got != "attachment; filename*=utf-8''men%C3%BC.csv" {
		t.Errorf("saved as %s", got)
	}
	if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/csv") && got != "application/octet-stream" {
		t.Errorf("type %s", got)
	}
	<-closed
}

func TestABlobThatFailsIsNoWholeAnswer(t *testing.T) {
	t.Parallel()
	log := new(buffer)
	server := listen(t, blobs(t, log, nil))
	for _, name := range []string{"short", "breaks"} {
		res, err := server.Client().Get(server.URL + "/made/" + name)
		if err != nil {
			continue
		}
		body, err := io.ReadAll(res.Body)
		if _ = res.Body.Close(); err == nil {
			t.Errorf("%s: %q was taken for all", name, body)
		}
	}
	if res := ask(t, server, "/made/bad"); res.StatusCode != 500 {
		t.Errorf("a media type that no header can carry: %d", res.StatusCode)
	}
	if res := ask(t, server, "/made/nothing"); res.StatusCode != 200 {
		t.Errorf("nothing: %d", res.StatusCode)
	}
	server.Close()
	for _, want := range []string{"has 4 bytes, and it says 5", errBroken.Error(), "no type"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q", want)
		}
	}
}

func TestATypedCallGetsABlobToReadAndToClose(t *testing.T) {
	t.Parallel()
	contract := api.Define[named, api.Blob]("GET", "/files/{name}", auth.Public())
	s := newService()
	api.Serve(s, contract, func(_ context.Context, in named) (api.Blob, error) {
		b, err := api.OpenBlob(files, in.Name)
		b.Name, b.Tag = in.Name, "v1"
		return b, err
	})
	server := listen(t, s.open(t, io.Discard, nil))
	for place, conn := range map[string]*call.Conn{"remote": connect(t, server), "local": near(s)} {
		b, err := contract.Call(t.Context(), conn, named{"menu.txt"})
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(b.Content)
		if err != nil || string(data) != "soup and bread" || b.Name != "menu.txt" || b.Tag != "v1" || !b.Modified.Equal(modified) || b.Size != 14 {
			t.Errorf("%s: %q, %v, %+v", place, data, err, b)
		}
		if err := b.Content.(io.Closer).Close(); err != nil {
			t.Error(place, err)
		}
		if _, err := contract.Call(t.Context(), conn, named{"none"}); !api.IsNotFound(err) {
			t.Error(place, err)
		}
	}
}

type put struct {
	Name string `path:"name"`
	Body api.Blob
}

type sum struct {
	Bytes int64  `json:"bytes"`
	Type  string `json:"type"`
	Size  int64  `json:"size"`
}

func measure(_ context.Context, in put) (sum, error) {
	n, err := io.Copy(io.Discard, in.Body.Content)
	return sum{n, in.Body.MediaType, in.Body.Size}, err
}

func TestAnyBytesAreReadAsTheyArrive(t *testing.T) {
	t.Parallel()
	contract := api.Define[put, sum]("PUT", "/files/{name}", auth.Public(), api.MaxBody(8<<20))
	s := newService()
	api.Serve(s, contract, measure)
	server := listen(t, s.open(t, io.Discard, nil))
	for place, conn := range map[string]*call.Conn{"remote": connect(t, server), "local": near(s)} {
		in := put{"a", api.Blob{Content: bytes.NewReader(make([]byte, 5<<20)), MediaType: "image/png", Size: 5 << 20}}
		if got, err := contract.Call(t.Context(), conn, in); err != nil || got != (sum{5 << 20, "image/png", 5 << 20}) {
			t.Errorf("%s: %+v, %v", place, got, err)
		}
	}
}

func TestABodyThatIsTooLargeOrEndsEarlyIsTheClientsFault(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Put(s, "/files/{name}", measure, auth.Public(), api.MaxBody(10))
	h := s.open(t, io.Discard, nil)
	for body, want := range map[string]int{strings.Repeat("x", 10): 200, strings.Repeat("x", 11): 413, "": 200} {
		if res, _ := send(t, h, "PUT", "/files/a", body); res.StatusCode != want {
			t.Errorf("%d bytes: %d", len(body), res.StatusCode)
		}
	}
	server := listen(t, h)
	for _, tt := range []struct {
		body io.Reader
		want int
	}{{io.MultiReader(strings.NewReader("xxxxxxxxxx"), strings.NewReader("x")), 413}, {io.MultiReader(strings.NewReader("xxxx")), 200}} {
		req, err := http.NewRequestWithContext(t.Context(), "PUT", server.URL+"/files/a", tt.body)
		if err != nil {
			t.Fatal(err)
		}
		res, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != tt.want {
			t.Errorf("of unknown length: %d, want %d", res.StatusCode, tt.want)
		}
	}
	if res, _ := send(t, h, "PUT", "/files/a", "x", "Content-Encoding", "gzip"); res.StatusCode != 415 {
		t.Errorf("compressed: %d", res.StatusCode)
	}
}
