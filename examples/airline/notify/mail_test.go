package notify

import (
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
	m, err := mail.ReadMessage(strings.NewReader(string(compose(bookingsapi.Booking{
		ID: "b1", FlightID: "VD1-20270105", From: "ZRH", To: "LHR", Departure: time.Date(2027, 1, 5, 9, 20, 0, 0, time.UTC),
		Passengers: []bookingsapi.Passenger{{Name: name, Email: "ada@example.com"}}, Total: 10607, Currency: "EUR",
	}))))
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

func FuzzNoNameAddsAHeader(f *testing.F) {
	for _, seed := range []string{"Ada", "Ada\r\nBcc: all@example.com", "\"", "=?utf-8?q?x?=", "a\x00b", strings.Repeat("é", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		m, _, err := ticketFor(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Header) != 8 {
			t.Errorf("%q makes headers %v", name, m.Header)
		}
	})
}
