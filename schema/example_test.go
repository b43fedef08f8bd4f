package schema_test

import (
	"fmt"
	"reflect"

	"github.com/vade-go/vade/schema"
)

type Passenger struct {
	Name string             `json:"name" minLength:"1" maxLength:"80" doc:"As in the passport."`
	Seat schema.Opt[string] `json:"seat,omitzero" pattern:"^[0-9]{1,2}[A-K]$"`
}

type NewBooking struct {
	FlightID   string      `json:"flight_id" format:"uuid"`
	Class      string      `json:"class" enum:"economy,business" default:"economy"`
	Passengers []Passenger `json:"passengers" minItems:"1" maxItems:"9"`
}

func Example() {
	s, err := schema.NewCompiler().Compile(reflect.TypeFor[NewBooking]())
	if err != nil {
		fmt.Println(err)
		return
	}

	var booking NewBooking
	body := []byte(`{"flight_id": "VD7", "passengers": [{"name": "", "seat": "31Z"}, {"nmae": "Ada"}]}`)
	violations, err := s.Decode(body, reflect.ValueOf(&booking).Elem())
	if err != nil {
		fmt.Println(err) // malformed JSON
		return
	}
	for _, v := range violations {
		fmt.Printf("%-20s %-11s %s\n", v.Pointer, v.Code, v.Message)
	}
	// Output:
	// /flight_id           format      must be a UUID as in RFC 9562
	// /passengers/0/name   min-length  must have at least 1 character
	// /passengers/0/seat   pattern     must match the pattern ^[0-9]{1,2}[A-K]$
	// /passengers/1/nmae   unknown     is not a known member
	// /passengers/1/name   required    is required
}

func ExampleSchema_JSON() {
	s, err := schema.NewCompiler().Compile(reflect.TypeFor[NewBooking]())
	if err != nil {
		fmt.Println(err)
		return
	}
	var definitions schema.Definitions
	fmt.Println(s.JSON(&definitions))
	for name, definition := range definitions.All() {
		fmt.Println(name, definition)
	}
	// Output:
	// {"$ref":"#/schemas/NewBooking"}
	// NewBooking {"type":"object","properties":{"flight_id":{"type":"string","format":"uuid"},"class":{"type":"string","enum":["economy","business"],"default":"economy"},"passengers":{"type":"array","items":{"$ref":"#/schemas/Passenger"},"minItems":1,"maxItems":9}},"required":["flight_id","passengers"],"additionalProperties":false}
	// Passenger {"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":80,"description":"As in the passport."},"seat":{"type":"string","pattern":"^[0-9]{1,2}[A-K]$"}},"required":["name"],"additionalProperties":false}
}

// Method is how something is paid.
type Method interface{ method() }

type Card struct {
	Number string `json:"number" pattern:"^[0-9]{4}$"`
}

type Voucher struct {
	Code string `json:"code" minLength:"1"`
}

func (Card) method()    {}
func (Voucher) method() {}

// Methods lists what a Method can be.
type Methods struct{}

func (Methods) Cases() (discriminator string, cases []schema.Case) {
	return "kind", []schema.Case{schema.CaseOf[Card]("card"), schema.CaseOf[Voucher]("voucher")}
}

func ExampleUnion() {
	type Payment = schema.Union[Method, Methods]
	s, err := schema.NewCompiler().Compile(reflect.TypeFor[[]Payment]())
	if err != nil {
		fmt.Println(err)
		return
	}
	var payments []Payment
	body := `[{"kind":"voucher","code":"SUMMER"},{"number":"4242","kind":"card"}]`
	if _, err := s.Decode([]byte(body), reflect.ValueOf(&payments).Elem()); err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range payments {
		switch m := p.Value.(type) {
		case Card:
			fmt.Println("card", m.Number)
		case Voucher:
			fmt.Println("voucher", m.Code)
		}
	}
	violations, _ := s.Decode([]byte(`[{"kind":"cash"},{"kind":"card","number":"1"}]`), reflect.ValueOf(&payments).Elem())
	for _, v := range violations {
		fmt.Println(v.Pointer, v.Code, v.Message)
	}
	// Output:
	// voucher SUMMER
	// card 4242
	// /0/kind enum must be one of card, voucher
	// /1/number pattern must match the pattern ^[0-9]{4}$
}
