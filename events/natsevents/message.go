package natsevents

import (
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/vade-go/vade/events/driver"
)

// encode returns m as NATS sends it. The server knows the header Nats-Msg-Id; everything else is the envelope's. It shares nothing
// with m, since the library may hold it for longer than the caller waits.
func encode(system string, m *driver.Message) *nats.Msg {
	msg := &nats.Msg{Subject: subjectName(system, m.Topic), Data: slices.Clone(m.Data), Header: make(nats.Header, len(m.Headers)+1)}
	for name, value := range m.Headers {
		msg.Header[name] = []string{value}
	}
	if m.ID != "" {
		msg.Header[jetstream.MsgIDHeader] = []string{m.ID}
	}
	return msg
}

// decode is the way back. Headers of the server are left out, and the names of others, which may be those of another system, are in
// lower case.
func decode(topic string, header nats.Header, data []byte) *driver.Message {
	m := &driver.Message{Topic: topic, ID: header.Get(jetstream.MsgIDHeader), Data: data, Headers: make(map[string]string, len(header))}
	for name, values := range header {
		if len(values) > 0 && !strings.HasPrefix(name, "Nats-") {
			m.Headers[strings.ToLower(name)] = values[0]
		}
	}
	return m
}
