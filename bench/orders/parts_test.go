package orders

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/schema"
)

// BenchmarkParts says where the time of an order goes: the whole by hand, by code for this schema alone and by Vade, then an operation of
// Vade without bodies, and the codec, alone, of either. All run by turns in slices of a thousand; what counts is a fast slice of each, in
// the metrics as nanoseconds a call.
func BenchmarkParts(b *testing.B) {
	parts := append(wholes(b), codecs(b)...)
	times := make([][]float64, len(parts))
	for b.Loop() {
		for i, p := range parts {
			began := time.Now()
			for range 1000 {
				p.run()
			}
			times[i] = append(times[i], float64(time.Since(began))/1000)
		}
	}
	b.ReportMetric(0, "ns/op")
	for i, p := range parts {
		slices.Sort(times[i])
		b.ReportMetric(times[i][len(times[i])/20], p.name)
	}
}

type part struct {
	name string
	run  func()
}

// wholes are handlers.
func wholes(b *testing.B) []part {
	bare, closed, err := vadeBare()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(closed)
	return []part{
		{"by-hand", calling(byHand(), Body)}, {"schema-alone", calling(onePass(), Body)}, {"vade", calling(bare, Body)},
		{"vade-no-body", calling(noBody(b), "")},
	}
}

// noBody is an operation of Vade that takes nothing and answers 204.
func noBody(b *testing.B) http.Handler {
	svc := vade.NewService("shop")
	api.Post(svc, Path, func(context.Context, api.None) (api.None, error) { return api.None{}, nil }, auth.Public(), api.Name("place"))
	h, closed, err := openSystem(vade.NewSystem("shop", svc), nothingOn(), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(closed)
	return h
}

// codecs are what turns a body into an order and a receipt into a body, without a handler.
func codecs(b *testing.B) []part {
	c := schema.NewCompiler()
	in, err := c.Compile(reflect.TypeFor[Order]())
	if err != nil {
		b.Fatal(err)
	}
	out, err := c.Compile(reflect.TypeFor[Receipt]())
	if err != nil {
		b.Fatal(err)
	}
	body, room := []byte(Body), make([]byte, 0, 1024)
	order, err := parseOrder(body, nil)
	if err != nil {
		b.Fatal(err)
	}
	receipt := new(Desk).Place(order)
	return []part{
		{"schema-alone-decode", func() { _, _ = parseOrder(body, make([]Item, 0, usual)) }},
		{"vade-decode", func() { _, _ = in.Decode(body, reflect.ValueOf(new(Order)).Elem()) }},
		{"schema-alone-encode", func() { room = appendReceipt(room[:0], &receipt) }},
		{"vade-encode", func() { room, _ = out.AppendJSON(room[:0], reflect.ValueOf(&receipt).Elem()) }},
	}
}

// calling returns what sends a handler the same request, again and again.
func calling(h http.Handler, body string) func() {
	text := strings.NewReader(body)
	r := httptest.NewRequest(http.MethodPost, Path, nil)
	closer := io.NopCloser(text)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.ContentLength = int64(len(body))
		r.Body = closer
	}
	w := &dropped{header: make(http.Header)}
	return func() {
		text.Reset(body)
		if body != "" {
			r.Body = closer
		}
		clear(w.header)
		h.ServeHTTP(w, r)
	}
}

// dropped is a connection on which nobody listens.
type dropped struct{ header http.Header }

func (d *dropped) Header() http.Header             { return d.header }
func (d *dropped) Write(p []byte) (int, error)     { return len(p), nil }
func (d *dropped) WriteHeader(int)                 {}
func (d *dropped) SetReadDeadline(time.Time) error { return nil }
