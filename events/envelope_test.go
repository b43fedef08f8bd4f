package events_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/events"
)

func TestHeaderValuesAreVisibleASCII(t *testing.T) {
	t.Parallel()
	for plain, want := range map[string]string{
		"":             "",
		"a-b/c:1":      "a-b/c:1",
		"a b":          "a%20b",
		`say "hi"`:     "say%20%22hi%22",
		"100%":         "100%25",
		"Zürich":       "Z%C3%BCrich",
		"a\r\nb: c":    "a%0D%0Ab:%20c",
		"\x00\x7f\xff": "%00%7F%FF",
	} {
		got := events.EncodeValue(plain)
		if got != want {
			t.Errorf("%q is %q, want %q", plain, got, want)
		}
		if back := events.DecodeValue(got); back != plain {
			t.Errorf("%q came back as %q", plain, back)
		}
	}
}

func TestWhatIsNoEscapeStaysAsItIs(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"%", "%4", "%zz", "100% sure", "%%"} {
		if got := events.DecodeValue(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestAnEncodedMessageIsACloudEvent(t *testing.T) {
	t.Parallel()
	s := newService("payments")
	p := events.Publisher(s, ordersPlaced())
	embedded(t, s)
	m, err := p.Encode(t.Context(), Order{ID: "Zürich", Seats: 1}, events.ID("1"), events.Time(time.Unix(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/payments", "ce-type": "orders.placed",
		"ce-time": "1970-01-01T00:00:00Z", "ce-partitionkey": "Z%C3%BCrich", "content-type": "application/json",
	} {
		if got := m.Headers[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if m.Topic != "orders.placed" || m.Key != "Zürich" || string(m.Data) != `{"id":"Zürich","seats":1}` {
		t.Errorf("got %+v", m)
	}
}

func TestTheBackoffDoublesUpToItsLimit(t *testing.T) {
	t.Parallel()
	const first, longest = time.Second, time.Minute
	for attempt, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second, 6: 32 * time.Second, 7: time.Minute, 100: time.Minute, 1 << 20: time.Minute,
	} {
		for range 100 {
			if got := events.BackoffDelay(first, longest, attempt, errors.New("x")); got < want/2 || got > want {
				t.Fatalf("attempt %d: %s, want %s to %s", attempt, got, want/2, want)
			}
		}
	}
	if got := events.BackoffDelay(first, longest, 5, events.Retry(3*time.Hour, nil)); got != 3*time.Hour {
		t.Errorf("a handler's own delay became %s", got)
	}
}

func FuzzHeaderValue(f *testing.F) {
	for _, s := range []string{"", "plain", "a b", "%41", "ü\r\n\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		encoded := events.EncodeValue(s)
		if strings.ContainsFunc(encoded, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			t.Errorf("%q has bytes that headers must not have", encoded)
		}
		if got := events.DecodeValue(encoded); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
		events.DecodeValue(s)
	})
}

func FuzzEnvelope(f *testing.F) {
	f.Add("1.0", "1", "/x", "application/json; charset=utf-8", "2026-11-01T12:00:00Z")
	f.Add("0.3", "", "%", "text/;", "yesterday")
	f.Fuzz(func(t *testing.T, version, id, source, media, at string) {
		m := &events.Message{Headers: map[string]string{
			"ce-specversion": version, "ce-id": id, "ce-source": source, "content-type": media, "ce-time": at,
		}}
		meta, err := events.OpenMessage(m)
		if err == nil && (meta.ID == "" || meta.Source == "") {
			t.Errorf("an event without identity was accepted: %+v", meta)
		}
	})
}
