package openapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
)

var update = flag.Bool("update", false, "write the golden file anew")

func TestTheDocumentSaysEverythingThatTheManifestSays(t *testing.T) {
	t.Parallel()
	for version, golden := range map[string]string{openapi.Version: "testdata/everything.json", openapi.Version30: "testdata/everything-3.0.json"} {
		got := derive(t, everything(), openapi.Options{
			Version: "1.4.0", Description: "Sells seats.", Servers: []string{"https://api.example.com"}, Issuer: "https://id.example.com",
			OpenAPI: version,
		})
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("the document differs from %s; look at it with go test -update and git diff", golden)
		}
	}
}

func TestEqualManifestsGiveEqualBytes(t *testing.T) {
	t.Parallel()
	one, two := everything(), everything()
	slices.Reverse(two.Services)
	for _, svc := range two.Services {
		slices.Reverse(svc.Operations)
		for _, op := range svc.Operations {
			slices.Reverse(op.Problems)
		}
	}
	if !bytes.Equal(derive(t, one, openapi.Options{}), derive(t, two, openapi.Options{})) {
		t.Error("the order of declaration shows")
	}
}

func TestTheManifestIsNotChanged(t *testing.T) {
	t.Parallel()
	m := everything()
	before, _ := json.Marshal(m)
	derive(t, m, openapi.Options{})
	if after, _ := json.Marshal(m); !bytes.Equal(before, after) {
		t.Errorf("it was:\n%s\nand is:\n%s", before, after)
	}
}

func TestADocumentMayBeAboutOneService(t *testing.T) {
	t.Parallel()
	doc := parse(t, derive(t, everything(), openapi.Options{Service: "flights"}))
	if doc.Info.Title != "flights" || doc.Info.Version != "0.9.0" || doc.Info.Description != "What flies when." {
		t.Errorf("info %+v", doc.Info)
	}
	if _, ok := doc.Paths["/bookings"]; ok || len(doc.Paths) == 0 {
		t.Errorf("paths %v", doc.Paths)
	}
	if _, ok := doc.Components.Schemas["Booking"]; ok {
		t.Error("a schema of another service is in the document")
	}
}

func TestAnOperationSaysWhoMayCallIt(t *testing.T) {
	t.Parallel()
	doc := parse(t, derive(t, everything(), openapi.Options{}))
	for place, want := range map[[2]string]string{
		{"/flights/{id}", "get"}: `[]`,
		{"/bookings", "post"}:    `[{"airline":["bookings:write"]},{"partner":["bookings:write"]}]`,
	} {
		var b bytes.Buffer
		if err := json.Compact(&b, doc.Paths[place[0]][place[1]].Security); err != nil || b.String() != want {
			t.Errorf("%v: security %s, want %s (%v)", place, b.String(), want, err)
		}
	}
}

func TestASchemeSaysWherePeopleLogIn(t *testing.T) {
	t.Parallel()
	for _, version := range []string{openapi.Version, openapi.Version30} {
		var doc struct {
			Components struct{ SecuritySchemes map[string]json.RawMessage }
			Paths      map[string]map[string]struct{ Security json.RawMessage }
		}
		if err := json.Unmarshal(derive(t, everything(), openapi.Options{Login: endpoints(), OpenAPI: version, Issuer: "https://id.example.com"}), &doc); err != nil {
			t.Fatal(err)
		}
		var scheme, security bytes.Buffer
		_ = json.Compact(&scheme, doc.Components.SecuritySchemes["airline"])
		_ = json.Compact(&security, doc.Paths["/bookings"]["get"].Security)
		const want = `{"type":"oauth2","description":"Bearer token of airline, issued by https://id.example.com.","flows":{"authorizationCode":` +
			`{"authorizationUrl":"https://id.example.com/authorize","tokenUrl":"/dev/token","scopes":{"bookings:read":"","bookings:write":""}}}}`
		if scheme.String() != want || security.String() != `[{"airline":["bookings:read"]}]` {
			t.Errorf("%s: got %s and %s", version, scheme.String(), security.String())
		}
	}
}

func TestAnOperationListsEveryStatusThatItMayAnswerWith(t *testing.T) {
	t.Parallel()
	doc := parse(t, derive(t, everything(), openapi.Options{}))
	for _, tt := range []struct{ path, method, want string }{
		{"/bookings", "post", "201 400 401 402 403 408 409 413 415 422 default"},
		{"/bookings", "get", "200 400 401 403 422 default"}, // its query is strict
		{"/bookings/{id}", "put", "204 400 401 403 408 413 415 422 default"},
		{"/flights/{id}", "get", "200 400 404 422 default"},
		{"/flights", "get", "200 400 422 503 default"},
	} {
		var got []string
		for status := range doc.Paths[tt.path][tt.method].Responses {
			got = append(got, status)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s %s: %v, want %s", tt.method, tt.path, got, tt.want)
		}
	}
}

func TestWhereTheSourceIsStaysInside(t *testing.T) {
	t.Parallel()
	if doc := derive(t, everything(), openapi.Options{}); bytes.Contains(doc, []byte(".go:")) {
		t.Error("the document names a file and a line")
	}
}

func TestPathsThatDifferInParameterNamesAreOnePath(t *testing.T) {
	t.Parallel()
	doc := parse(t, derive(t, everything(), openapi.Options{}))
	item := doc.Paths["/bookings/{id}"]
	if item["get"].OperationID != "bookings.get" || item["delete"].OperationID != "bookings.cancel" {
		t.Fatalf("got %+v", item)
	}
	if p := item["delete"].Parameters[0]; p.Name != "id" {
		t.Errorf("the parameter is called %q, and its path says {id}", p.Name)
	}
}

func TestASchemaNamedProblemKeepsItsName(t *testing.T) {
	t.Parallel()
	m := everything()
	m.Schemas["Problem"] = json.RawMessage(`{"type":"object","description":"a sum to solve"}`)
	m.Services[0].Operations[0].Responses = []manifest.Response{{
		Status: 200, Content: &manifest.Content{MediaType: "application/json", Schema: json.RawMessage(`{"$ref":"#/schemas/Problem"}`)},
	}}
	doc := parse(t, derive(t, m, openapi.Options{}))
	if !strings.Contains(string(doc.Components.Schemas["Problem"]), "a sum to solve") || doc.Components.Schemas["vade.Problem"] == nil {
		t.Errorf("got %s", doc.Components.Schemas["Problem"])
	}
}

// failures are the problems of a document: the references to their schemas, by operation or shared response, status and media type.
func failures(t *testing.T, data []byte) map[string]string {
	t.Helper()
	type response struct {
		Ref     string `json:"$ref"`
		Content map[string]struct{ Schema json.RawMessage }
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Responses   map[string]response
		}
		Components struct{ Responses map[string]response }
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	add := func(where string, r response) {
		if r.Ref != "" {
			all[where] = r.Ref
		}
		for mediaType, c := range r.Content {
			var b bytes.Buffer
			if strings.HasPrefix(mediaType, "application/problem+") && json.Compact(&b, c.Schema) == nil {
				all[where+" "+mediaType] = b.String()
			}
		}
	}
	for name, r := range doc.Components.Responses {
		add(name, r)
	}
	for _, item := range doc.Paths {
		for _, op := range item {
			for status, r := range op.Responses {
				add(op.OperationID+" "+status, r)
			}
		}
	}
	return all
}

func TestEveryProblemHasASchemaWithAName(t *testing.T) {
	t.Parallel()
	for _, version := range []string{openapi.Version, openapi.Version30} {
		data := derive(t, everything(), openapi.Options{OpenAPI: version})
		all := failures(t, data)
		for where, want := range map[string]string{
			"bookings.book 409 application/problem+json": `{"$ref":"#/components/schemas/BookingsBookProblem409"}`,
			"bookings.book 402 application/problem+json": `{"$ref":"#/components/schemas/BookingsBookProblem402"}`,
			"bookings.book 403":                          "#/components/responses/forbidden",
			"forbidden application/problem+json":         `{"$ref":"#/components/schemas/ProblemForbidden"}`,
			"default application/problem+json":           `{"$ref":"#/components/schemas/Problem"}`,
			"bookings.get 404 application/problem+json":  `{"$ref":"#/components/schemas/BookingsGetProblem404"}`,
		} {
			if all[where] != want {
				t.Errorf("%s: %s is %s, want %s", version, where, all[where], want)
			}
		}
		for where, schema := range all {
			if strings.Contains(where, "/problem+") && !strings.HasPrefix(schema, `{"$ref":`) {
				t.Errorf("%s: %s has a schema without a name: %s", version, where, schema)
			}
		}
		var b bytes.Buffer
		_ = json.Compact(&b, parse(t, data).Components.Schemas["BookingsBookProblem409"])
		if !strings.Contains(b.String(), `"enum":["closed","sold-out"]`) || !strings.Contains(b.String(), `{"$ref":"#/components/schemas/Problem"}`) {
			t.Errorf("%s: got %s", version, b.String())
		}
	}
}

func TestTheNameOfAProblemDependsOnNoCode(t *testing.T) {
	t.Parallel()
	m := everything()
	op := &m.Services[1].Operations[1]
	op.Problems = op.Problems[:1]
	doc := parse(t, derive(t, m, openapi.Options{}))
	if doc.Components.Schemas["BookingsBookProblem409"] == nil {
		t.Error("a code less gives another name")
	}
	m.Schemas["BookingsBookProblem409"] = json.RawMessage(`{"type":"object"}`)
	m.Services[1].Operations[0].ID = "bookings-book" // the same word as bookings.book
	m.Services[1].Operations[0].Problems = []manifest.Problem{{Status: 409, Code: "full", Title: "Full"}}
	doc = parse(t, derive(t, m, openapi.Options{}))
	for _, name := range []string{"vade.BookingsBookProblem409", "vade.vade.BookingsBookProblem409"} {
		if doc.Components.Schemas[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestProblemsAreDescribedInEveryFormInWhichTheyCome(t *testing.T) {
	t.Parallel()
	all := failures(t, derive(t, everything(), openapi.Options{}))
	for where, want := range map[string]string{
		"flights.get 404 application/problem+json":  `{"$ref":"#/components/schemas/FlightsGetProblem404"}`,
		"flights.get 404 application/problem+cbor":  `{"$ref":"#/components/schemas/FlightsGetProblem404"}`,
		"flights.get 422":                           "#/components/responses/invalid-cbor",
		"flights.get default":                       "#/components/responses/default-cbor",
		"invalid-cbor application/problem+cbor":     `{"$ref":"#/components/schemas/ProblemInvalid"}`,
		"invalid-cbor application/problem+json":     `{"$ref":"#/components/schemas/ProblemInvalid"}`,
		"default-cbor application/problem+cbor":     `{"$ref":"#/components/schemas/Problem"}`,
		"flights.search 422":                        "#/components/responses/invalid",
		"invalid application/problem+cbor":          "",
		"bookings.get 404 application/problem+cbor": "",
	} {
		if all[where] != want {
			t.Errorf("%s is %s, want %s", where, all[where], want)
		}
	}
}

func TestWhatOpenAPICannotSayIsRefusedAllAtOnce(t *testing.T) {
	t.Parallel()
	m := &manifest.System{Name: "wrong", Services: []manifest.Service{{Name: "s", Operations: []manifest.Operation{
		{ID: "s.a", Method: "BREW", Path: "/a", Security: manifest.Security{Public: true}},
		{ID: "s.b", Method: "GET", Path: "/b"},
		{ID: "s.c", Method: "GET", Path: "/c/{x}", Security: manifest.Security{Public: true}},
		{ID: "s.d", Method: "GET", Path: "/c/{y}", Security: manifest.Security{Public: true}},
		{ID: "s.b", Method: "POST", Path: "/b", Security: manifest.Security{Schemes: []string{"my scheme"}}, Body: &manifest.Content{
			MediaType: "application/json", Schema: json.RawMessage(`{"properties":{"x":{"$ref":"#/schemas/Nowhere"}}}`),
		}},
		{ID: "s.e", Method: "GET", Path: "/e", Security: manifest.Security{Public: true}, Responses: []manifest.Response{{Status: 200}, {Status: 200}}},
		{ID: "s.f", Method: "GET", Path: "/f", Security: manifest.Security{Public: true}, Parameters: []manifest.Parameter{
			{In: "query", Name: "q", Schema: json.RawMessage(`{"type":`)},
		}},
	}}}}
	_, err := openapi.Document(m, openapi.Options{})
	if err == nil {
		t.Fatal("it was accepted")
	}
	for _, part := range []string{
		"s.a: OpenAPI 3.1.1 does not know the method BREW", "s.b: nobody has said who may call it", "s.d: GET /c/{y} is s.c already",
		`s.b body: the manifest has no schema "Nowhere"`, "s.b: the id belongs to GET /b already", `security scheme: the name "my scheme"`,
		"s.e: two answers have the status 200", "s.f parameter q: schema: ",
	} {
		if !strings.Contains(err.Error(), "openapi: "+part) {
			t.Errorf("the error does not say %q:\n%v", part, err)
		}
	}
	if _, err := openapi.Document(m, openapi.Options{Service: "nobody"}); err == nil {
		t.Error("a service that is not there has a document")
	}
	if _, err := openapi.Document(everything(), openapi.Options{OpenAPI: "2.0"}); err == nil || !strings.Contains(err.Error(), "3.0.3") {
		t.Errorf("a version that is not written: %v", err)
	}
}

func TestTheFrameworksProblemsAreThoseOfPackageProblem(t *testing.T) {
	t.Parallel()
	doc := parse(t, derive(t, everything(), openapi.Options{}))
	for name, want := range map[string]*problem.Problem{
		"malformed": problem.Malformed(), "unauthenticated": problem.Unauthenticated(), "forbidden": problem.Forbidden(),
		"request-timeout": problem.RequestTimeout(), "too-large": problem.TooLarge(), "unsupported-media-type": problem.UnsupportedMediaType(),
	} {
		example := doc.Components.Responses[name].Content[problem.MediaType].Examples[name].Value
		want, _ := want.MarshalJSON()
		var a, b any
		if json.Unmarshal(example, &a) != nil || json.Unmarshal(want, &b) != nil || !equal(a, b) {
			t.Errorf("%s: %s, want %s", name, example, want)
		}
	}
	for code, want := range map[string]*problem.Problem{
		"internal": problem.Internal(), "unavailable": problem.Unavailable(), "timeout": problem.Timeout(),
	} {
		var got problem.Problem
		example := doc.Components.Responses["default"].Content[problem.MediaType].Examples[code].Value
		if err := json.Unmarshal(example, &got); err != nil || !got.Is(want) || got.Title != want.Title {
			t.Errorf("%s: %s, want %v (%v)", code, example, want, err)
		}
	}
}
