package notify

import (
	"bytes"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
)

// compose writes the ticket of a booking as a message (RFC 5322) in quoted-printable UTF-8 (RFC 2045). Everything that a
// traveller typed is encoded, so no name can add a header.
func compose(b bookingsapi.Booking) []byte {
	var m bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&m, "%s: %s\r\n", name, value) }
	header("From", (&mail.Address{Name: "Vade Airline", Address: "tickets@airline.invalid"}).String())
	header("To", recipients(b.Passengers))
	header("Subject", mime.QEncoding.Encode("utf-8", fmt.Sprintf("Your ticket %s to %s on %s", b.From, b.To, b.Departure.Format(time.DateOnly))))
	header("Date", b.Created.Format(time.RFC1123Z))
	header("Message-ID", "<"+b.ID+"@airline.invalid>")
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "quoted-printable")
	m.WriteString("\r\n")
	w := quotedprintable.NewWriter(&m)
	fmt.Fprintf(w, "Booking %s is confirmed.\r\n\r\nFlight %s from %s to %s, departing %s.\r\n\r\n",
		b.ID, b.FlightID, b.From, b.To, b.Departure.Format("Monday, 2 January 2006, 15:04 MST"))
	for _, p := range b.Passengers {
		fmt.Fprintf(w, "  %s\r\n", strings.Map(printable, p.Name))
	}
	fmt.Fprintf(w, "\r\nPaid: %d.%02d %s\r\n", b.Total/100, b.Total%100, b.Currency)
	_ = w.Close() // a bytes.Buffer takes everything
	return m.Bytes()
}

// line is the most characters of a line with encoded words (RFC 2047, section 2).
const line = 76

// recipients writes addresses over as many lines as they need. A line is broken between words only.
func recipients(passengers []bookingsapi.Passenger) string {
	var words []string
	for i, p := range passengers {
		address := (&mail.Address{Name: p.Name, Address: p.Email}).String()
		if at := strings.LastIndex(address, " <"); at >= 0 {
			words = append(words, strings.SplitAfter(address[:at], "?= ")...) // a long name is several encoded words
			address = address[at+1:]
		}
		words = append(words, address)
		if i < len(passengers)-1 {
			words[len(words)-1] += ","
		}
	}
	var b strings.Builder
	used := len("To:")
	for _, word := range words {
		word = strings.TrimSuffix(word, " ")
		switch {
		case used+1+len(word) > line:
			b.WriteString("\r\n ")
			used = 0
		case b.Len() > 0:
			b.WriteString(" ")
		}
		b.WriteString(word)
		used += 1 + len(word)
	}
	return b.String()
}

// printable makes a space of what could end a line, or do worse to a terminal.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}
