package apitest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/vade-go/vade/api/openapi"
)

// OpenAPI returns the OpenAPI document of the service that [New] was given, or of the whole system.
func (s *System) OpenAPI() []byte {
	s.t.Helper()
	document, err := openapi.Document(s.manifest, openapi.Options{Service: s.about})
	if err != nil {
		s.t.Fatal(err)
	}
	return document
}

// GoldenOpenAPI fails the test when the OpenAPI document differs from the one in file, "testdata/openapi.json", so that nobody changes
// what clients rely on without seeing it.
//
// With UPDATE_GOLDEN=1 in the environment the file is written instead, and so it is with the flag -update, if the test program has
// one: this package declares none, since two of one name cannot be.
func (s *System) GoldenOpenAPI(file string) {
	s.t.Helper()
	got := s.OpenAPI()
	if updating() {
		if err := write(file, got); err != nil {
			s.t.Fatalf("apitest: update: %v", err)
		}
		return
	}
	want, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.t.Fatalf("apitest: there is no %s; UPDATE_GOLDEN=1 go test writes it", file)
	case err != nil:
		s.t.Fatalf("apitest: %v", err)
	}
	if !bytes.Equal(got, want) {
		s.t.Errorf("apitest: the OpenAPI document is not that of %s; if it should be so, UPDATE_GOLDEN=1 go test writes it\n%s", file, difference(want, got))
	}
}

func updating() bool {
	f := flag.Lookup("update")
	return os.Getenv("UPDATE_GOLDEN") == "1" || (f != nil && f.Value.String() == "true")
}

func write(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// difference shows where two texts part and where they meet again, a few lines of each.
func difference(want, got []byte) string {
	w, g := strings.SplitAfter(string(want), "\n"), strings.SplitAfter(string(got), "\n")
	first := 0
	for first < min(len(w), len(g)) && w[first] == g[first] {
		first++
	}
	last := 0
	for last < min(len(w), len(g))-first && w[len(w)-1-last] == g[len(g)-1-last] {
		last++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "line %d:\n", first+1)
	excerpt(&b, "- ", w[first:len(w)-last])
	excerpt(&b, "+ ", g[first:len(g)-last])
	return b.String()
}

func excerpt(b *strings.Builder, mark string, lines []string) {
	const most = 12
	for i, line := range lines {
		if i == most {
			fmt.Fprintf(b, "%s… and %d more lines\n", mark, len(lines)-most)
			return
		}
		b.WriteString(mark + strings.TrimSuffix(line, "\n") + "\n")
	}
}
