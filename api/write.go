package api

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// buffers keeps the memory in which answers are encoded.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// jsonOptions are how outputs are written and answers read: the way their schemas say.
var jsonOptions = schema.JSONOptions()

// maxKeptBuffer is the largest buffer, in bytes, worth keeping for the next answer.
const maxKeptBuffer = 64 << 10

// writeOutput encodes the whole answer before the first byte leaves, so that an output that cannot be encoded is still a
// clean 500.
func writeOutput(w http.ResponseWriter, c *operation.Call) error {
	status, body, hasBody := http.StatusOK, c.Out, true
	if a, ok := c.Out.(answer); ok {
		var header http.Header
		status, header, body, hasBody = a.answer()
		maps.Copy(w.Header(), header)
	}
	maps.Copy(w.Header(), c.ReplyHeader())
	if !hasBody {
		w.WriteHeader(status)
		return nil
	}
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	defer func() {
		if buf.Cap() <= maxKeptBuffer {
			buffers.Put(buf)
		}
	}()
	if err := json.MarshalWrite(buf, body, jsonOptions); err != nil {
		problem.Write(w, problem.Internal())
		return fmt.Errorf("api: encode the answer of %s: %w", c.Operation.ID, err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	_, err := w.Write(buf.Bytes())
	return err
}

// writeProblem writes what the caller may know of a failure.
func writeProblem(w http.ResponseWriter, c *operation.Call, err error) {
	maps.Copy(w.Header(), c.ReplyHeader())
	p, ok := problem.From(err)
	if !ok {
		p = problem.Internal()
	}
	if p.Status == http.StatusRequestEntityTooLarge {
		// The rest of the body is not worth reading.
		w.Header().Set("Connection", "close")
	}
	problem.Write(w, p)
}
