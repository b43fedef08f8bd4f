package bookings

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
)

// PassengerList is a form with a CSV file. It is read while it arrives: nothing of it is kept but the passengers.
type PassengerList struct {
	Caller auth.Principal
	Body   api.Parts
}

// Passengers are those of a list, ready for an order.
type Passengers struct {
	Passengers []bookingsapi.Passenger `json:"passengers"`
}

// maxPassengers is how long a list may be.
const maxPassengers = 500

// rules are those of a passenger in an order.
var rules = sync.OnceValues(func() (*schema.Schema, error) {
	return schema.NewCompiler().Compile(reflect.TypeFor[bookingsapi.Passenger]())
})

// passengers reads the first file of the form.
func (h *handlers) passengers(_ context.Context, in PassengerList) (Passengers, error) {
	for part, err := range in.Body.All() {
		switch {
		case err != nil:
			return Passengers{}, err
		case part.FileName != "":
			return readPassengers(part.Content)
		}
	}
	return Passengers{}, problem.Invalid().WithViolations(problem.Violation{In: "body", Code: "required", Message: "must hold a CSV file of name,email"})
}

// readPassengers reads lines of name and email, with or without a header. Every line that is wrong is told of, by its place in the list
// that the answer would hold: the first passenger is 0, as in every JSON Pointer (RFC 6901).
func readPassengers(from io.Reader) (Passengers, error) {
	out := Passengers{Passengers: []bookingsapi.Passenger{}}
	passenger, err := rules()
	if err != nil {
		return out, err
	}
	lines := csv.NewReader(from)
	lines.FieldsPerRecord, lines.TrimLeadingSpace = 2, true
	var wrong []problem.Violation
	for first, place := true, 0; ; first = false {
		fields, err := lines.Read()
		malformed, ok := errors.AsType[*csv.ParseError](err)
		switch {
		case errors.Is(err, io.EOF):
			if len(wrong) > 0 {
				return out, problem.Invalid().WithViolations(wrong...)
			}
			return out, nil
		case ok:
			wrong = append(wrong, violation(place, "", "format", "must be a line of name,email"))
			if !errors.Is(malformed, csv.ErrFieldCount) {
				return out, problem.Invalid().WithViolations(wrong...) // where the next line begins, nobody knows
			}
			place++
			continue
		case err != nil:
			return out, err // a problem of the upload
		case first && strings.EqualFold(fields[0], "name"):
			continue
		case len(out.Passengers) == maxPassengers || len(wrong) == schema.MaxViolations:
			return out, problem.TooLarge().WithDetail("A list may have up to %d passengers.", maxPassengers)
		}
		p := bookingsapi.Passenger{Name: strings.TrimSpace(fields[0]), Email: strings.TrimSpace(fields[1])}
		for _, v := range passenger.Check(reflect.ValueOf(p)) {
			wrong = append(wrong, violation(place, v.Pointer, v.Code, v.Message))
		}
		out.Passengers = append(out.Passengers, p)
		place++
	}
}

// violation points at a passenger of the list.
func violation(place int, pointer, code, message string) problem.Violation {
	return problem.Violation{In: "body", Pointer: fmt.Sprintf("/%d%s", place, pointer), Code: code, Message: message}
}
