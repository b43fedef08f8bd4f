package archtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// snippets are the files from which the pages show parts. They are real code around what is shown.
const snippets = "testdata/howto"

var anyGoBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// TestWhatThePagesShowInPartsCompiles: what is no whole program stands, paragraph by paragraph, in one file of testdata/howto, and
// those files compile. Blanks do not count, and a line "…" leaves something out.
func TestWhatThePagesShowInPartsCompiles(t *testing.T) {
	t.Parallel()
	vet := exec.CommandContext(t.Context(), "go", "vet", "./"+snippets+"/...")
	if out, err := vet.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	names, err := filepath.Glob(snippets + "/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, "\n"+strings.Join(paragraphs(string(text)), "\n")+"\n")
	}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range anyGoBlock.FindAllStringSubmatch(string(text), -1) {
			if strings.HasPrefix(block[1], "package main\n") {
				continue
			}
			found++
			if !slices.ContainsFunc(files, func(file string) bool { return shows(file, block[1]) }) {
				t.Errorf("%s: this is in no file of internal/archtest/%s; add it to one, or a file for it:\n%s", page, snippets, block[1])
			}
		}
	}
	if found == 0 {
		t.Error("no snippets found; the pattern no longer matches")
	}
}

// shows reports whether every paragraph of a block is in a file.
func shows(file, block string) bool {
	for _, p := range paragraphs(block) {
		if !strings.Contains(file, "\n"+p+"\n") {
			return false
		}
	}
	return true
}

// paragraphs splits code at empty lines and at those that leave something out, with one blank wherever there are some.
func paragraphs(code string) []string {
	var all, current []string
	for line := range strings.SplitSeq(code+"\n\n", "\n") {
		line = strings.Join(strings.Fields(line), " ")
		switch {
		case line != "" && line != "…":
			current = append(current, line)
		case len(current) > 0:
			all, current = append(all, strings.Join(current, "\n")), nil
		}
	}
	return all
}
