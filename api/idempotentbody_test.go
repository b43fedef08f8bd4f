package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// formOf is a multipart form with a boundary of its own.
func formOf(t *testing.T, title string, photo []byte) (body, contentType string) {
	t.Helper()
	var b strings.Builder
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("photo", "a.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(photo); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.WriteField("title", title), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

type framing struct {
	Title string   `form:"title"`
	Photo api.File `form:"photo"`
}

func TestAnUploadIsTheSameWhateverItsBoundary(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := newService()
	api.Put(s, "/photo", func(_ context.Context, in framing) (int, error) {
		f, err := in.Photo.Open()
		if err != nil {
			return 0, err
		}
		defer f.Close()
		n, err := io.Copy(io.Discard, f)
		return int(n), err
	}, auth.Public(), api.Idempotent(api.SharedKeys()), api.MaxBody(8<<20))
	h := s.open(t, io.Discard, nil)
	put := func(title string, photo []byte, name string) (*http.Response, string) {
		body, contentType := formOf(t, title, photo)
		return send(t, h, "PUT", "/photo", body, key, name, "Content-Type", contentType)
	}
	for name, size := range map[string]int{"small": 10, "large": 3 << 20} {
		if res, body := put("a", make([]byte, size), name); res.StatusCode != 200 || body != fmt.Sprint(size) {
			t.Errorf("%s: %d, %s", name, res.StatusCode, body)
		}
		if res, body := put("a", make([]byte, size), name); !replayed(res) || body != fmt.Sprint(size) {
			t.Errorf("%s again: %d, %s", name, res.StatusCode, body)
		}
		if res, body := put("b", make([]byte, size), name); !errors.Is(problemOf(t, res, body), api.ErrKeyReused) {
			t.Errorf("%s with another title: %d", name, res.StatusCode)
		}
		if res, body := put("a", append(make([]byte, size-1), 1), name); !errors.Is(problemOf(t, res, body), api.ErrKeyReused) {
			t.Errorf("%s with another photo: %d", name, res.StatusCode)
		}
	}
	if res, _ := put("a", make([]byte, 8<<20), "huge"); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", res.StatusCode)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

func TestABodyOfUnknownLengthIsReadWithinItsLimitAndTime(t *testing.T) {
	t.Parallel()
	s := newService()
	for _, limit := range []int64{100, 4 << 20} {
		api.Put(s, fmt.Sprint("/body/", limit), func(_ context.Context, in map[string]string) (int, error) { return len(in["a"]), nil },
			auth.Public(), api.Idempotent(api.SharedKeys()), api.MaxBody(limit), api.Timeout(500*time.Millisecond))
	}
	server := httptest.NewServer(s.open(t, io.Discard, nil))
	t.Cleanup(server.Close)
	put := func(limit, size int, end string) int {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		body := `{"a":"` + strings.Repeat("x", size) + `"}`
		go func() {
			_, _ = fmt.Fprintf(conn, "PUT /body/%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nIdempotency-Key: k%d\r\n"+
				"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%s", limit, size, len(body), body, end)
		}()
		var answer bytes.Buffer
		_, _ = io.Copy(&answer, conn)
		status := 0
		_, _ = fmt.Sscanf(answer.String(), "HTTP/1.1 %d", &status)
		return status
	}
	const whole, late = "0\r\n\r\n", ""
	for _, tt := range []struct {
		limit, size int
		end         string
		want        int
	}{
		{100, 10, whole, 200}, {100, 10, whole, 200}, {100, 200, whole, 413}, {100, 20, late, 408},
		{4 << 20, 10, whole, 200}, {4 << 20, 2 << 20, whole, 200}, {4 << 20, 2 << 20, whole, 200}, {4 << 20, 5 << 20, whole, 413},
		{4 << 20, 20, late, 408}, {4 << 20, 2<<20 + 1, late, 408},
	} {
		if got := put(tt.limit, tt.size, tt.end); got != tt.want {
			t.Errorf("%d bytes of %d, complete %t: %d, want %d", tt.size, tt.limit, tt.end == whole, got, tt.want)
		}
	}
}

// BenchmarkIdempotency is what the stage costs: without a key, for the first request under one, and for a replay.
func BenchmarkIdempotency(b *testing.B) {
	for name, keyOf := range map[string]func(i int) string{
		"no key": func(int) string { return "" }, "first": func(i int) string { return fmt.Sprint("k", i) }, "replay": func(int) string { return "k" },
	} {
		b.Run(name, func(b *testing.B) {
			s := newService()
			api.Post(s, "/pay", func(_ context.Context, in payment) (payment, error) { return in, nil }, auth.Public(), api.Idempotent(api.SharedKeys()))
			h := s.open(b, io.Discard, nil)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				req := httptest.NewRequest("POST", "/pay", strings.NewReader(`{"amount":1}`))
				req.Header["Content-Type"] = []string{"application/json"}
				if k := keyOf(i); k != "" {
					req.Header[key] = []string{k}
				}
				h.ServeHTTP(httptest.NewRecorder(), req)
			}
		})
	}
}
