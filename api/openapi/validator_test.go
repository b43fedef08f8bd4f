package openapi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/vade-go/vade/api/openapi"
)

const validator = "../../scripts/openapi-validate/validate.sh"

func TestTheDocumentIsAcceptedByIndependentValidators(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	judge := func(documents map[string][]byte) (string, error) {
		var files []string
		for name, data := range documents {
			file := filepath.Join(dir, name)
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		out, err := exec.CommandContext(t.Context(), validator, files...).CombinedOutput()
		return string(out), err
	}
	documents := make(map[string][]byte)
	for name, opts := range map[string]openapi.Options{
		"system": {}, "bookings": {Service: "bookings", Issuer: "https://id.example.com"},
		"login": {Login: endpoints()}, "login30": {Login: endpoints(), OpenAPI: openapi.Version30},
		"system30": {OpenAPI: openapi.Version30}, "bookings30": {Service: "bookings", OpenAPI: openapi.Version30},
	} {
		data := derive(t, everything(), opts)
		written, err := openapi.YAML(data)
		if err != nil {
			t.Fatal(err)
		}
		documents[name+".json"], documents[name+".yaml"] = data, written // the judges compare the two
	}
	if out, err := judge(documents); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	// A judge who accepts everything proves nothing.
	for name, wrong := range map[string]string{
		"wrong.json": `{"openapi":"3.1.1","info":{"title":"x"},"paths":{}}`,
		"mixed.json": `{"openapi":"3.0.3","info":{"title":"x","version":"1"},"servers":[{"url":"/"}],"paths":{},"components":{"schemas":{"A":{"type":["string","null"]}}}}`,
	} {
		if _, err := judge(map[string][]byte{name: []byte(wrong)}); err == nil {
			t.Errorf("the validators accept %s", wrong)
		}
	}
}
