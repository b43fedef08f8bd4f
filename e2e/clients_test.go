package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const clientSources = "testdata/clients"

// tool runs a program of the machine in a folder and returns what it printed.
func tool(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func mustRun(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if out, err := tool(t, dir, name, args...); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args[0], err, out) // the others may be a token
	}
}

// workshop is a folder with a document and copies of sources.
func workshop(t *testing.T, document []byte, sources ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, source := range sources {
		data, err := os.ReadFile(filepath.Join(clientSources, source))
		if err != nil {
			t.Fatal(err)
		}
		keep(t, filepath.Join(dir, filepath.Base(source)), data)
	}
	keep(t, filepath.Join(dir, "openapi.json"), document)
	return dir
}

// served returns a document of the running airline, as anybody gets it.
func served(t *testing.T, a *airline, document string) []byte {
	t.Helper()
	status, body := a.do("GET", document, "", nil)
	if status != 200 {
		t.Fatalf("%s: status %d", document, status)
	}
	return body
}

func keep(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// node returns the folder of the installed packages.
func node(t *testing.T) string {
	t.Helper()
	mustRun(t, ".", "sh", filepath.Join(clientSources, "typescript", "install.sh"))
	modules, err := filepath.Abs(filepath.Join(clientSources, "typescript", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	return modules
}

func inAWeek() string { return time.Now().AddDate(0, 0, 7).Format(time.DateOnly) }

func TestAGeneratedTypeScriptClientCompilesAndBooks(t *testing.T) {
	t.Parallel()
	a, _ := inOneProcess(t, nil)
	dir := workshop(t, served(t, a, "/openapi.json"), "typescript/airline.ts", "typescript/package.json", "typescript/tsconfig.json")
	modules := node(t)
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	mustRun(t, dir, "node", modules+"/openapi-typescript/bin/cli.js", "openapi.json", "-o", "schema.ts")
	mustRun(t, dir, "node", modules+"/typescript/bin/tsc", "-p", ".") // fails as well where a misuse compiles
	mustRun(t, dir, "node", "out/airline.js", a.url, a.token("ada", everyScope), inAWeek())
}

func TestAGeneratedGoClientCompilesAndBooks(t *testing.T) {
	t.Parallel()
	a, _ := inOneProcess(t, nil)
	dir := workshop(t, served(t, a, "/openapi.json"), "go/go.mod", "go/go.sum", "go/main.go", "go/misuse.go", "go/oapi-codegen.yaml")
	if err := os.Mkdir(filepath.Join(dir, "schema"), 0o700); err != nil {
		t.Fatal(err)
	}
	mustRun(t, dir, "go", "tool", "oapi-codegen", "-config", "oapi-codegen.yaml", "-o", "schema/schema.go", "openapi.json")
	mustRun(t, dir, "go", "vet", "./...")
	mustRun(t, dir, "go", "build", "-o", "client", ".")
	mustRun(t, dir, "./client", a.url, a.token("grace", everyScope), inAWeek())
	if out, err := tool(t, dir, "go", "build", "-tags", "misuse", "-o", "misuse", "."); err == nil || !strings.Contains(out, "unknown field Flight") {
		t.Errorf("a field that does not exist compiles: %v\n%s", err, out)
	}
}
