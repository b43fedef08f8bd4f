package schema_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/schema"
)

func TestCheckHoldsTypedValuesToTheSameRules(t *testing.T) {
	t.Parallel()
	order := newOrder{CustomerID: "42", Currency: "eur", Items: []lineItem{{SKU: "abc", Qty: 101, PriceCents: -1}}}
	want := []string{"/customer_id format", "/currency enum", "/items/0/sku pattern", "/items/0/qty maximum", "/items/0/price_cents minimum"}
	if got := codes(compile[newOrder](t).Check(reflect.ValueOf(order))); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	changes := patch{Note: schema.Some("long"), Limit: schema.NotNull(4), Items: schema.Some(make([]lineItem, 3)), Page: 1}
	got := codes(compile[patch](t).Check(reflect.ValueOf(changes)))
	if want := "/note max-length"; !slices.Contains(got, want) || !slices.Contains(got, "/limit enum") || !slices.Contains(got, "/items max-items") {
		t.Errorf("got %q", got)
	}
}

func TestCheckRefusesNumbersWithoutAJSONForm(t *testing.T) {
	t.Parallel()
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := codes(compile[[]float64](t).Check(reflect.ValueOf([]float64{f}))); !slices.Equal(got, []string{"/0 type"}) {
			t.Errorf("%v: %q", f, got)
		}
	}
}

func TestCheckRefusesTimesWithoutATextForm(t *testing.T) {
	t.Parallel()
	farZone := time.FixedZone("", 24*60*60)
	for _, at := range []time.Time{time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 1, 1, 0, 0, 0, 0, farZone)} {
		if got := codes(compile[[]time.Time](t).Check(reflect.ValueOf([]time.Time{{}, at}))); !slices.Equal(got, []string{"/1 format"}) {
			t.Errorf("%v: %q", at, got)
		}
	}
}

func TestCheckRefusesTextsThatAreNotUTF8(t *testing.T) {
	t.Parallel()
	value := map[string]string{"caf\xe9": "open", "name": "caf\xe9"}
	if got := codes(compile[map[string]string](t).Check(reflect.ValueOf(value))); !slices.Equal(got, []string{"/caf\xe9 encoding", "/name encoding"}) {
		t.Errorf("got %q", got)
	}
}

type Place struct {
	City string             `json:"city"`
	Zip  schema.Opt[string] `json:"zip,omitzero"`
}

func TestCheckMissesTheMembersOfAnEmbeddedPointerThatIsNil(t *testing.T) {
	t.Parallel()
	type shop struct {
		*Place
		Name string `json:"name"`
	}
	_, found := decode[shop](t, `{"name":"n"}`)
	if got, want := codes(compile[shop](t).Check(reflect.ValueOf(shop{Name: "n"}))), codes(found); len(want) != 1 || !slices.Equal(got, want) {
		t.Errorf("Check: %q, Decode: %q", got, want)
	}
	if found := compile[shop](t).Check(reflect.ValueOf(shop{Place: &Place{}})); found != nil {
		t.Error(found)
	}
}

func TestCheckStopsAtCycles(t *testing.T) {
	t.Parallel()
	type node struct {
		Next *node `json:"next"`
	}
	loop := new(node)
	loop.Next = loop
	s := compile[*node](t)
	found := s.Check(reflect.ValueOf(loop))
	if len(found) != 1 || found[0].Code != schema.CodeDepth {
		t.Errorf("%v", found)
	}
	deepest := (*node)(nil)
	for range schema.MaxDepth {
		deepest = &node{deepest}
	}
	if found := s.Check(reflect.ValueOf(deepest)); found != nil {
		t.Errorf("%d levels are refused, and Decode takes them: %v", schema.MaxDepth, found)
	}
	if found := s.Check(reflect.ValueOf(&node{deepest})); len(found) != 1 {
		t.Errorf("%d levels pass: %v", schema.MaxDepth+1, found)
	}
}

func TestConstraintsOnTextTypesHoldForTheirText(t *testing.T) {
	t.Parallel()
	type peer struct {
		Addr netip.Addr `json:"addr" pattern:"^10\\."`
	}
	_, found := decode[peer](t, `{"addr":"192.168.0.1"}`)
	if !slices.Equal(codes(found), []string{"/addr pattern"}) {
		t.Errorf("Decode: %v", found)
	}
	found = compile[peer](t).Check(reflect.ValueOf(peer{netip.MustParseAddr("192.168.0.1")}))
	if !slices.Equal(codes(found), []string{"/addr pattern"}) {
		t.Errorf("Check: %v", found)
	}
}

// leg and journey validate themselves, one by pointer and one by value.
type leg struct {
	From string `json:"from"`
	To   string `json:"to"`
}

func (l *leg) Validate(context.Context) error {
	if l.From == l.To {
		return schema.Violation{Pointer: "/to", Code: "round-trip", Message: "must differ from /from"}
	}
	return nil
}

type journey struct {
	Legs   []leg           `json:"legs"`
	ByName map[string]*leg `json:"by_name"`
	Extra  schema.Opt[leg] `json:"extra,omitzero"`
	Plain  lineItem        `json:"plain"`
	Next   *journey        `json:"next"`
}

var errTooLong = errors.New("must have at most two legs")

func (j journey) Validate(ctx context.Context) error {
	if ctx == nil || len(j.Legs) > 2 {
		return errTooLong
	}
	if len(j.Legs) == 0 {
		return fmt.Errorf("journey: %w", schema.Violations{{Pointer: "/legs", Code: "none", Message: "m"}, {Code: "empty", Message: "m"}})
	}
	return nil
}

func TestValidateMethodsAreCalledFromTheInsideOut(t *testing.T) {
	t.Parallel()
	same, fine := leg{"VIE", "VIE"}, leg{"VIE", "JFK"}
	value := journey{
		Legs:   []leg{fine, same, fine},
		ByName: map[string]*leg{"b": &same, "a/": &same, "nil": nil},
		Extra:  schema.Some(same),
		Next:   &journey{},
	}
	want := []string{"/legs/1/to round-trip", "/by_name/a~1/to round-trip", "/by_name/b/to round-trip", "/extra/to round-trip",
		"/next/legs none", "/next empty", " custom"}
	s := compile[journey](t)
	for name, v := range map[string]reflect.Value{"addressable": reflect.ValueOf(&value).Elem(), "copied": reflect.ValueOf(value)} {
		if got := codes(s.Validate(t.Context(), v)); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, want)
		}
	}
}

// seat is a text that validates itself.
type seat string

func (s seat) Validate(context.Context) error {
	if s == "13A" {
		return schema.Violation{Code: "unlucky", Message: "m"}
	}
	return nil
}

func TestValidateGoesAsDeepAsDecode(t *testing.T) {
	t.Parallel()
	type row struct {
		Seat seat `json:"seat"`
		Next *row `json:"next"`
	}
	deepest := &row{Seat: "13A"}
	for range schema.MaxDepth - 1 {
		deepest = &row{"1A", deepest}
	}
	s := compile[*row](t)
	if found := s.Check(reflect.ValueOf(deepest)); found != nil {
		t.Fatal(found)
	}
	want := []string{strings.Repeat("/next", schema.MaxDepth-1) + "/seat unlucky"}
	if got := codes(s.Validate(t.Context(), reflect.ValueOf(deepest))); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	loop := new(row)
	loop.Next = loop
	if found := s.Validate(t.Context(), reflect.ValueOf(loop)); len(found) != 1 || found[0].Code != schema.CodeDepth {
		t.Errorf("%v", found)
	}
}

func TestValidateCostsNothingWhereNoTypeHasTheMethod(t *testing.T) {
	s := compile[newOrder](t)
	v := reflect.ValueOf(&newOrder{Items: make([]lineItem, 100)}).Elem()
	if got := testing.AllocsPerRun(10, func() {
		if found := s.Validate(context.Background(), v); found != nil {
			t.Fatal(found)
		}
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
