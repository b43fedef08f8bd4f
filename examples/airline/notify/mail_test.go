package notify

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
)

func ticketFor(name string) (*mail.Message, string, error) {
	text := compose(bookingsapi.Booking{
		ID: "b1", FlightID: "VD1-20270105", From: "ZRH", To: "LHR", Departure: time.Date(2027, 1, 5, 9, 20, 0, 0, time.UTC),
		Passengers: []bookingsapi.Passenger{{Name: name, Email: "ada@example.com"}}, Total: 10607, Currency: "EUR",
	})
	for line := range strings.SplitSeq(string(text), "\r\n") {
		if len(line) > 998 || strings.Contains(line, "=?") && len(line) > 76 {
			return nil, "", fmt.Errorf("a line of %d characters: %s", len(line), line)
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	return m, string(body), err
}

func TestATicketIsAMessageThatMailProgramsRead(t *testing.T) {
	t.Parallel()
	m, body, err := ticketFor("Zoë Müller")
	if err != nil {
		t.Fatal(err)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != "Zoë Müller" || to[0].Address != "ada@example.com" {
		t.Errorf("To: %v, %v", to, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "Your ticket ZRH to LHR on 2027-01-05" {
		t.Errorf("Subject: %q, %v", subject, err)
	}
	for _, part := range []string{"Zoë Müller", "VD1-20270105", "106.07 EUR", "5 January 2027"} {
		if !strings.Contains(body, part) {
			t.Errorf("the text does not say %q:\n%s", part, body)
		}
	}
}

func TestALineIsBrokenOnlyWhereItIsTooLong(t *testing.T) {
	t.Parallel()
	text := string(compose(bookingsapi.Booking{Passengers: []bookingsapi.Passenger{
		{Name: "Ada Lovelace", Email: "ada@example.com"},
		{Name: "Charles Babbage", Email: "charles@example.com"},
	}}))
	want := "To: \"Ada Lovelace\" <ada@example.com>, \"Charles Babbage\"\r\n <charles@example.com>\r\n"
	if !strings.Contains(text, want) {
		t.Errorf("got %q, want %q", text, want)
	}
}

func FuzzNoNameAddsAHeader(f *testing.F) {
	for _, seed := range []string{"Ada", "Ada\r\nBcc: all@example.com", "\"", "=?utf-8?q?x?=", "a\x00b", strings.Repeat("é", 100), strings.Repeat("🛫", 100), strings.Repeat("\xbb", 21), "Ada\r\n\r\nPaid: 0.00 EUR"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if long := []rune(name); len(long) > 100 {
			name = string(long[:100]) // the contract takes no more
		}
		m, text, err := ticketFor(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Header) != 8 || strings.Count(text, "\n") != 7 || strings.ContainsRune(text, 0) {
			t.Errorf("%q makes headers %v and the text %q", name, m.Header, text)
		}
	})
}
