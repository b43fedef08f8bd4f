package api

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
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

// encode makes the body of the answer, before the first byte of it leaves.
func encode(c *operation.Call) error {
	if checked, ok := c.Out.(interface{ check() error }); ok {
		if err := checked.check(); err != nil {
			return err
		}
	}
	status, header, body, hasBody := represent(c.Out)
	if status < 200 || status > 299 {
		return fmt.Errorf("api: %s answers with the status %d, and 200 to 299 are those of a success", c.Operation.ID, status)
	}
	c.Status = status
	if hasBody && !notModified(c) {
		buf := buffers.Get().(*bytes.Buffer)
		buf.Reset()
		if err := json.MarshalWrite(buf, body, jsonOptions); err != nil {
			return fmt.Errorf("api: encode the answer of %s: %w", c.Operation.ID, err)
		}
		c.Encoded = buf
	}
	if set := c.ReplyHeader(); set != nil { // after the body: a failure carries none of them
		setHeaders(set, header)
	} else {
		c.SetHeaders(header)
	}
	link(c)
	return nil
}

// writeOutput sends what the plan has encoded. An error is of the connection.
func writeOutput(w http.ResponseWriter, c *operation.Call) error {
	h := w.Header()
	setHeaders(h, c.ReplyHeader())
	buf := c.Encoded
	if buf == nil {
		w.WriteHeader(c.Status)
		return nil
	}
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(c.Status)
	_, err := w.Write(buf.Bytes())
	if buf.Cap() <= maxKeptBuffer {
		c.Encoded = nil
		buffers.Put(buf)
	}
	return err
}

// setHeaders puts the headers of an answer into h. Cookies come on top of those that a middleware or a dependency has set.
func setHeaders(h, answer http.Header) {
	cookies := h["Set-Cookie"]
	maps.Copy(h, answer)
	if more := answer["Set-Cookie"]; len(cookies) > 0 && len(more) > 0 {
		h["Set-Cookie"] = slices.Concat(cookies, more)
	}
}

// writeProblem writes what the caller may know of a failure.
func writeProblem(w http.ResponseWriter, c *operation.Call, err error) {
	setHeaders(w.Header(), c.ReplyHeader())
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
