package archtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goBlock = regexp.MustCompile("(?s)```go\n(package main\n.*?)```")

// TestProgramsInTheDocumentationCompile builds every whole program that a page shows.
func TestProgramsInTheDocumentationCompile(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range goBlock.FindAllStringSubmatch(string(text), -1) {
			found++
			file := filepath.Join(t.TempDir(), "main.go")
			if err := os.WriteFile(file, []byte(block[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			vet := exec.CommandContext(t.Context(), "go", "vet", file)
			vet.Dir = "../.."
			if out, err := vet.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", page, err, out)
			}
		}
	}
	if found < 3 {
		t.Errorf("%d programs found; the pattern no longer matches", found)
	}
}

// TestTheTutorialWorksInAModuleOfItsOwn does what the tutorial says, up to running the programs.
func TestTheTutorialWorksInAModuleOfItsOwn(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/tutorial.md")
	if err != nil {
		t.Fatal(err)
	}
	clone, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(command string) {
		t.Helper()
		if !strings.Contains(string(text), "\n"+command+"\n") {
			t.Fatalf("the tutorial does not say: %s", command)
		}
		args := strings.Fields(strings.ReplaceAll(command, "../vade", clone))
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
	run("go mod init library")
	run("go mod edit -replace github.com/vade-go/vade=../vade")
	for _, program := range goBlock.FindAllStringSubmatch(string(text), -1) {
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		run("go mod tidy")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", os.DevNull, ".")
		build.Dir = dir
		if out, err := build.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

// TestTheReadmeShowsTheHelloProgram keeps the README's sample and the example the same.
func TestTheReadmeShowsTheHelloProgram(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("../../examples/hello/main.go")
	if err != nil {
		t.Fatal(err)
	}
	block := goBlock.FindStringSubmatch(string(readme))
	if block == nil || !strings.HasSuffix(string(program), block[1]) {
		t.Error("the sample in README.md is not examples/hello/main.go")
	}
}

// TestEveryPackageHasAManualAndAnExample: doc.go or a package comment of some length, and a testable example.
func TestEveryPackageHasAManualAndAnExample(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		name, _ := rel(p.ImportPath)
		if outside(name) || strings.HasPrefix(name, "examples/") || name == "e2e" {
			continue
		}
		dir := filepath.Join("../..", name)
		if _, err := os.Stat(filepath.Join(dir, "doc.go")); err != nil {
			t.Errorf("%s has no doc.go", name)
		}
		if !hasExample(t, dir) {
			t.Errorf("%s has no testable example", name)
		}
	}
}

var example = regexp.MustCompile(`(?m)^func Example`)

func hasExample(t *testing.T, dir string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if example.Match(text) && strings.Contains(string(text), "// Output:") {
			return true
		}
	}
	return false
}
