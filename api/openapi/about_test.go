package openapi_test

import (
	"encoding/json"
	"testing"

	"github.com/vade-go/vade/api/openapi"
)

func TestTheDocumentSaysWhoIsBehindTheAPI(t *testing.T) {
	t.Parallel()
	type head struct {
		Info struct {
			Title, Version, Description string
			License                     struct{ Name, Identifier, URL string }
			Contact                     struct{ Email string }
		}
		Servers      []struct{ URL, Description string }
		ExternalDocs struct{ URL string }
	}
	read := func(opts openapi.Options) (h head) {
		if err := json.Unmarshal(derive(t, everything(), opts), &h); err != nil {
			t.Fatal(err)
		}
		return h
	}
	h := read(openapi.Options{})
	if h.Info.Title != "The airline" || h.Info.Version != "0.0.0" || h.Info.Contact.Email != "desk@example.com" || h.ExternalDocs.URL != "https://example.com/docs" {
		t.Errorf("got %+v", h)
	}
	if len(h.Servers) != 2 || h.Servers[0].URL != "https://api.example.com/v1" || h.Servers[0].Description != "Production" {
		t.Errorf("servers %+v", h.Servers)
	}
	if l := h.Info.License; l.Identifier != "Apache-2.0" || l.URL != "" {
		t.Errorf("license %+v", l)
	}
	if l := read(openapi.Options{OpenAPI: openapi.Version30}).Info.License; l.Identifier != "" || l.URL != "https://spdx.org/licenses/Apache-2.0.html" {
		t.Errorf("license in 3.0 %+v", l)
	}
	own := read(openapi.Options{Service: "bookings", Title: "Seats", Servers: []string{"https://bookings.example.com"}})
	if own.Info.Title != "Seats" || own.Info.Version != "1.2.0" || own.Info.Description != "Sells seats on flights." || own.Servers[0].URL != "https://bookings.example.com" {
		t.Errorf("got %+v", own)
	}
}
