package schema_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/schema"
)

// payment is what a bill is paid with: a card, a transfer, or a promise that somebody else pays.
type payment interface{ payment() }

type card struct {
	Number string `json:"number" pattern:"^[0-9]{4}$"`
	Name   string `json:"name,omitzero"`
}

type transfer struct {
	IBAN string `json:"iban" minLength:"2"`
}

type promise struct {
	By   string                             `json:"by"`
	With schema.Union[payment, paymentKind] `json:"with"`
}

type cash struct{}

func (card) payment()     {}
func (transfer) payment() {}
func (promise) payment()  {}
func (cash) payment()     {}

// Validate has a rule that no tag can express.
func (c card) Validate(context.Context) error {
	if c.Number == "1313" {
		return schema.Violation{Pointer: "/number", Code: "stolen", Message: "must not be stolen"}
	}
	return nil
}

type paymentKind struct{}

func (paymentKind) Cases() (string, []schema.Case) {
	return "kind", []schema.Case{
		schema.CaseOf[card]("card"), schema.CaseOf[transfer]("transfer"), schema.CaseOf[promise]("promise"), schema.CaseOf[cash]("cash"),
	}
}

type anyPayment = schema.Union[payment, paymentKind]

type bill struct {
	Cents int                     `json:"cents" minimum:"1"`
	Pay   anyPayment              `json:"pay"`
	Tips  []anyPayment            `json:"tips" maxItems:"2"`
	Back  schema.Opt[anyPayment]  `json:"back,omitzero"`
	Spare schema.Null[anyPayment] `json:"spare,omitzero"`
}

func billSeeds() []string {
	return []string{
		`{"cents":1,"pay":{"kind":"card","number":"1234"},"tips":[{"iban":"DE1","kind":"transfer"}],"spare":null}`,
		`{"cents":1,"pay":{"kind":"promise","by":"ada","with":{"kind":"promise","by":"bob","with":{"kind":"cash"}}},"tips":[],"back":{"kind":"cash"}}`,
		`{"cents":1,"pay":{"kind":"one"},"tips":[{"number":"1234"},{"kind":7},1]}`,
	}
}

func paid(p payment) anyPayment { return anyPayment{Value: p} }

func TestTheDiscriminatorTellsTheCasesApart(t *testing.T) {
	t.Parallel()
	cases := map[string]bill{
		`{"cents":1,"pay":{"kind":"card","number":"1234"},"tips":[]}`: {Cents: 1, Pay: paid(card{Number: "1234"}), Tips: []anyPayment{}},
		`{"cents":1,"pay":{"kind":"promise","by":"ada","with":{"kind":"cash"}},"tips":[{"kind":"transfer","iban":"DE1"}],"spare":{"kind":"cash"}}`: {
			Cents: 1, Pay: paid(promise{By: "ada", With: paid(cash{})}), Tips: []anyPayment{paid(transfer{IBAN: "DE1"})},
			Spare: schema.NotNull(paid(cash{})),
		},
	}
	for data, want := range cases {
		got, found := decode[bill](t, data)
		if found != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Decode(%s) = %+v, %v", data, got, found)
		}
		var again bill
		if err := json.Unmarshal([]byte(data), &again, schema.JSONOptions()); err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("Unmarshal(%s) = %+v, %v", data, again, err)
		}
		written, err := json.Marshal(want, schema.JSONOptions())
		if err != nil || string(written) != data {
			t.Errorf("Marshal(%+v) = %s, %v; want %s", want, written, err, data)
		}
	}
}

func TestTheDiscriminatorMayStandAnywhere(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`{"kind":"card","number":"1234","name":"Ada"}`, `{ "number" : "1234" , "kind" : "card" , "name" : "Ada" }`,
		`{"number":"1234","name":"Ada","\u006bind":"c\u0061rd"}`,
	} {
		if got, found := decode[anyPayment](t, data); found != nil || got.Value != (card{Number: "1234", Name: "Ada"}) {
			t.Errorf("%s: %+v, %v", data, got, found)
		}
	}
}

func TestViolationsInsideOfAUnionHaveTheirPlace(t *testing.T) {
	t.Parallel()
	for data, want := range map[string][]string{
		`{"cents":0,"pay":{"kind":"card","number":"x"},"tips":[]}`:                                 {"/cents minimum", "/pay/number pattern"},
		`{"cents":1,"pay":{"number":"1234"},"tips":[{"kind":"gold"},{"kind":null}]}`:               {"/pay/kind required", "/tips/0/kind enum", "/tips/1/kind type"},
		`{"cents":1,"pay":7,"tips":[{"kind":"cash","iban":"DE1"},{"kind":"transfer","iban":"D"}]}`: {"/pay type", "/tips/0/iban unknown", "/tips/1/iban min-length"},
		`{"cents":1,"pay":{"kind":"promise","by":"x","with":{"kind":"card"}},"tips":[]}`:           {"/pay/with/number required"},
		`{"cents":1,"pay":null,"tips":[],"back":null}`:                                             {"/pay type", "/back type"},
	} {
		if _, found := decode[bill](t, data); !slices.Equal(codes(found), want) {
			t.Errorf("%s: %v, want %q", data, found, want)
		}
	}
}

func TestWithinManyUnionsTheDiscriminatorComesFirst(t *testing.T) {
	t.Parallel()
	nested := func(levels int, before, after string) string {
		return strings.Repeat(`{`+before+`"with":`, levels) + `{"kind":"cash"}` + strings.Repeat(`,"by":"a"`+after+`}`, levels)
	}
	if _, found := decode[anyPayment](t, nested(60, ` "kind" : "promise",`, "")); found != nil {
		t.Errorf("first: %v", found)
	}
	if _, found := decode[anyPayment](t, nested(8, "", `,"kind":"promise"`)); found != nil {
		t.Errorf("last, within few: %v", found)
	}
	want := strings.Repeat("/with", 8) + "/kind depth"
	if _, found := decode[anyPayment](t, nested(60, "", `,"kind":"promise"`)); !slices.Equal(codes(found), []string{want}) {
		t.Errorf("last, within many: %v", found)
	}
}

func TestOfAnUnknownCaseTheDiscriminatorIsAllThatIsWrong(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`{"kind":"gold","karat":{"a":[1]},"b":2}`: "/kind enum", `{"karat":1,"kind":"gold"}`: "/kind enum", `{"kind":{"a":1},"b":2}`: "/kind type",
		`{"b":2,"kind":[1]}`: "/kind type", `{"kind":"gold"}`: "/kind enum",
	} {
		if _, found := decode[anyPayment](t, data); !slices.Equal(codes(found), []string{want}) {
			t.Errorf("%s: %v", data, found)
		}
	}
}

func TestWhatIsMalformedInsideOfAUnionIsMalformed(t *testing.T) {
	t.Parallel()
	s := compile[bill](t)
	for _, pay := range []string{
		`{"kind":"card","number":"1","number":"1"}`, `{"kind":"cash","kind":"cash"}`, `{"kind":"promise","with":{"a":1,"a":1}}`,
		`{"kind":"gold","a":1,"a":2}`, `{"kind":"gold","a":{"b":1,"b":2}}`, `{"kind":{"a":1,"a":2}}`, `{"b":1,"kind":{"a":1,"a":2}}`,
		`{"kind":"gold","a":1,"\u006bind":2}`, `{"kind":"card","number":"1234","\u006bind":"card"}`, `{"kind":"card",}`, `{"kind"}`, `{"kind":"card"`, `{"x":` + strings.Repeat(`[`, 100),
	} {
		var b bill
		found, err := s.Decode([]byte(`{"cents":1,"tips":[],"pay":`+pay+`}`), reflect.ValueOf(&b).Elem())
		if syntax := (*schema.SyntaxError)(nil); !errors.As(err, &syntax) || found != nil {
			t.Errorf("%s: %v, %v", pay, found, err)
		}
	}
}

func TestATypedUnionIsHeldToTheRulesOfItsCase(t *testing.T) {
	t.Parallel()
	s := compile[bill](t)
	for want, b := range map[string]bill{
		"/pay required":             {Cents: 1},
		"/pay type":                 {Cents: 1, Pay: paid(&card{})},
		"/pay/number pattern":       {Cents: 1, Pay: paid(card{Number: "x"})},
		"/pay/with/iban min-length": {Cents: 1, Pay: paid(promise{With: paid(transfer{})})},
		"/tips/1 required":          {Cents: 1, Pay: paid(cash{}), Tips: []anyPayment{paid(cash{}), {}}},
		"":                          {Cents: 1, Pay: paid(cash{})},
	} {
		if found := s.Check(reflect.ValueOf(b)); strings.Join(codes(found), ", ") != want {
			t.Errorf("want %q, got %v", want, found)
		}
	}
	stolen := bill{Pay: paid(promise{With: paid(card{Number: "1313"})}), Tips: []anyPayment{{}, paid(card{Number: "1313"})}}
	if got := codes(s.Validate(t.Context(), reflect.ValueOf(stolen))); !slices.Equal(got, []string{"/pay/with/number stolen", "/tips/1/number stolen"}) {
		t.Errorf("Validate: %q", got)
	}
}

func TestAUnionWithoutAValueOfItsCasesIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, u := range []anyPayment{{}, paid(&card{}), paid(promise{})} {
		if data, err := json.Marshal(u, schema.JSONOptions()); err == nil {
			t.Errorf("%+v is written as %s", u, data)
		}
	}
	for _, data := range []string{`null`, `7`, `{}`, `{"kind":"gold"}`, `{"kind":1}`, `{"kind":"card","number":7}`} {
		if err := json.Unmarshal([]byte(data), new(anyPayment), schema.JSONOptions()); err == nil {
			t.Errorf("%s is read", data)
		}
	}
}

type noCases struct{}

func (noCases) Cases() (string, []schema.Case) { return "kind", nil }

type badCases struct{}

func (badCases) Cases() (string, []schema.Case) {
	return "number", []schema.Case{
		schema.CaseOf[card]("card"), schema.CaseOf[card]("card"), schema.CaseOf[transfer](""), schema.CaseOf[*cash]("pointer"),
		schema.CaseOf[lineItem]("stranger"), {},
	}
}

type hiddenCases struct{}

func (hiddenCases) Cases() (string, []schema.Case) {
	return "number", []schema.Case{schema.CaseOf[card]("card")}
}

type (
	notedPayment  struct{ anyPaymentWithNote }
	hiddenPayment struct {
		*schema.Union[payment, paymentKind]
	}

	anyPaymentWithNote struct {
		schema.Union[payment, paymentKind]
		Note string `json:"note"`
	}
)

func TestMistakesInAUnionAreAllReported(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ  reflect.Type
		says []string
	}{
		{reflect.TypeFor[schema.Union[payment, noCases]](), []string{"has no cases"}},
		{reflect.TypeFor[schema.Union[int, paymentKind]](), []string{"int is none"}},
		{reflect.TypeFor[schema.Union[payment, hiddenCases]](), []string{`has a member "number", which is the discriminator`}},
		{reflect.TypeFor[schema.Union[payment, badCases]](), []string{
			`two cases called "card"`, "has no name", `the case "pointer" is *schema_test.cash, not a struct that is an object in JSON`, "does not implement", "are made with CaseOf",
		}},
		{reflect.TypeFor[anyPaymentWithNote](), []string{"embeds a union"}},
		{reflect.TypeFor[notedPayment](), []string{"embeds a union"}},
		{reflect.TypeFor[hiddenPayment](), []string{"embeds a union"}},
		{reflect.TypeFor[schema.Union[payment, schema.Discriminated]](), []string{"has no cases"}},
	} {
		_, err := schema.NewCompiler().Compile(c.typ)
		for _, want := range c.says {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %v does not say %q", c.typ, err, want)
			}
		}
	}
}

func TestTheCasesOfAUnionMayBeListedByAPointer(t *testing.T) {
	t.Parallel()
	got, found := decode[schema.Union[payment, *paymentKind]](t, `{"kind":"cash"}`)
	if got.Value != (cash{}) || found != nil {
		t.Errorf("got %v, %v", got, found)
	}
}

func TestAUnionIsDescribedByItsCasesAndTheirDiscriminator(t *testing.T) {
	t.Parallel()
	var d schema.Definitions
	if root := compile[anyPayment](t).JSON(&d); string(root) != `{"$ref":"#/schemas/payment"}` {
		t.Errorf("got %s", root)
	}
	want := map[string]string{
		"payment": `{"oneOf":[{"$ref":"#/schemas/paymentCard"},{"$ref":"#/schemas/paymentTransfer"},{"$ref":"#/schemas/paymentPromise"},` +
			`{"$ref":"#/schemas/paymentCash"}],"discriminator":{"propertyName":"kind","mapping":{"card":"#/schemas/paymentCard",` +
			`"cash":"#/schemas/paymentCash","promise":"#/schemas/paymentPromise","transfer":"#/schemas/paymentTransfer"}}}`,
		"paymentCard": `{"type":"object","properties":{"kind":{"type":"string","const":"card"},"number":{"type":"string","pattern":"^[0-9]{4}$"},` +
			`"name":{"type":"string"}},"required":["kind","number"],"additionalProperties":false}`,
		"paymentTransfer": `{"type":"object","properties":{"kind":{"type":"string","const":"transfer"},"iban":{"type":"string","minLength":2}},` +
			`"required":["kind","iban"],"additionalProperties":false}`,
		"paymentPromise": `{"type":"object","properties":{"kind":{"type":"string","const":"promise"},"by":{"type":"string"},` +
			`"with":{"$ref":"#/schemas/payment"}},"required":["kind","by","with"],"additionalProperties":false}`,
		"paymentCash": `{"type":"object","properties":{"kind":{"type":"string","const":"cash"}},"required":["kind"],"additionalProperties":false}`,
	}
	for name, got := range d.All() {
		if string(got) != want[name] {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want[name])
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s is not defined", name)
	}
}
