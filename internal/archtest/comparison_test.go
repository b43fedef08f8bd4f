package archtest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var proof = regexp.MustCompile(`^([a-z0-9/]+): (Test\w+)$`)

// TestEveryLineOfTheComparisonHasItsProof: the last column of each table of docs/comparison.md names a test that there is.
func TestEveryLineOfTheComparisonHasItsProof(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/comparison.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.SplitSeq(string(text), "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if !strings.HasPrefix(line, "| ") || cells[0] == "what" {
			continue
		}
		lines++
		named := proof.FindStringSubmatch(cells[len(cells)-1])
		if len(cells) != 5 || named == nil {
			t.Errorf("this is no line of five columns that ends in a proof: %s", line)
			continue
		}
		if !hasTest(t, filepath.Join("../..", named[1]), named[2]) {
			t.Errorf("%s has no %s, which is to prove: %s", named[1], named[2], cells[0])
		}
	}
	if lines < 50 {
		t.Errorf("%d lines found; the pattern no longer matches", lines)
	}
}

// hasTest reports whether a package has a test function.
func hasTest(t *testing.T, dir, name string) bool {
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
		if strings.Contains(string(text), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
