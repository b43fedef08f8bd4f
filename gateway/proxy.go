package gateway

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/vade-go/vade/call"
)

// newTransport returns a transport that hands bodies on as they are: what was not asked for is not compressed, and what is
// compressed is not unpacked.
func newTransport() *http.Transport {
	t := call.NewTransport()
	t.DisableCompression = true
	t.MaxResponseHeaderBytes = 256 << 10
	return t
}

// newProxy returns the handler that carries requests to the base addresses, which take turns.
func newProxy(urls []*url.URL, transport http.RoundTripper, log *slog.Logger) http.Handler {
	var turn atomic.Uint64
	return &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(urls[turn.Add(1)%uint64(len(urls))])
			// What the gateway did not read it does not judge: both placements of a service see the same query.
			p.Out.URL.RawQuery = p.In.URL.RawQuery
			for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"} {
				if v, ok := p.In.Header[name]; ok {
					p.Out.Header[name] = v
				}
			}
			if p.Out.Body == nil || p.Out.Body == http.NoBody {
				once(p.Out)
			}
		},
		ModifyResponse: checkAnswer,
		Transport:      transport,
		BufferPool:     new(bufferPool),
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			w.(*responseWriter).x.upstreamFailed(err)
		},
	}
}

// once keeps net/http from sending a request again by itself when a connection dies, which it does when there is no body and
// the client gave an Idempotency-Key: what that key is worth only the service knows.
func once(r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
	default:
		r.Body = struct{ io.ReadCloser }{http.NoBody}
	}
}

// checkAnswer refuses what is no answer of HTTP. An upgrade never passes through the gateway's own headers, so they are put
// right here.
func checkAnswer(res *http.Response) error {
	if res.StatusCode < 100 || res.StatusCode > 599 {
		return fmt.Errorf("the service answered with the status %d", res.StatusCode)
	}
	if res.StatusCode == http.StatusSwitchingProtocols {
		conceal(res.Header)
		undress(res.Header)
		res.Header["X-Request-Id"] = res.Request.Header["X-Request-Id"]
	}
	return nil
}

// isDialError reports whether the upstream was not even reached.
func isDialError(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// bufferPool is the memory through which bodies are copied.
type bufferPool struct{ pool sync.Pool }

const copyBuffer = 32 << 10

// Get returns a buffer.
func (p *bufferPool) Get() []byte {
	if b, ok := p.pool.Get().(*[copyBuffer]byte); ok {
		return b[:]
	}
	return make([]byte, copyBuffer)
}

// Put takes it back.
func (p *bufferPool) Put(b []byte) { p.pool.Put((*[copyBuffer]byte)(b)) }
