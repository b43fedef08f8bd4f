package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/e2e/kitchensink"
)

// documents are about everything that can be declared, in Go and in a manifest, in both versions of OpenAPI.
func documents(t *testing.T) map[string][]byte {
	t.Helper()
	m, err := kitchensink.System().Manifest()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]byte)
	for version, name := range map[string]string{openapi.Version: "kitchensink", openapi.Version30: "kitchensink-3.0"} {
		if all[name], err = openapi.Document(m, openapi.Options{OpenAPI: version, Servers: []string{"https://api.example.com"}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"everything", "everything-3.0"} {
		if all[name], err = os.ReadFile(filepath.Join("../api/openapi/testdata", name+".json")); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// uses returns the folders of what uses the code that is generated from a document; of a manifest nothing does.
func uses(name, language string) []string {
	if name == "kitchensink" || name == "kitchensink-3.0" {
		return []string{"kitchensink/kitchensink." + language}
	}
	return nil
}

func TestEverythingThatCanBeDeclaredIsAcceptedByIndependentValidators(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var files []string
	for name, data := range documents(t) {
		files = append(files, filepath.Join(dir, name+".json"))
		keep(t, files[len(files)-1], data)
	}
	mustRun(t, ".", "../scripts/openapi-validate/validate.sh", files...)
}

func TestTypeScriptOfEverythingThatCanBeDeclaredCompiles(t *testing.T) {
	t.Parallel()
	modules := node(t)
	for name, document := range documents(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := workshop(t, document, append(uses(name, "ts"), "typescript/package.json", "typescript/tsconfig.json")...)
			if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
				t.Fatal(err)
			}
			mustRun(t, dir, "node", modules+"/openapi-typescript/bin/cli.js", "openapi.json", "-o", "schema.ts")
			mustRun(t, dir, "node", modules+"/typescript/bin/tsc", "-p", ".", "--noEmit")
		})
	}
}

func TestGoOfEverythingThatCanBeDeclaredCompiles(t *testing.T) {
	t.Parallel()
	for name, document := range documents(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := workshop(t, document, append(uses(name, "go"), "go/go.mod", "go/go.sum", "kitchensink/oapi-codegen.yaml")...)
			if err := os.Mkdir(filepath.Join(dir, "schema"), 0o700); err != nil {
				t.Fatal(err)
			}
			mustRun(t, dir, "go", "tool", "oapi-codegen", "-config", "oapi-codegen.yaml", "-o", "schema/schema.go", "openapi.json")
			mustRun(t, dir, "go", "vet", "./...")
		})
	}
}
