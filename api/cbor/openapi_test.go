package cbor_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/vade-go/vade/apitest"
)

func TestTheDocumentNamesCBORBesideJSON(t *testing.T) {
	t.Parallel()
	type body struct {
		Ref     string                                      `json:"$ref"`
		Content map[string]struct{ Schema json.RawMessage } `json:"content"`
	}
	var document struct {
		Paths map[string]map[string]struct {
			RequestBody body            `json:"requestBody"`
			Responses   map[string]body `json:"responses"`
		} `json:"paths"`
		Components struct {
			Responses map[string]body `json:"responses"`
		} `json:"components"`
	}
	if err := json.Unmarshal(apitest.New(t, weather()).OpenAPI(), &document); err != nil {
		t.Fatal(err)
	}
	operations := document.Paths["/reading"]
	for method, op := range operations {
		for status, answer := range op.Responses {
			if _, ok := answer.Content["application/problem+cbor"]; !ok && status >= "400" && answer.Ref == "" {
				t.Errorf("%s, %s: the problem is not there in CBOR", method, status)
			}
			if name, shared := strings.CutPrefix(answer.Ref, "#/components/responses/"); shared {
				if schema := document.Components.Responses[name].Content["application/problem+cbor"].Schema; schema == nil {
					t.Errorf("%s, %s: %s is not there in CBOR", method, status, name)
				}
			}
		}
	}
	if operations["put"].Responses["default"].Ref == "" {
		t.Error("put has no default")
	}
	for name, b := range map[string]body{
		"body": operations["put"].RequestBody, "answer": operations["put"].Responses["200"], "answer of GET": operations["get"].Responses["200"],
	} {
		inJSON, inCBOR := string(b.Content["application/json"].Schema), string(b.Content[mediaCBOR].Schema)
		if inJSON == "" || inJSON != inCBOR {
			t.Errorf("%s: the schema of CBOR is %s, that of JSON %s", name, inCBOR, inJSON)
		}
	}
}
