package api

import (
	"bufio"
	"io"
	"net"
	"net/http"

	"github.com/vade-go/vade/operation"
)

// mountWriter is the response as the handler of a mount sees it. It notes how the answer began and lets everything through.
type mountWriter struct {
	http.ResponseWriter
	call    *operation.Call
	cached  *mountCaching
	status  int  // of the final headers; 0: none yet
	aborted bool // the handler asked for the connection to be cut
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *mountWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader sends the headers, with those that the stages before have set.
func (w *mountWriter) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
		h := w.Header()
		for name, values := range w.call.ReplyHeader() {
			if _, ok := h[name]; !ok {
				h[name] = values
			}
		}
		w.cached.put(h, w.call.Request.Method, status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the body.
func (w *mountWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// ReadFrom sends all that r has, by the shortest way that the connection knows: files need not pass through the program's memory.
func (w *mountWriter) ReadFrom(r io.Reader) (int64, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return io.Copy(w.ResponseWriter, r)
}

// Flush sends what was written so far, for handlers that know no [http.ResponseController].
func (w *mountWriter) Flush() { _ = w.FlushError() }

// FlushError is Flush for those who want to know.
func (w *mountWriter) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Hijack hands the connection over, for a WebSocket.
func (w *mountWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}
