package openapi_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/manifest"
)

func mux(m *manifest.System) *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, h := range openapi.Handlers(m, openapi.Options{Version: "1.4.0"}) {
		mux.Handle(pattern, h)
	}
	return mux
}

func ask(t *testing.T, h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func TestTheDocumentIsServedInBothVersionsAndForms(t *testing.T) {
	t.Parallel()
	mux := mux(everything())
	tags := make(map[string]bool)
	for _, path := range openapi.Paths() {
		res := ask(t, mux, "GET", path)
		version, name := openapi.Version, path
		if bytes.Contains([]byte(path), []byte("3.0")) {
			version = openapi.Version30
		}
		want := derive(t, everything(), openapi.Options{Version: "1.4.0", OpenAPI: version})
		mediaType := "application/json"
		if bytes.HasSuffix([]byte(name), []byte("yaml")) {
			want, _ = openapi.YAML(want)
			mediaType = "application/yaml"
		}
		if res.Code != 200 || res.Header().Get("Content-Type") != mediaType || !bytes.Equal(res.Body.Bytes(), want) {
			t.Errorf("%s: %d %v, %d bytes of %d", path, res.Code, res.Header(), res.Body.Len(), len(want))
		}
		tag := res.Header().Get("ETag")
		if again := ask(t, mux, "GET", path, "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: seen before, and answered %d", path, again.Code)
		}
		if head := ask(t, mux, "HEAD", path); head.Code != 200 || head.Body.Len() > 0 {
			t.Errorf("HEAD %s: %d", path, head.Code)
		}
		tags[tag] = true
	}
	if len(tags) != 4 {
		t.Errorf("four documents have the tags %v", tags)
	}
}

func TestADocumentIsMadeOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	mux := mux(everything())
	first := ask(t, mux, "GET", "/openapi.yaml").Body.Bytes()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := ask(t, mux, "GET", "/openapi.yaml").Body.Bytes(); !bytes.Equal(got, first) {
				t.Error("two answers differ")
			}
		})
	}
	all.Wait()
}

func TestADocumentThatCannotBeMadeIsAFault(t *testing.T) {
	t.Parallel()
	mux := mux(&manifest.System{Name: "s", Services: []manifest.Service{{Name: "s", Operations: []manifest.Operation{{ID: "a", Method: "BREW"}}}}})
	for _, path := range openapi.Paths() {
		if res := ask(t, mux, "GET", path); res.Code != 500 {
			t.Errorf("%s: %d", path, res.Code)
		}
	}
}

func TestTheCheckFindsWhatTheDocumentWould(t *testing.T) {
	t.Parallel()
	if err := openapi.Check(everything()); err != nil {
		t.Errorf("nothing is wrong, and it says %v", err)
	}
	for name, spoil := range map[string]func(m *manifest.System, op *manifest.Operation){
		"method":   func(_ *manifest.System, op *manifest.Operation) { op.Method = "BREW" },
		"security": func(_ *manifest.System, op *manifest.Operation) { op.Security = manifest.Security{} },
		"scheme":   func(_ *manifest.System, op *manifest.Operation) { op.Security.Schemes = []string{"my scheme"} },
		"id":       func(_ *manifest.System, op *manifest.Operation) { op.ID = "flights.get" },
		"route":    func(_ *manifest.System, op *manifest.Operation) { op.Method, op.Path = "GET", "/flights/{other}" },
		"statuses": func(_ *manifest.System, op *manifest.Operation) { op.Responses = append(op.Responses, op.Responses...) },
		"problem": func(_ *manifest.System, op *manifest.Operation) {
			op.Problems = []manifest.Problem{{Status: op.Responses[0].Status, Code: "x"}}
		},
		"reference": func(_ *manifest.System, op *manifest.Operation) {
			op.Parameters = []manifest.Parameter{{In: "query", Name: "q", Schema: raw(`{"$ref":"#/schemas/No"}`)}}
		},
		"header": func(_ *manifest.System, op *manifest.Operation) {
			op.Responses[0].Headers = []manifest.Header{{Name: "A", Schema: raw(`{"$ref":"#/schemas/No"}`)}}
		},
		"answer": func(_ *manifest.System, op *manifest.Operation) {
			op.Responses[0].Content = &manifest.Content{MediaType: "a/b", Schema: raw(`{`)}
		},
		"body": func(_ *manifest.System, op *manifest.Operation) {
			op.Body = &manifest.Content{MediaType: "a/b", Schema: raw(`{"$ref":"#/schemas/N\u006f"}`)}
		},
		"named schema": func(m *manifest.System, _ *manifest.Operation) {
			m.Schemas["Booking"] = raw(`{"items":{"$ref":"#/schemas/No"}}`)
		},
		"name of a schema": func(m *manifest.System, op *manifest.Operation) {
			m.Schemas["a b"] = raw(`{}`)
			op.Responses[0].Content = &manifest.Content{MediaType: "a/b", Schema: raw(`{"$ref":"#/schemas/a b"}`)}
		},
		"webhook": func(m *manifest.System, _ *manifest.Operation) {
			m.Services[0].Webhooks = []manifest.Notification{{Name: "ping"}}
		},
		"id of a webhook": func(m *manifest.System, op *manifest.Operation) { op.ID = "bookings.ping" },
		"callbacks": func(_ *manifest.System, op *manifest.Operation) {
			op.Callbacks = []manifest.Notification{{Name: "a", URL: "{$url}"}, {Name: "a", URL: "{$url}"}}
		},
		"body of a callback": func(_ *manifest.System, op *manifest.Operation) {
			op.Callbacks = []manifest.Notification{{Name: "a", URL: "{$url}", Body: &manifest.Content{MediaType: "a/b", Schema: raw(`{"$ref":"#/schemas/No"}`)}}}
		},
	} {
		m := everything()
		spoil(m, &m.Services[1].Operations[0])
		_, want := openapi.Document(m, openapi.Options{})
		if got := openapi.Check(m); want == nil || got == nil || got.Error() != want.Error() {
			t.Errorf("%s: the check says %v, the document %v", name, got, want)
		}
	}
	unusual := everything()
	unusual.Schemas["Booking"] = raw(`{"const":"#/schemas/No"}`) // it looks like a reference, and is none
	if err := openapi.Check(unusual); err != nil {
		t.Error(err)
	}
}

func BenchmarkCheckOfFiveHundredOperations(b *testing.B) {
	m := many(500)
	for b.Loop() {
		if err := openapi.Check(m); err != nil {
			b.Fatal(err)
		}
	}
}
