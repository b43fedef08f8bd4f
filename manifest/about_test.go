package manifest_test

import (
	"strings"
	"testing"

	"github.com/vade-go/vade/manifest"
)

func TestWhatIsSaidOfAnAPIIsWellFormed(t *testing.T) {
	t.Parallel()
	for _, good := range []manifest.About{
		{},
		{
			Title: "Airline", Description: "Seats.", Terms: "https://example.com/terms",
			Contact: &manifest.Contact{Name: "Desk", URL: "https://example.com", Email: "desk@example.com"},
			License: &manifest.License{Name: "Apache 2.0", SPDX: "Apache-2.0"}, Docs: &manifest.Link{URL: "https://example.com/docs"},
			Servers: []manifest.Server{{URL: "https://api.example.com"}, {URL: "/"}, {URL: "/v1"}, {URL: "http://localhost:8080/v1"}},
		},
	} {
		if err := good.Check(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	bad := manifest.About{
		Terms: "terms.html", Contact: &manifest.Contact{URL: "ftp://x", Email: "Desk <desk@example.com>"},
		License: &manifest.License{SPDX: "MIT", URL: "https://example.com"}, Docs: &manifest.Link{},
		Servers: []manifest.Server{{URL: ""}, {URL: "api"}, {URL: "/v1/"}, {URL: "/v1?a=b"}, {URL: "ftp://x"}, {URL: "https://{host}"}, {URL: "/"}, {URL: "/"}, {URL: ":"}},
	}
	err := bad.Check()
	if err == nil {
		t.Fatal("it was accepted")
	}
	for _, part := range []string{
		"terms: ", "contact: \"ftp://x\"", "no e-mail", "it has no name", "exclude each other", "docs: ", `servers: ""`, `servers: "api"`,
		`servers: "/v1/" ends`, `"/v1?a=b" has a query`, `"ftp://x" is no http`, `"https://{host}" is neither`, `"/" is listed twice`, `servers: ":"`,
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
}
