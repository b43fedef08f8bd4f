package gateway

import (
	"bufio"
	"net"
	"net/http"
	"strings"

	"github.com/vade-go/vade/problem"
)

// responseWriter stands between a service and the client. When the final headers come it makes them the gateway's own, and it
// keeps the body of a failure that is not a problem document to itself, because such bodies are stack traces and
// error pages. Everything streams through.
type responseWriter struct {
	http.ResponseWriter
	x         *exchange
	preflight http.Header // further headers of a preflight answer
	status    int         // of the final headers; 0: none yet
	interim   int         // interim answers so far
	written   int64       // bytes of body
	concealed bool        // the body of the service is dropped
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *responseWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// maxInterim is how many interim answers one request is worth.
const maxInterim = 5

// WriteHeader sends the headers. Interim answers (1xx) pass, a few of them; a second final one is ignored.
func (w *responseWriter) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		if w.interim++; w.interim <= maxInterim {
			conceal(w.Header())
			undress(w.Header())
			w.ResponseWriter.WriteHeader(status)
		}
		return
	}
	h := w.Header()
	if status == http.StatusNotFound && isProblem(h) && w.x.answeredBeside() {
		w.concealed = true
		return
	}
	w.status = status
	w.x.answering()
	w.x.dress(h, status)
	for name, values := range w.preflight {
		h[name] = values
	}
	if status >= 500 && !isProblem(h) {
		w.concealed = true
		problem.Write(w.ResponseWriter, problem.ForStatus(status).WithID(w.x.id))
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

// isProblem reports whether an answer is a problem document, in JSON or another format (RFC 9457, section 6).
func isProblem(h http.Header) bool {
	mediaType, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(mediaType)), "application/problem+")
}

// Write sends a part of the body.
func (w *responseWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.concealed {
		return len(p), nil
	}
	n, err := w.ResponseWriter.Write(p)
	w.written += int64(n)
	return n, err
}

// Flush sends what was written so far.
func (w *responseWriter) Flush() { _ = w.FlushError() }

// FlushError is Flush for those who want to know.
func (w *responseWriter) FlushError() error {
	w.WriteHeader(http.StatusOK)
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Hijack hands the connection over, for a WebSocket. The deadline of the operation ends with it.
func (w *responseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.status = http.StatusSwitchingProtocols
		w.x.upgraded()
	}
	return conn, rw, err
}
