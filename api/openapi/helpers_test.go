package openapi_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/manifest"
)

func derive(t *testing.T, m *manifest.System, opts openapi.Options) []byte {
	t.Helper()
	data, err := openapi.Document(m, opts)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// parsed is as much of a document as the tests look at.
type parsed struct {
	Info struct{ Title, Version, Description string }
	// by path, then method
	Paths map[string]map[string]struct {
		OperationID string
		Security    json.RawMessage
		Parameters  []struct{ Name string }
		Responses   map[string]json.RawMessage
	}
	Components struct {
		Schemas   map[string]json.RawMessage
		Responses map[string]struct {
			Content map[string]struct {
				Examples map[string]struct{ Value json.RawMessage }
			}
		}
	}
}

func parse(t *testing.T, data []byte) parsed {
	t.Helper()
	var p parsed
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func endpoints() *openapi.Login {
	return &openapi.Login{AuthorizationURL: "https://id.example.com/authorize", TokenURL: "/dev/token"}
}

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

func raw(s string) json.RawMessage { return json.RawMessage(s) }

// everything is a manifest that uses every member that a document is derived from.
func everything() *manifest.System {
	jsonOf := func(schema string) *manifest.Content {
		return &manifest.Content{MediaType: "application/json", Schema: raw(schema)}
	}
	inCBOR := func(c *manifest.Content) *manifest.Content {
		c.Also = []string{"application/cbor"}
		return c
	}
	public := manifest.Security{Public: true}
	soldOut := manifest.Problem{Status: 409, Code: "sold-out", Type: "/problems/sold-out", Title: "The flight is sold out"}
	closed := manifest.Problem{Status: 409, Code: "closed", Type: "/problems/closed", Title: "Sales are closed"}
	unpaid := manifest.Problem{
		Status: 402, Code: "unpaid", Type: "/problems/unpaid", Title: "The card has no money",
		Example: raw(`{"type":"/problems/unpaid","title":"The card has no money","status":402,"code":"unpaid","detail":"It lacks 3 francs.","missing":300}`),
	}
	gone := manifest.Problem{Status: 404, Code: "not-found", Type: "/problems/not-found", Title: "There is no such resource"}
	reader := manifest.Security{Schemes: []string{"airline"}, Scopes: []string{"bookings:read"}}
	id := manifest.Parameter{In: "path", Name: "id", Required: true, Doc: "Number of the booking.", Schema: raw(`{"type":"string","minLength":1}`)}
	ref := id
	ref.Name = "ref"
	bookings := manifest.Service{Name: "bookings", Version: "1.2.0", Summary: "Sells seats on flights.", Operations: []manifest.Operation{
		{
			ID: "bookings.list", Method: "GET", Path: "/bookings", Summary: "My bookings", Security: reader, Timeout: "10s", StrictQuery: true,
			Responses: []manifest.Response{{Status: 200, Doc: "OK", Content: jsonOf(`{"type":"array","items":{"$ref":"#/schemas/Booking"}}`)}},
			Plan: []manifest.Step{
				{Stage: "deadline", Detail: "10s"},
				{Stage: "authorise", Detail: "bookings:read", Origin: "example.com/airline/bookings/bookings.go:12"},
			},
			Source: "example.com/airline/bookings/bookings.go:14",
		},
		{
			ID: "bookings.book", Method: "POST", Path: "/bookings", Summary: "Book seats", Description: "Reserves, *then* charges.",
			Tags: []string{"bookings", "money"}, Timeout: "30s", MaxBody: 1 << 20,
			Security: manifest.Security{Schemes: []string{"airline", "partner"}, Scopes: []string{"bookings:write"}},
			Parameters: []manifest.Parameter{
				{In: "query", Name: "dry_run", Doc: "Only look.", Schema: raw(`{"type":"boolean"}`)},
				{In: "query", Name: "notify", Schema: raw(`{"type":"string","format":"uri"}`)},
				{In: "header", Name: "Idempotency-Key", Required: true, Schema: raw(`{"type":"string"}`)},
				{In: "header", Name: "authorization", Schema: raw(`{"type":"string"}`)},
				{In: "cookie", Name: "theme", Schema: raw(`{"enum":["dark","light"]}`)},
			},
			Body: &manifest.Content{MediaType: "application/json", Schema: raw(`{"$ref":"#/schemas/NewBooking"}`), Examples: []manifest.Example{
				{Name: "without payment", Value: raw(`{"flight_id":"7","payment":null}`)},
				{Name: "by card", Value: raw(`{"flight_id":"7","payment":{"kind":"card","token":"tok"}}`)},
			}},
			Responses: []manifest.Response{{
				Status: 201, Doc: "Created", Content: jsonOf(`{"$ref":"#/schemas/Booking"}`),
				Headers: []manifest.Header{{Name: "Location", Doc: "Address of what was made.", Schema: raw(`{"type":"string","format":"uri-reference"}`)}},
			}},
			Problems: []manifest.Problem{soldOut, unpaid, closed},
			Callbacks: []manifest.Notification{{
				Name: "booked", URL: "{$request.query.notify}/bookings", Summary: "Tells that it worked", Tags: []string{"news"}, Body: jsonOf(`{"$ref":"#/schemas/Notice"}`),
				Parameters: []manifest.Parameter{{In: "header", Name: "X-Signature", Required: true, Schema: raw(`{"type":"string"}`)}},
			}},
		},
		{
			ID: "bookings.get", Method: "GET", Path: "/bookings/{id}", Security: reader, Timeout: "30s", Parameters: []manifest.Parameter{id},
			Responses: []manifest.Response{{Status: 200, Content: jsonOf(`{"$ref":"#/schemas/Booking"}`)}}, Problems: []manifest.Problem{gone},
		},
		{
			ID: "bookings.note", Method: "PUT", Path: "/bookings/{id}", Security: reader, Timeout: "30s", MaxBody: 1 << 20, Parameters: []manifest.Parameter{id},
			Body: &manifest.Content{
				MediaType: "application/x-www-form-urlencoded", Also: []string{"multipart/form-data"},
				Schema: raw(`{"type":"object","properties":{"note":{"type":"string"}},"required":["note"],"additionalProperties":false}`),
			},
			Responses: []manifest.Response{{Status: 204}},
		},
		{
			ID: "bookings.cancel", Method: "DELETE", Path: "/bookings/{ref}", Security: reader, Timeout: "30s", Deprecated: true,
			Parameters: []manifest.Parameter{ref}, Responses: []manifest.Response{{Status: 204}},
		},
	}}
	busy := manifest.Problem{Status: 503, Code: "unavailable", Type: "/problems/unavailable", Title: "The service is unavailable"}
	old := manifest.Mount{ID: "flights.mount-old", Path: "/old", Security: public} // no document says what it answers
	flights := manifest.Service{Name: "flights", Version: "0.9.0", Summary: "What flies when.", Mounts: []manifest.Mount{old}, Operations: []manifest.Operation{
		{
			ID: "flights.search", Method: "GET", Path: "/flights", Security: public, Timeout: "30s", Version: "1", Problems: []manifest.Problem{busy},
			Parameters: []manifest.Parameter{
				{In: "query", Name: "from", Required: true, Schema: raw(`{"type":"string","pattern":"^[A-Z]{3}$","examples":["ZRH"]}`)},
				{In: "query", Name: "via", Schema: raw(`{"type":"array","items":{"type":"string"}}`)},
				{In: "query", Name: "filter", Style: "deepObject", Schema: raw(`{"type":"object","additionalProperties":{"type":"string"}}`)},
			},
			Responses: []manifest.Response{{Status: 200, Content: jsonOf(`{"$ref":"#/schemas/PageFlight"}`)}},
		},
		{
			ID: "flights.watch", Method: "GET", Path: "/flights/{id}/fares", Security: public, Timeout: "30s", Parameters: []manifest.Parameter{id},
			Streams: manifest.Streams{Response: true, Endless: true},
			Responses: []manifest.Response{{Status: 200, Content: &manifest.Content{
				MediaType: "text/event-stream", Schema: raw(`{"type":"string"}`), Item: raw(`{"$ref":"#/schemas/Fare"}`),
			}}},
		},
		{
			ID: "flights.talk", Method: "GET", Path: "/flights/{id}/tower", Security: public, Timeout: "30s", Parameters: []manifest.Parameter{id},
			Streams:   manifest.Streams{Response: true, Endless: true},
			Messages:  &manifest.Messages{Receives: raw(`{"type":"string"}`), Sends: raw(`{"$ref":"#/schemas/Fare"}`)},
			Responses: []manifest.Response{{Status: 101, Doc: "Messages follow"}},
		},
		{
			ID: "flights.get", Method: "GET", Path: "/flights/{id}", Security: public, Timeout: "30s", Parameters: []manifest.Parameter{id},
			Responses: []manifest.Response{{Status: 200, Content: inCBOR(jsonOf(`{"$ref":"#/schemas/Flight"}`))}}, Problems: []manifest.Problem{gone},
			ProblemTypes: []string{"application/problem+cbor"},
		},
		{
			ID: "flights.photo", Method: "GET", Path: "/photos/{name...}", Security: public, Timeout: "30s",
			Parameters: []manifest.Parameter{{In: "path", Name: "name", Required: true}},
			Responses:  []manifest.Response{{Status: 200, Doc: "The picture", Content: &manifest.Content{MediaType: "image/jpeg"}}},
		},
	}}
	bookings.Webhooks = []manifest.Notification{{
		Name: "flight-moved", Description: "Sent to **every** partner.", Body: jsonOf(`{"$ref":"#/schemas/Notice"}`), Source: "example.com/airline/bookings/bookings.go:30",
	}, {Name: "ping", Deprecated: true}}
	bookings.Tags = []manifest.Tag{{Name: "money", Doc: "What costs *something*."}}
	about := &manifest.About{
		Title: "The airline", Description: "Seats for travellers.", Terms: "https://example.com/terms",
		Contact: &manifest.Contact{Name: "The desk", URL: "https://example.com/desk", Email: "desk@example.com"},
		License: &manifest.License{Name: "Apache 2.0", SPDX: "Apache-2.0"}, Docs: &manifest.Link{URL: "https://example.com/docs", Doc: "The manual."},
		Servers: []manifest.Server{{URL: "https://api.example.com/v1", Doc: "Production"}, {URL: "/"}},
	}
	return &manifest.System{Name: "airline", About: about, Services: []manifest.Service{flights, bookings}, Schemas: map[string]json.RawMessage{
		"Booking": raw(`{"type":"object","properties":{"id":{"type":"string"},"flight":{"$ref":"#/schemas/Flight"},"parent":{"$ref":"#/schemas/Booking"}},
			"required":["id"],"additionalProperties":false}`),
		"NewBooking": raw(`{"type":"object","properties":{"flight_id":{"type":"string"},
			"payment":{"anyOf":[{"$ref":"#/schemas/Payment"},{"type":"null"}]}},"examples":[{"flight_id":"7"}]}`),
		"Payment": raw(`{"oneOf":[{"$ref":"#/schemas/PaymentCard"},{"$ref":"#/schemas/PaymentVoucher"}],"discriminator":{"propertyName":"kind",
			"mapping":{"card":"#/schemas/PaymentCard","voucher":"#/schemas/PaymentVoucher"}}}`),
		"PaymentCard": raw(`{"type":"object","properties":{"kind":{"type":"string","const":"card"},"token":{"type":"string","writeOnly":true}},
			"required":["kind","token"],"additionalProperties":false}`),
		"PaymentVoucher": raw(`{"type":"object","properties":{"kind":{"type":"string","const":"voucher"},"code":{"type":"string"}},
			"required":["kind","code"],"additionalProperties":false}`),
		"Flight":     raw(`{"type":"object","properties":{"id":{"type":"string"},"price_cents":{"type":"integer","format":"int64"}}}`),
		"PageFlight": raw(`{"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/schemas/Flight"}}}}`),
		"Fare":       raw(`{"type":"object","properties":{"price_cents":{"type":"integer","format":"int64"}},"required":["price_cents"]}`),
		"Notice":     raw(`{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}`),
		"Event":      raw(`{"type":"object","description":"no operation reaches this one"}`),
	}}
}
