package cbor_test

import (
	"encoding/json"
	"testing"

	"github.com/vade-go/vade/apitest"
)

func TestTheDocumentNamesCBORBesideJSON(t *testing.T) {
	t.Parallel()
	type body struct {
		Content map[string]struct{ Schema json.RawMessage } `json:"content"`
	}
	var document struct {
		Paths map[string]map[string]struct {
			RequestBody body            `json:"requestBody"`
			Responses   map[string]body `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(apitest.New(t, weather()).OpenAPI(), &document); err != nil {
		t.Fatal(err)
	}
	operations := document.Paths["/reading"]
	for name, b := range map[string]body{
		"body": operations["put"].RequestBody, "answer": operations["put"].Responses["200"], "answer of GET": operations["get"].Responses["200"],
	} {
		inJSON, inCBOR := string(b.Content["application/json"].Schema), string(b.Content[mediaCBOR].Schema)
		if inJSON == "" || inJSON != inCBOR {
			t.Errorf("%s: the schema of CBOR is %s, that of JSON %s", name, inCBOR, inJSON)
		}
	}
}
