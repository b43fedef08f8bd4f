package orders

import (
	"strconv"
	"sync/atomic"
	"time"
)

// Order is the body of the request. The tags of Vade and Huma are the same JSON Schema keywords; validate is for the others.
type Order struct {
	Customer string `json:"customer_id" format:"uuid" validate:"uuid"`
	Currency string `json:"currency" enum:"EUR,USD,CHF" validate:"oneof=EUR USD CHF"`
	Items    []Item `json:"items" minItems:"1" maxItems:"50" validate:"min=1,max=50,dive"`
	Note     string `json:"note" maxLength:"200" validate:"max=200"`
}

// Item is one line of an order.
type Item struct {
	SKU   string `json:"sku" pattern:"^[A-Z]{3}-[0-9]{4}$" validate:"sku"`
	Qty   int    `json:"qty" minimum:"1" maximum:"100" validate:"min=1,max=100"`
	Price int64  `json:"price_cents" minimum:"0" validate:"min=0"`
}

// Receipt is the body of the answer.
type Receipt struct {
	ID      string    `json:"id"`
	Total   int64     `json:"total_cents"`
	Created time.Time `json:"created_at"`
	Items   []Item    `json:"items"`
}

// Path is where the endpoint is.
const Path = "/orders"

// Body is the order that is measured: five lines, some 360 bytes.
const Body = `{"customer_id":"6f1c2a34-9f0b-4c3d-8e21-0123456789ab","currency":"EUR","items":[` +
	`{"sku":"ABC-1234","qty":2,"price_cents":1999},{"sku":"DEF-5678","qty":1,"price_cents":4999},` +
	`{"sku":"GHI-9012","qty":10,"price_cents":99},{"sku":"JKL-3456","qty":3,"price_cents":1250},` +
	`{"sku":"MNO-7890","qty":5,"price_cents":780}],"note":"Please leave it with the neighbour."}`

// Desk gives the orders of one implementation their numbers.
type Desk struct{ last atomic.Int64 }

// Place is what the endpoint does, the same for all: it prices the order.
func (d *Desk) Place(in Order) Receipt {
	id := strconv.AppendInt(append(make([]byte, 0, 24), "ord_"...), 1_000_000+d.last.Add(1), 10)
	out := Receipt{ID: string(id), Created: time.Now().UTC(), Items: in.Items}
	for i := range in.Items {
		out.Total += int64(in.Items[i].Qty) * in.Items[i].Price
	}
	return out
}
