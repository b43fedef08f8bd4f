package events

import (
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"

	"github.com/vade-go/vade/events/driver"
)

// The headers of an event: CloudEvents 1.0 in binary content mode (NATS protocol binding, section 3.1), the partitioning
// and distributed-tracing extensions, and those of dead letters.
const (
	headerSpecVersion = "ce-specversion"
	headerID          = "ce-id"
	headerSource      = "ce-source"
	headerType        = "ce-type"
	headerTime        = "ce-time"
	headerKey         = "ce-partitionkey"
	headerContentType = "content-type"

	headerOnlyGroup    = "vade-group" // the one group that a replayed event is for
	headerDeadCause    = "vade-dead-cause"
	headerDeadAttempts = "vade-dead-attempts"
	headerDeadGroup    = "vade-dead-group"
	headerDeadTopic    = "vade-dead-topic"
	headerDeadTime     = "vade-dead-time"

	specVersion = "1.0"
	mediaJSON   = "application/json"
)

// headers are those of one message. Names are in lower case.
type headers map[string]string

// Get returns a header by its name in any case. It makes headers an operation.Header.
func (h headers) Get(name string) string { return h[strings.ToLower(name)] }

// Set sets a header, for trace contexts.
func (h headers) Set(name, value string) { h[strings.ToLower(name)] = value }

// attribute returns a CloudEvents attribute, decoded.
func (h headers) attribute(name string) string { return decodeValue(h[name]) }

// seal returns the message of an event.
func seal(m Meta, topic string, data []byte) *Message {
	h := headers{
		headerSpecVersion: specVersion,
		headerID:          encodeValue(m.ID),
		headerSource:      encodeValue(m.Source),
		headerType:        encodeValue(m.Type),
		headerTime:        m.Time.UTC().Format(time.RFC3339Nano),
		headerContentType: mediaJSON,
	}
	if m.Key != "" {
		h[headerKey] = encodeValue(m.Key)
	}
	// The specification makes id unique within its source, so both are the identity.
	return &Message{Topic: topic, ID: h[headerSource] + "/" + h[headerID], Key: m.Key, Headers: h, Data: data}
}

var (
	errNoEvent   = errors.New("no CloudEvent of version 1.0 in binary mode: it lacks ce-specversion, ce-id or ce-source")
	errMediaType = errors.New("its data is not JSON")
)

// open reads what the headers say. Ce-time is optional; a bad one is no time.
func open(m *driver.Message) (Meta, error) {
	h := headers(m.Headers)
	meta := Meta{
		ID: h.attribute(headerID), Source: h.attribute(headerSource), Type: h.attribute(headerType), Key: h.attribute(headerKey),
	}
	meta.Time, _ = time.Parse(time.RFC3339Nano, h[headerTime])
	if h[headerSpecVersion] != specVersion || meta.ID == "" || meta.Source == "" {
		return meta, errNoEvent
	}
	if text := h[headerContentType]; text != "" {
		media, _, err := mime.ParseMediaType(text)
		if err != nil || media != mediaJSON && !strings.HasSuffix(media, "+json") {
			return meta, fmt.Errorf("%w but %q", errMediaType, text)
		}
	}
	return meta, nil
}

const upperHex = "0123456789ABCDEF"

// encodeValue writes an attribute as a header value: CloudEvents HTTP binding, section 3.1.3.2, to which the NATS binding
// refers. Space, quotation mark, percent sign and all but visible ASCII are percent-encoded as UTF-8.
func encodeValue(s string) string {
	plain := func(c byte) bool { return c > ' ' && c < 0x7f && c != '"' && c != '%' }
	i := 0
	for i < len(s) && plain(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	out := make([]byte, 0, len(s)+16)
	for i := range len(s) {
		if c := s[i]; plain(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(out)
}

// decodeValue is the way back. What is no proper escape stays as it is.
func decodeValue(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			high, low := unhex(s[i+1]), unhex(s[i+2])
			if high >= 0 && low >= 0 {
				out = append(out, byte(high<<4|low))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
