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
	var to []string
	for _, p := range b.Passengers {
		to = append(to, folded(mail.Address{Name: p.Name, Address: p.Email}))
	}
	var m bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&m, "%s: %s\r\n", name, value) }
	header("From", (&mail.Address{Name: "Vade Airline", Address: "tickets@airline.invalid"}).String())
	fmt.Fprintf(&m, "To:\r\n %s\r\n", strings.Join(to, ",\r\n "))
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

// folded writes an address over as many lines as it needs: one with encoded words has at most 76 characters (RFC 2047, section 2).
func folded(a mail.Address) string {
	name, address := a.String(), ""
	if i := strings.LastIndex(name, " <"); i >= 0 {
		name, address = name[:i], "\r\n "+name[i+1:]
	}
	return strings.ReplaceAll(name, "?= =?", "?=\r\n =?") + address
}

// printable makes a space of what could end a line, or do worse to a terminal.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}
