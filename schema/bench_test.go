package schema_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/schema"
)

type lineItem struct {
	SKU        string `json:"sku" pattern:"^[A-Z]{3}-[0-9]{4}$"`
	Qty        int    `json:"qty" minimum:"1" maximum:"100"`
	PriceCents int64  `json:"price_cents" minimum:"0"`
}

type newOrder struct {
	CustomerID string     `json:"customer_id" format:"uuid"`
	Currency   string     `json:"currency" enum:"EUR,USD,GBP"`
	Items      []lineItem `json:"items" minItems:"1" maxItems:"50"`
	Note       string     `json:"note" maxLength:"200"`
}

const orderBody = `{"customer_id":"0198c5e2-7b5c-7d3e-9a51-3f2b7c1d4e5f","currency":"EUR","items":[` +
	`{"sku":"ABC-1234","qty":1,"price_cents":1999},{"sku":"ABD-1234","qty":2,"price_cents":2999},` +
	`{"sku":"XYZ-0001","qty":3,"price_cents":199},{"sku":"QQQ-9999","qty":50,"price_cents":0},` +
	`{"sku":"LMN-4567","qty":100,"price_cents":123456}],"note":"please leave it with the neighbour, the dog is friendly"}`

func BenchmarkDecodeAndValidate(b *testing.B) {
	s := compile[newOrder](b)
	data := []byte(orderBody)
	b.ReportAllocs()
	for b.Loop() {
		var order newOrder
		if found, err := s.Decode(data, reflect.ValueOf(&order).Elem()); err != nil || found != nil {
			b.Fatal(found, err)
		}
	}
}

// BenchmarkPlainUnmarshal is the bar: the same struct from the same bytes without any validation.
func BenchmarkPlainUnmarshal(b *testing.B) {
	data := []byte(orderBody)
	b.ReportAllocs()
	for b.Loop() {
		var order newOrder
		if err := json.Unmarshal(data, &order, json.RejectUnknownMembers(true)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	s := compile[newOrder](b)
	var order newOrder
	if err := json.Unmarshal([]byte(orderBody), &order); err != nil {
		b.Fatal(err)
	}
	v := reflect.ValueOf(&order).Elem()
	b.ReportAllocs()
	for b.Loop() {
		if found := s.Check(v); found != nil {
			b.Fatal(found)
		}
	}
}

func BenchmarkDecodeText(b *testing.B) {
	s, err := schema.NewCompiler().Field(reflect.TypeFor[lineItem]().Field(1))
	if err != nil {
		b.Fatal(err)
	}
	values := []string{"42"}
	var qty int
	v := reflect.ValueOf(&qty).Elem()
	b.ReportAllocs()
	for b.Loop() {
		if found := s.DecodeText(values, v); found != nil {
			b.Fatal(found)
		}
	}
}

// BenchmarkNestedUnions is the worst that a client can do to a union: cases within cases, each with its discriminator last.
func BenchmarkNestedUnions(b *testing.B) {
	s := compile[anyPayment](b)
	const levels = 60
	text := strings.Repeat(`{"with":`, levels) + `{"iban":"DE1","extra":[` + strings.Repeat("1,", 1<<19) + `1],"kind":"transfer"}` +
		strings.Repeat(`,"by":"a","kind":"promise"}`, levels)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var p anyPayment
		if found, err := s.Decode([]byte(text), reflect.ValueOf(&p).Elem()); err != nil || len(found) != 1 {
			b.Fatal(found, err)
		}
	}
}
