package api

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"time"
	"unicode/utf8"
)

// maxEvent is the longest event, in bytes, that a caller takes from another process.
const maxEvent = 1 << 20

var (
	errLongEvent = errors.New("api: an event is too long")
	errNoUTF8    = errors.New("api: an event is not in UTF-8")
)

// eventReader reads server-sent events by the rules of the HTML standard, section 9.2.6 (Interpreting an event stream).
type eventReader struct {
	in    *bufio.Reader
	first bool // nothing was read yet
	cr    bool // the last line ended with a carriage return; a line feed behind it belongs to that

	lastID string
	retry  time.Duration
}

// rawEvent is one event with its data as it came.
type rawEvent struct {
	id, name string
	retry    time.Duration // as last set by the stream
	data     []byte
}

func newEventReader(r io.Reader) *eventReader {
	return &eventReader{in: bufio.NewReader(r), first: true}
}

// next returns the next event with data, or nil at the end of the stream. An event that the end cuts off is none.
func (r *eventReader) next() (*rawEvent, error) {
	e := new(rawEvent)
	var data []byte
	got := false
	for size := 0; ; {
		line, err := r.line()
		if errors.Is(err, io.EOF) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		if size += len(line); size > maxEvent {
			return nil, errLongEvent
		}
		if len(line) == 0 {
			if !got { // nothing to dispatch: its type is forgotten
				e.name, size = "", 0
				continue
			}
			e.id, e.retry, e.data = r.lastID, r.retry, bytes.TrimSuffix(data, []byte("\n"))
			return e, nil
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "data":
			data, got = append(append(data, value...), '\n'), true
		case "event":
			e.name = string(value)
		case "id":
			if bytes.IndexByte(value, 0) < 0 {
				r.lastID = string(value)
			}
		case "retry":
			if ms, err := strconv.ParseUint(string(value), 10, 31); err == nil && value[0] != '+' {
				r.retry = time.Duration(ms) * time.Millisecond
			}
		}
	}
}

// line returns a line without its end, which is CR, LF or both. It is read as it comes: an event must not wait for the byte behind it.
func (r *eventReader) line() ([]byte, error) {
	var line []byte
	for {
		b, err := r.in.ReadByte()
		if err != nil {
			return nil, err
		}
		after := r.cr
		r.cr = false
		switch {
		case b == '\n' && after:
			continue
		case b == '\r' || b == '\n':
			r.cr = b == '\r'
			if r.first {
				r.first = false
				line = bytes.TrimPrefix(line, []byte("\uFEFF"))
			}
			if !utf8.Valid(line) {
				return nil, errNoUTF8
			}
			return line, nil
		case len(line) >= maxEvent:
			return nil, errLongEvent
		}
		line = append(line, b)
	}
}
