package api

import (
	"net/http"

	"github.com/vade-go/vade/operation"
)

// guard is the writer for code of others that answers by itself: it keeps their error pages to itself, so that a problem can take their
// place, and says when an answer begins.
type guard struct {
	http.ResponseWriter
	call   *operation.Call
	failed int // the status of an error page
}

// Unwrap lets [http.ResponseController] reach the connection.
func (g *guard) Unwrap() http.ResponseWriter { return g.ResponseWriter }

func (g *guard) WriteHeader(status int) {
	switch {
	case status >= 400:
		g.failed = status
		return
	case status >= 200 || status == http.StatusSwitchingProtocols:
		g.call.Begin(status)
	}
	g.ResponseWriter.WriteHeader(status)
}

func (g *guard) Write(data []byte) (int, error) {
	if g.failed != 0 {
		return len(data), nil
	}
	if !g.call.Begun {
		g.WriteHeader(http.StatusOK)
	}
	return g.ResponseWriter.Write(data)
}
