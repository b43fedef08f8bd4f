package openapi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/vade-go/vade/api/openapi"
)

const validator = "../../scripts/openapi-validate/validate.sh"

func TestTheDocumentIsAcceptedByAnIndependentValidator(t *testing.T) {
	t.Parallel()
	judge := func(name string, document []byte) (string, error) {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, document, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), validator, file).CombinedOutput()
		return string(out), err
	}
	for name, opts := range map[string]openapi.Options{
		"system.json": {}, "bookings.json": {Service: "bookings", Issuer: "https://id.example.com"},
	} {
		if out, err := judge(name, derive(t, everything(), opts)); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	// A judge who accepts everything proves nothing.
	if _, err := judge("wrong.json", []byte(`{"openapi":"3.1.1","info":{"title":"x"},"paths":{}}`)); err == nil {
		t.Error("the validator accepts a document that is wrong")
	}
}
