package orders

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// probe is one body and whether it is an order.
type probe struct {
	what, body string
	good       bool
	total      int64 // of the receipt, when it is good
}

const someone = `"customer_id":"6f1c2a34-9f0b-4c3d-8e21-0123456789ab","currency":"EUR"`

// with returns an order with these items and this note.
func with(items, note string) string {
	return `{` + someone + `,"items":[` + items + `],"note":` + note + `}`
}

const oneItem = `{"sku":"ABC-1234","qty":2,"price_cents":1999}`

// probes are the bodies that every implementation must decide alike.
func probes() []probe {
	change := func(old, replacement string) string { return strings.Replace(Body, old, replacement, 1) }
	return []probe{
		{what: "the order that is measured", body: Body, good: true, total: 17637},
		{what: "the edges of every range", body: with(`{"sku":"ZZZ-0000","qty":100,"price_cents":0},{"sku":"AAA-9999","qty":1,"price_cents":1}`, `""`), good: true, total: 1},
		{what: "white space, other order, escapes", good: true, total: 3998,
			body: "{\n \"note\" : \"caf\\u00e9\\n\\\"\" ,\t\"items\" : [ " + oneItem + " ] , " + someone + "\r\n}"},
		{what: "a note of 200 characters, 400 bytes", body: with(oneItem, `"`+strings.Repeat("é", 200)+`"`), good: true, total: 3998},
		{what: "fifty items", body: with(strings.Repeat(oneItem+",", 49)+oneItem, `"x"`), good: true, total: 50 * 3998},

		{what: "no JSON", body: `order`},
		{what: "a body that ends early", body: Body[:100]},
		{what: "an array", body: `[]`},
		{what: "a customer that is no UUID", body: change("6f1c2a34", "6f1c2a3")},
		{what: "no customer", body: change(`"customer_id":"6f1c2a34-9f0b-4c3d-8e21-0123456789ab",`, "")},
		{what: "a number as customer", body: change(`"6f1c2a34-9f0b-4c3d-8e21-0123456789ab"`, "6")},
		{what: "an unknown currency", body: change("EUR", "XXX")},
		{what: "no items", body: with("", `"x"`)},
		{what: "items that are absent", body: `{` + someone + `,"note":"x"}`},
		{what: "fifty-one items", body: with(strings.Repeat(oneItem+",", 50)+oneItem, `"x"`)},
		{what: "an item that is a string", body: with(`"ABC-1234"`, `"x"`)},
		{what: "a SKU in lower case", body: change("ABC-1234", "abc-1234")},
		{what: "a SKU that is too long", body: change("ABC-1234", "ABC-12345")},
		{what: "no SKU", body: change(`"sku":"ABC-1234",`, "")},
		{what: "a quantity of 0", body: change(`"qty":2`, `"qty":0`)},
		{what: "a quantity of 101 in the last item", body: change(`"qty":5`, `"qty":101`)},
		{what: "a quantity in quotes", body: change(`"qty":2`, `"qty":"2"`)},
		{what: "a quantity and a half", body: change(`"qty":2`, `"qty":1.5`)},
		{what: "a negative price", body: change("1999", "-1999")},
		{what: "a price beyond 64 bits", body: change("1999", "19990000000000000000")},
		{what: "a note of 201 characters", body: with(oneItem, `"`+strings.Repeat("é", 201)+`"`)},
		{what: "a note that is a number", body: with(oneItem, `7`)},
		{what: "a member that nobody knows", body: change(`"currency"`, `"coupon":"X","currency"`)},
	}
}

// Agrees opens and serves an implementation, sends every probe to it and returns what it decides otherwise, joined.
func (i Implementation) Agrees(ctx context.Context) error {
	e, err := i.Open()
	if err != nil {
		return err
	}
	base, stop, err := e.Start(ctx)
	if err != nil {
		return err
	}
	token := ""
	if i.Full {
		token, err = Token()
	}
	return errors.Join(err, Agree(ctx, base, token), stop())
}

// Agree sends every probe to the implementation at base and returns what it decides otherwise, joined.
func Agree(ctx context.Context, base, token string) error {
	var errs []error
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for _, p := range probes() {
		if err := p.send(ctx, client, base, token); err != nil {
			errs = append(errs, fmt.Errorf("orders: %s: %w", p.what, err))
		}
	}
	return errors.Join(errs...)
}

func (p probe) send(ctx context.Context, client *http.Client, base, token string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+Path, strings.NewReader(p.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	return p.judge(res.StatusCode, answer)
}

func (p probe) judge(status int, answer []byte) error {
	if !p.good {
		if status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
			return fmt.Errorf("status %d, want 400 or 422", status)
		}
		return nil
	}
	if status != http.StatusCreated {
		return fmt.Errorf("status %d, want 201: %s", status, answer)
	}
	var got Receipt
	if err := json.Unmarshal(answer, &got); err != nil {
		return err
	}
	var sent Order
	if err := json.Unmarshal([]byte(p.body), &sent); err != nil {
		return err
	}
	items, err := json.Marshal(got.Items)
	if err != nil {
		return err
	}
	want, err := json.Marshal(sent.Items)
	switch {
	case err != nil:
		return err
	case got.ID == "" || got.Total != p.total || time.Since(got.Created).Abs() > time.Hour:
		return fmt.Errorf("the receipt is wrong: %s", answer)
	case !bytes.Equal(items, want):
		return fmt.Errorf("items %s, want %s", items, want)
	}
	return nil
}
