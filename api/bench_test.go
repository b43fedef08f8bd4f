package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

// The order of the comparison in the project's notes: 360 bytes in, some 355 out.
type benchOrder struct {
	Customer string      `json:"customer_id" format:"uuid"`
	Currency string      `json:"currency" enum:"EUR,USD,CHF"`
	Items    []benchItem `json:"items" minItems:"1" maxItems:"50"`
	Note     string      `json:"note" maxLength:"200"`
}

type benchItem struct {
	SKU   string `json:"sku" pattern:"^[A-Z]{3}-[0-9]{4}$"`
	Qty   int    `json:"qty" minimum:"1" maximum:"100"`
	Price int64  `json:"price_cents" minimum:"0"`
}

type benchReceipt struct {
	ID    string      `json:"id"`
	Total int64       `json:"total_cents"`
	Items []benchItem `json:"items"`
}

const benchBody = `{"customer_id":"6f1c2a34-9f0b-4c3d-8e21-0123456789ab","currency":"EUR","items":[` +
	`{"sku":"ABC-1234","qty":2,"price_cents":1999},{"sku":"DEF-5678","qty":1,"price_cents":4999},` +
	`{"sku":"GHI-9012","qty":10,"price_cents":99},{"sku":"JKL-3456","qty":3,"price_cents":1250},` +
	`{"sku":"MNO-7890","qty":5,"price_cents":780}],"note":"Please leave it with the neighbour."}`

func placeBench(_ context.Context, in benchOrder) (api.Created[benchReceipt], error) {
	r := benchReceipt{ID: "ord_1", Items: in.Items}
	for _, it := range in.Items {
		r.Total += int64(it.Qty) * it.Price
	}
	return api.Created[benchReceipt]{Value: r}, nil
}

// discard is a response writer that keeps nothing but the status. It takes deadlines, as the writer of a connection does.
type discard struct {
	h      http.Header
	status int
}

func (d *discard) Header() http.Header             { return d.h }
func (d *discard) Write(b []byte) (int, error)     { return len(b), nil }
func (d *discard) WriteHeader(status int)          { d.status = status }
func (d *discard) SetReadDeadline(time.Time) error { return nil }

// repeated returns a function that has h answer the order, the same request each time, and returns the status.
func repeated(h http.Handler) func() int {
	req := httptest.NewRequest("POST", "/orders", nil)
	req.Header.Set("Content-Type", "application/json")
	req.ContentLength = int64(len(benchBody))
	text := strings.NewReader(benchBody)
	body := io.NopCloser(text)
	w := &discard{h: make(http.Header)}
	return func() int {
		text.Reset(benchBody)
		req.Body = body
		clear(w.h)
		h.ServeHTTP(w, req)
		return w.status
	}
}

func benchServe(b *testing.B, h http.Handler) {
	b.ReportAllocs()
	once := repeated(h)
	for b.Loop() {
		once()
	}
}

// BenchmarkOrder is the whole of an operation: mux, span, measurements, access record, binding, validation, encoding.
func BenchmarkOrder(b *testing.B) {
	s := newService()
	api.Post(s, "/orders", placeBench, auth.Public())
	benchServe(b, s.open(b, io.Discard, nil))
}

// BenchmarkOrderByHand is what it is measured against: net/http and the same JSON package, with no validation and no telemetry.
func BenchmarkOrderByHand(b *testing.B) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		var in benchOrder
		data, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(data, &in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		out, _ := placeBench(r.Context(), in)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.MarshalWrite(w, out.Value)
	})
	benchServe(b, mux)
}
