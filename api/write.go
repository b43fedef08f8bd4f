package api

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

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

// wire is how the bodies of an operation travel, beside its schemas.
type wire struct {
	codecs    codecs
	codings   codings
	etags     bool
	keepAlive time.Duration
	timeout   time.Duration // of the operation

	output     *schema.Schema // of the body of the answer; nil: it has none
	value      []int          // of the body in the output; nil: it is the whole
	item       *schema.Schema // of what flows; nil: bytes
	messages   *schema.Schema // of a WebSocket
	maxMessage int64          // in bytes
}

// newWire collects what the options say of it; those of the operation win over those of its groups.
func newWire(options []Option) *wire {
	x := &wire{keepAlive: DefaultKeepAlive}
	for _, o := range options {
		switch o := o.(type) {
		case codecs:
			x.codecs = o
		case codings:
			x.codings = o
		case etags:
			x.etags = true
		case keepAlive:
			x.keepAlive = time.Duration(o)
		}
	}
	return x
}

// encode makes the body of the answer, before the first byte of it leaves. An answer that flows leaves here.
func (x *wire) encode(ctx context.Context, c *operation.Call) error {
	if f, ok := c.Out.(flowing); ok {
		return f.flow(ctx, c, x)
	}
	if checked, ok := c.Out.(interface{ check() error }); ok {
		if err := checked.check(); err != nil {
			return err
		}
	}
	status, header, hasBody := represent(c.Out)
	if status < 200 || status > 299 {
		return fmt.Errorf("api: %s answers with the status %d, and 200 to 299 are those of a success", c.Operation.ID, status)
	}
	c.Status = status
	if hasBody && !x.notModified(c, header) {
		buf := buffers.Get().(*bytes.Buffer)
		buf.Reset()
		data, err := x.output.AppendJSON(buf.AvailableBuffer(), x.content(c))
		if err != nil {
			return fmt.Errorf("api: encode the answer of %s: %w", c.Operation.ID, err)
		}
		buf.Write(data)
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

// dress gives the answer the form that the client prefers, its format, its coding and the headers that say so, and returns the media type.
// It may find that the client has the answer already.
func (x *wire) dress(h http.Header, c *operation.Call) (mediaType string, err error) {
	setHeaders(h, c.ReplyHeader())
	if len(x.codecs) == 0 && len(x.codings) == 0 && !x.etags || c.Encoded == nil && c.Status != http.StatusNotModified {
		return mediaJSON, nil
	}
	x.vary(h)
	switch {
	case c.Encoded == nil:
		return "", nil
	case x.tagged(h, c):
		release(c)
		c.Status = http.StatusNotModified
		return "", nil
	}
	if mediaType, err = x.format(h, c); err != nil {
		return "", err
	}
	return mediaType, x.compress(h, c)
}

// write sends what the plan has encoded. An error is of the connection.
func (x *wire) write(w http.ResponseWriter, c *operation.Call, mediaType string, values *headerValues) error {
	if c.Encoded == nil {
		w.WriteHeader(c.Status)
		return nil
	}
	defer release(c)
	h := w.Header()
	h["Content-Type"] = values.set(1, mediaType)
	h["Content-Length"] = values.set(2, strconv.Itoa(c.Encoded.Len()))
	w.WriteHeader(c.Status)
	_, err := w.Write(c.Encoded.Bytes())
	return err
}

// format gives the body the format that the client prefers, and returns its media type.
func (x *wire) format(h http.Header, c *operation.Call) (string, error) {
	codec := x.writes(c.Request.Header, false)
	if codec == nil {
		return mediaJSON, nil
	}
	data, err := codec.FromJSON(c.Encoded.Bytes())
	if err != nil {
		return "", fmt.Errorf("api: encode the answer of %s as %s: %w", c.Operation.ID, codec.MediaType(), err)
	}
	variant(h, codec.MediaType())
	c.Encoded.Reset()
	c.Encoded.Write(data)
	return codec.MediaType(), nil
}

// compress gives the body the coding that the client prefers.
func (x *wire) compress(h http.Header, c *operation.Call) error {
	coding := x.chooses(c.Request.Header, c.Encoded.Len())
	if coding == nil || h.Get("Content-Encoding") != "" {
		return nil
	}
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	if err := coding.Encode(buf, c.Encoded.Bytes()); err != nil {
		return fmt.Errorf("api: compress the answer of %s by %s: %w", c.Operation.ID, coding.Name(), err)
	}
	release(c)
	c.Encoded = buf
	h.Set("Content-Encoding", coding.Name())
	variant(h, coding.Name())
	return nil
}

// release gives the memory of the body back.
func release(c *operation.Call) {
	if c.Encoded.Cap() <= maxKeptBuffer {
		buffers.Put(c.Encoded)
	}
	c.Encoded = nil
}

// setHeaders puts the headers of an answer into h. Cookies come on top of those that a middleware or a dependency has set.
func setHeaders(h, answer http.Header) {
	if len(answer) == 0 {
		return
	}
	cookies := h["Set-Cookie"]
	maps.Copy(h, answer)
	if more := answer["Set-Cookie"]; len(cookies) > 0 && len(more) > 0 {
		h["Set-Cookie"] = slices.Concat(cookies, more)
	}
}

// writeProblem writes what the caller may know of a failure.
func (x *wire) writeProblem(w http.ResponseWriter, c *operation.Call, err error) {
	setHeaders(w.Header(), c.ReplyHeader())
	p, ok := problem.From(err)
	if !ok {
		p = problem.Internal()
	}
	if p.Status == http.StatusRequestEntityTooLarge {
		// The rest of the body is not worth reading.
		w.Header().Set("Connection", "close")
	}
	x.sendProblem(w, c.Request, p)
}
