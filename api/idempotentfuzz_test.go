package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
)

// FuzzIdempotencyKey: whatever stands in the header, it is a key or refused; and a key that a typed call can carry is the same key bare,
// if it can be sent so.
func FuzzIdempotencyKey(f *testing.F) {
	for _, seed := range []string{"k", `"k"`, `a "b" \`, `"\""`, "é", "\x00", strings.Repeat("k", 256), `"a";b`, " a ", `"`, `\`} {
		f.Add(seed)
	}
	s := newService()
	api.Post(s, "/echo", func(_ context.Context, in struct{ Key api.IdempotencyKey }) (string, error) {
		id, given := in.Key.ID()
		if !given {
			return "", errors.New("no key reached the handler")
		}
		return id, nil
	}, auth.Public(), api.Idempotent(api.SharedKeys()))
	h := s.open(f, io.Discard, nil)
	post := func(t *testing.T, value string) (int, string) {
		req := httptest.NewRequest("POST", "/echo", http.NoBody)
		req.Header[key] = []string{value}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		if rec.Code != http.StatusOK && rec.Code != http.StatusBadRequest {
			t.Fatalf("%q: status %d, %s", value, rec.Code, rec.Body)
		}
		return rec.Code, rec.Body.String()
	}
	f.Fuzz(func(t *testing.T, text string) {
		status, id := post(t, text)
		inv := new(call.Invocation)
		if call.IdempotencyKey(text)(inv) != nil {
			return
		}
		quotedStatus, quotedID := post(t, inv.Header.Get(key))
		if quotedStatus != http.StatusOK {
			t.Fatalf("%q as %q: status %d", text, inv.Header.Get(key), quotedStatus)
		}
		if status == http.StatusOK && !strings.HasPrefix(strings.Trim(text, " "), `"`) && strings.Trim(text, " ") == text && id != quotedID {
			t.Errorf("%q bare is %s, and as a string %s", text, id, quotedID)
		}
	})
}

// FuzzIdempotentUpload: whatever the body and its type, the same request is never taken for another, and gets the same answer.
func FuzzIdempotentUpload(f *testing.F) {
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=title\r\n\r\na\r\n--b--\r\n", "?a=1&b")
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=title\r\n\r\na", "?%zz")
	f.Add("multipart/form-data; boundary=", "--", "?;")
	f.Add("application/x-www-form-urlencoded; charset=UTF-8", "title=a", "")
	f.Add("text/plain;;=", "\xff", "?a=\x00")
	s := newService()
	api.Post(s, "/photos", func(context.Context, struct {
		Title string            `form:"title"`
		Photo api.Opt[api.File] `form:"photo"`
	}) (api.None, error) {
		return api.None{}, nil
	}, auth.Public(), api.Idempotent(api.SharedKeys()), api.MaxBody(10_000))
	h := s.open(f, io.Discard, nil)
	var n atomic.Int64
	f.Fuzz(func(t *testing.T, contentType, body, query string) {
		name := fmt.Sprint("k", n.Add(1))
		var first string
		for i := range 2 {
			req := httptest.NewRequest("POST", "/photos", strings.NewReader(body))
			req.URL.RawQuery = strings.TrimPrefix(query, "?")
			req.Header["Content-Type"], req.Header[key] = []string{contentType}, []string{name}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			answer := fmt.Sprint(rec.Code, rec.Body)
			if rec.Code >= 500 || strings.Contains(answer, "idempotency-") || i > 0 && answer != first {
				t.Fatalf("answer %d: %s; before %s", i, answer, first)
			}
			first = answer
		}
	})
}
