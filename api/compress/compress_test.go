package compress_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vade-go/vade/api/compress"
)

func TestOtherProgramsDecodeEveryCoding(t *testing.T) {
	t.Parallel()
	a := open(t)
	_, plain := a.send("GET", "/flights", "")
	for _, coding := range []string{"zstd", "br", "gzip"} {
		res, body := a.send("GET", "/flights", coding)
		if got := res.Header.Get("Content-Encoding"); got != coding || len(body)*3 > len(plain) || res.ContentLength != int64(len(body)) {
			t.Errorf("%s: %q, %d of %d bytes, Content-Length %d", coding, got, len(body), len(plain), res.ContentLength)
		}
		if got := a.curl("/flights", coding); !bytes.Equal(got, plain) {
			t.Errorf("%s: curl reads %d bytes of %d", coding, len(got), len(plain))
		}
		function := map[string]string{"br": "brotliDecompressSync", "gzip": "gunzipSync"}[coding]
		if function == "" {
			continue // Node has it from 22.15 on
		}
		if got := node(t, function, body); !bytes.Equal(got, plain) {
			t.Errorf("%s: Node reads %d bytes of %d", coding, len(got), len(plain))
		}
	}
}

// node runs a function of Node's zlib.
func node(t *testing.T, function string, data []byte) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "-e",
		`process.stdout.write(require("zlib").`+function+`(require("fs").readFileSync(0)))`)
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %s: %v", function, err)
	}
	return out
}

func TestTheClientChoosesTheCoding(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, tt := range []struct{ path, accept, want string }{
		{"/flights", "", ""}, {"/flights", "gzip, deflate, br, zstd", "zstd"}, {"/flights", "gzip, br", "br"}, {"/flights", "gzip, deflate", "gzip"},
		{"/flights", "x-gzip", "gzip"}, {"/flights", "GZIP", "gzip"}, {"/flights", "*", "zstd"}, {"/flights", "zstd;q=0, *", "br"},
		{"/flights", "zstd;q=0.1, br;q=0.2, gzip;q=0.9", "gzip"}, {"/flights", "br;q=0.5, *;q=0.1", "br"}, {"/flights", "gzip;q=0", ""},
		{"/flights", "deflate, compress, snappy", ""}, {"/flights", "identity", ""}, {"/flights", "identity, gzip;q=0.5", ""},
		{"/flights", "identity;q=0.5, gzip", "gzip"}, {"/flights", "gzip, *;q=0", "gzip"}, {"/flights", "*;q=0", ""},
		{"/flights?n=1", "gzip, br, zstd", ""}, {"/flights?n=1", "gzip, identity;q=0", "gzip"}, {"/flights?n=1", "br, *;q=0", "br"},
		{"/flights", "identity;q=0", ""}, {"/flights", "gzip;q=2", ""}, {"/gzip", "br, zstd", ""}, {"/gzip", "br, gzip;q=0.1", "gzip"},
		{"/plain", "gzip, br, zstd", ""},
	} {
		res, _ := a.send("GET", tt.path, tt.accept)
		if got := res.Header.Get("Content-Encoding"); res.StatusCode != 200 || got != tt.want {
			t.Errorf("%s, Accept-Encoding %q: %d %q, want %q", tt.path, tt.accept, res.StatusCode, got, tt.want)
		}
	}
}

func TestVaryNamesWhatTheFormDependsOn(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, accept := range []string{"", "gzip", "deflate"} {
		for _, path := range []string{"/flights", "/flights?n=1"} {
			res, _ := a.send("GET", path, accept)
			got := strings.Split(strings.Join(res.Header["Vary"], ", "), ", ")
			if slices.Sort(got); !slices.Equal(got, []string{"Accept-Encoding", "Accept-Language"}) || res.Header.Get("Cache-Control") != "public, max-age=60" {
				t.Errorf("%s, %q: Vary %q, Cache-Control %q", path, accept, got, res.Header["Cache-Control"])
			}
		}
	}
	if res, _ := a.send("GET", "/plain", "gzip"); res.Header["Vary"] != nil {
		t.Errorf("Vary %q of what has one form", res.Header["Vary"])
	}
}

func TestHEADHasTheHeadersOfGET(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, path := range []string{"/flights", "/tagged", "/timetable", "/flights?n=1"} {
		for _, accept := range []string{"", "gzip", "br", "zstd"} {
			get, _ := a.send("GET", path, accept)
			head, body := a.send("HEAD", path, accept)
			for _, h := range []http.Header{get.Header, head.Header} {
				h.Del("Date")
				h.Del("X-Request-Id")
				h.Del("Traceparent")
			}
			if len(body) != 0 || head.StatusCode != get.StatusCode || !reflect.DeepEqual(head.Header, get.Header) {
				t.Errorf("%s, %q: %d bytes of body, %v, GET has %v", path, accept, len(body), head.Header, get.Header)
			}
		}
	}
}

func TestEveryFormHasATagOfItsOwn(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, path := range []string{"/timetable", "/tagged"} {
		plain, _ := a.send("GET", path, "")
		for _, coding := range []string{"zstd", "br", "gzip"} {
			res, _ := a.send("GET", path, coding)
			tag := res.Header.Get("ETag")
			if want := strings.TrimSuffix(plain.Header.Get("ETag"), `"`) + ";" + coding + `"`; tag != want {
				t.Errorf("%s %s: ETag %s, want %s", path, coding, tag, want)
			}
			res, body := a.send("GET", path, coding, "If-None-Match", tag)
			if res.StatusCode != http.StatusNotModified || len(body) != 0 || res.Header.Get("ETag") != tag || res.Header.Get("Content-Encoding") != "" ||
				!strings.Contains(res.Header.Get("Vary"), "Accept-Encoding") {
				t.Errorf("%s %s: If-None-Match %s: %d %v", path, coding, tag, res.StatusCode, res.Header)
			}
			if res, body := a.send("GET", path, "", "If-None-Match", tag); res.StatusCode != http.StatusOK || len(body) == 0 {
				t.Errorf("%s %s: a client that could not read what it has: %d", path, coding, res.StatusCode)
			}
			if res, _ := a.send("GET", path+"?n=50", coding, "If-None-Match", tag); path == "/tagged" && res.StatusCode != http.StatusOK {
				t.Errorf("%s %s: other bytes: %d", path, coding, res.StatusCode)
			}
			if path != "/timetable" {
				continue
			}
			if res, body := a.send("PUT", path, coding, "If-Match", tag); res.StatusCode != http.StatusNoContent {
				t.Errorf("If-Match %s: %d %s", tag, res.StatusCode, body)
			}
			if res, _ := a.send("PUT", path, coding, "If-Match", `"v6;`+coding+`"`); res.StatusCode != http.StatusPreconditionFailed {
				t.Errorf("If-Match of another version: %d", res.StatusCode)
			}
		}
	}
}

func TestProblemsStreamsAndFilesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	a := open(t)
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/full": {409, "There is no seat left. "}, "/stream": {200, `{"departure":"2026-`}, "/file": {200, "file file "}, "/nothing": {404, `"not-found"`},
	} {
		res, body := a.send("GET", path, "zstd, br, gzip")
		if res.StatusCode != want.status || res.Header.Get("Content-Encoding") != "" || !bytes.Contains(body, []byte(want.text)) {
			t.Errorf("%s: %d %v %.60s", path, res.StatusCode, res.Header, body)
		}
	}
}

func TestAReplayHasTheFormThatItsClientWants(t *testing.T) {
	t.Parallel()
	a := open(t)
	var plain []byte
	for i, accept := range []string{"", "gzip", "br", "gzip", "zstd"} {
		res, body := a.send("POST", "/orders?n=100", accept, "Idempotency-Key", "key-of-one-order")
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Encoding") != accept || res.ContentLength != int64(len(body)) {
			t.Fatalf("%q: %d %v %.80s", accept, res.StatusCode, res.Header, body)
		}
		switch {
		case i == 0:
			plain = body
		case !bytes.Equal(decode(t, accept, body), plain):
			t.Errorf("%q: another answer", accept)
		}
	}
	if n := a.orders.Load(); n != 1 {
		t.Errorf("carried out %d times", n)
	}
}

func TestAnswersAtOnceDoNotMix(t *testing.T) {
	t.Parallel()
	a := open(t)
	plain := make(map[int][]byte)
	for n := 20; n < 28; n++ {
		_, plain[n] = a.send("GET", fmt.Sprint("/flights?n=", n), "")
	}
	var all sync.WaitGroup
	for n := range plain {
		for _, coding := range []string{"zstd", "br", "gzip"} {
			all.Go(func() {
				for range 10 {
					res, body := a.send("GET", fmt.Sprint("/flights?n=", n), coding)
					if res.Header.Get("Content-Encoding") != coding || !bytes.Equal(decode(t, coding, body), plain[n]) {
						t.Errorf("%s, %d flights: another answer", coding, n)
					}
				}
			})
		}
	}
	all.Wait()
}

// TestTheBytesDependOnTheAnswerAlone: two answers with one ETag are the same, whatever the encoder did before.
func TestTheBytesDependOnTheAnswerAlone(t *testing.T) {
	t.Parallel()
	data := document(20_000)
	for _, c := range compress.Auto() {
		var first bytes.Buffer
		for i := range 5 {
			var out bytes.Buffer
			if err := c.Encode(&out, data[:1000*i]); err != nil {
				t.Fatal(err)
			}
			out.Reset()
			if err := c.Encode(&out, data); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first.Write(out.Bytes())
			} else if !bytes.Equal(out.Bytes(), first.Bytes()) {
				t.Errorf("%s: other bytes", c.Name())
			}
		}
	}
}

func TestOnlyProgramsThatCompressCarryTheLibraries(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(context.Background(), "go", "list", "-deps", "../../examples/hello", "../../program").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"andybalholm/brotli", "klauspost/compress/zstd", "klauspost/compress/gzip", "vade/api/compress"} {
		if strings.Contains(string(out), name) {
			t.Errorf("a program without compression links %s", name)
		}
	}
}
