package cbor_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/cbor"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
)

type reading struct {
	Place string `json:"place" minLength:"1"`
	Count int64  `json:"count" maximum:"9007199254740993"`
	Raw   []byte `json:"raw"`
}

const (
	inJSON    = `{"place":"north","count":9007199254740993,"raw":"AQI="}`
	mediaCBOR = "application/cbor"
)

func weather() *vade.Service {
	svc := vade.NewService("weather")
	inCBOR := api.Codecs(cbor.Codec{})
	api.Put(svc, "/reading", func(_ context.Context, in reading) (reading, error) { return in, nil }, auth.Public(), inCBOR)
	api.Get(svc, "/reading", func(context.Context, api.None) (api.Versioned[reading], error) {
		return api.Versioned[reading]{Value: reading{Place: "north", Raw: []byte{1}}, Tag: "v1"}, nil
	}, auth.Public(), inCBOR)
	return svc
}

// serve serves the service on a free port, until the test ends.
func serve(t *testing.T) (address string) {
	t.Helper()
	tel, err := telemetry.New(telemetry.Config{Service: "weather", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	in, err := vade.NewSystem("town", weather()).Open(t.Context(), vade.Config{Telemetry: tel})
	if err != nil {
		t.Fatal(err)
	}
	h, ok := in.Handler("weather")
	if !ok {
		t.Fatal("no handler")
	}
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		server.Close()
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL + "/reading"
}

func ask(t *testing.T, method, url string, body []byte, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(res.Header.Values("Vary"), "Accept") {
		t.Errorf("%s: Vary %q does not name Accept", method, res.Header.Values("Vary"))
	}
	return res, data
}

func document(t *testing.T, text string) []byte {
	t.Helper()
	data, err := cbor.Codec{}.FromJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestABodyInCBORIsReadAndTheAnswerIsWhatTheClientPrefers(t *testing.T) {
	t.Parallel()
	address := serve(t)
	// {"raw": h'0102', "count": 9007199254740993, "place": "north"}, as a writer with byte strings says it.
	bytesInCBOR := unhex(t, "a363726177420102"+"65636f756e741b0020000000000001"+"65706c616365656e6f727468")
	for accept, want := range map[string]string{
		"": "application/json", mediaCBOR: mediaCBOR, "*/*": "application/json", "text/html": "application/json",
		"application/json;q=0.5, application/cbor": mediaCBOR, "application/cbor;q=0.5, application/json": "application/json",
		"application/cbor;q=0, */*": "application/json",
	} {
		header := []string{"Content-Type", mediaCBOR}
		if accept != "" {
			header = append(header, "Accept", accept)
		}
		res, body := ask(t, "PUT", address, bytesInCBOR, header...)
		if got := res.Header.Get("Content-Type"); res.StatusCode != 200 || got != want {
			t.Errorf("Accept %q: %d, %s, want %s", accept, res.StatusCode, got, want)
		}
		if want == mediaCBOR {
			if !bytes.Equal(body, document(t, inJSON)) {
				t.Errorf("Accept %q: %x", accept, body)
			}
		} else if strings.TrimSpace(string(body)) != inJSON {
			t.Errorf("Accept %q: %s", accept, body)
		}
	}
}

func TestProblemsComeInCBOR(t *testing.T) {
	t.Parallel()
	address := serve(t)
	for name, c := range map[string]struct {
		body      []byte
		mediaType string
		status    int
		pointers  []string
	}{
		"violations":   {document(t, `{"place":"","count":9007199254740994,"raw":"AQI="}`), mediaCBOR, 422, []string{"/count", "/place"}},
		"malformed":    {[]byte{0xa1, 0x61}, mediaCBOR, 400, nil},
		"undefined":    {[]byte{0xf7}, mediaCBOR, 400, nil},
		"another type": {[]byte("a"), "text/plain", 415, nil},
	} {
		res, body := ask(t, "PUT", address, c.body, "Content-Type", c.mediaType, "Accept", mediaCBOR)
		if got := res.Header.Get("Content-Type"); res.StatusCode != c.status || got != "application/problem+cbor" {
			t.Errorf("%s: %d %s, want %d", name, res.StatusCode, got, c.status)
			continue
		}
		text, err := cbor.Codec{}.ToJSON(body)
		if err != nil {
			t.Fatal(err)
		}
		p, err := problem.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var pointers []string
		for _, v := range p.Errors {
			pointers = append(pointers, v.Pointer)
		}
		slices.Sort(pointers)
		if !slices.Equal(pointers, c.pointers) {
			t.Errorf("%s: violations at %q, want %q", name, pointers, c.pointers)
		}
	}
}

func TestAnAnswerInCBORHasAnETagOfItsOwn(t *testing.T) {
	t.Parallel()
	address := serve(t)
	inJSON, _ := ask(t, "GET", address, nil)
	res, body := ask(t, "GET", address, nil, "Accept", mediaCBOR)
	tag := res.Header.Get("ETag")
	if tag == "" || tag == inJSON.Header.Get("ETag") {
		t.Errorf("ETag %q, and %q of JSON", tag, inJSON.Header.Get("ETag"))
	}
	again, _ := ask(t, "GET", address, nil, "Accept", mediaCBOR, "If-None-Match", tag)
	if again.StatusCode != http.StatusNotModified || again.Header.Get("ETag") != tag {
		t.Errorf("%d with ETag %q, want 304 with %q", again.StatusCode, again.Header.Get("ETag"), tag)
	}
	head, nothing := ask(t, "HEAD", address, nil, "Accept", mediaCBOR)
	if head.Header.Get("Content-Type") != mediaCBOR || head.ContentLength != int64(len(body)) || len(nothing) > 0 || head.Header.Get("ETag") != tag {
		t.Errorf("HEAD: %v, %d bytes, want %d", head.Header, head.ContentLength, len(body))
	}
}
