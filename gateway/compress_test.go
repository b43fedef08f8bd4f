package gateway_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/compress"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/gateway"
)

func TestCompressedAnswersPassAsTheyAre(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("all work and no play ", 500)
	placements(t, func(t *testing.T, place func(http.Handler) gateway.Upstream) {
		svc := vade.NewService("things")
		api.Get(svc, "/things", func(context.Context, api.None) (string, error) { return text, nil },
			auth.Public(), api.ETags(), api.Compress(compress.Auto()...))
		f := open(t, place(apitest.New(t, svc).Handler()), gateway.Config{})
		for _, coding := range compress.Auto() {
			var want bytes.Buffer
			if err := coding.Encode(&want, []byte(`"`+text+`"`)); err != nil {
				t.Fatal(err)
			}
			res := f.request("GET", "/things", nil, "Accept-Encoding", coding.Name())
			body, err := io.ReadAll(res.Body)
			if err != nil || !bytes.Equal(body, want.Bytes()) || res.ContentLength != int64(len(body)) {
				t.Errorf("%s: %d bytes, Content-Length %d, want %d: %v", coding.Name(), len(body), res.ContentLength, want.Len(), err)
			}
			if res.Header.Get("Content-Encoding") != coding.Name() || res.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: %v", coding.Name(), res.Header)
			}
			res = f.request("GET", "/things", nil, "Accept-Encoding", coding.Name(), "If-None-Match", res.Header.Get("ETag"))
			if res.StatusCode != http.StatusNotModified {
				t.Errorf("%s: %d for what the client has", coding.Name(), res.StatusCode)
			}
		}
		if res := f.request("GET", "/things", nil); res.Header.Get("Content-Encoding") != "" {
			t.Errorf("nobody asked for %q", res.Header.Get("Content-Encoding"))
		}
	})
}
