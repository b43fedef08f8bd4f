package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vade-go/vade/config"
)

func TestMistakesInTheFileAreSaidWithTheirPlace(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, says string }{
		{"unknown key", "grac: 3s\n", "1:1: grac: unknown setting; did you mean grace?"},
		{"unknown nested key", "tls:\n  cert_fil: x\n", "2:3: tls.cert_fil: unknown setting; did you mean tls.cert_file?"},
		{"far from everything", "completely_different: 1\n", "1:1: completely_different: unknown setting"},
		{"no name", "~: 1\n", "1:1: unknown setting"},
		{"duration", "grace: soon\n", `1:8: grace: "soon" is not a duration such as 30s`},
		{"out of range", "small: 256\n", `1:8: small: "256" is not a whole number from 0 to 255`},
		{"number in another base", "workers: 0x10\n", `1:10: workers: "0x10" is not a whole number`},
		{"not a number", "share: .nan\n", `1:8: share: ".nan" is not a number such as 0.5`},
		{"null for a number", "workers:\n", `1:9: workers: "" is not a whole number`},
		{"one of a sequence", "networks:\n  - 10.0.0.0/8\n  - x\n", `3:5: networks: "x" is refused`},
		{"sequence of sequences", "names: [[a]]\n", "1:9: names: must be a plain value"},
		{"value in a map", "waits: {a: 1s, b: soon}\n", `1:19: waits: "soon" is not a duration`},
		{"map of sequences", "upstreams: {a: [b]}\n", "1:16: upstreams: must be a plain value"},
		{"sequence as a name", "upstreams: {[a]: b}\n", "1:13: upstreams: must be a plain value"},
		{"mapping for a text", "listen: {a: b}\n", "1:9: listen: must be a plain value"},
		{"sequence for a map", "upstreams: [a]\n", "1:12: upstreams: must be a plain value"},
		{"text for a section", "tls: yes\n", "1:6: tls: must be a mapping from names to values"},
		{"no mapping", "- a\n", "1:1: must be a mapping from names to values"},
		{"mapping as a name", "? {a: b}\n: c\n", "1:3: must be a plain value"},
		{"twice", "grace: 1s\ngrace: 2s\n", "2:1: grace: is set twice, first in line 1"},
		{"section twice", "tls: {}\n\ntls: {cert_file: x}\n", "3:1: tls: is set twice, first in line 1"},
		{"twice, once with dots", "tls: {cert_file: x}\ntls.cert_file: y\n", "2:1: tls.cert_file: is set twice, first in line 1"},
		{"twice in a map", "upstreams:\n  a: b\n  a: c\n", `3:3: upstreams: names "a" twice`},
		{"unknown and twice", "x: 1\nx: 2\n", "2:1: x: is set twice, first in line 1"},
		{"alias", "names: &n [a]\nlisten: *n\n", "2:9: listen: aliases and merged keys are not taken here"},
		{"alias in a sequence", "listen: &n a\nnames: [*n]\n", "2:9: names: aliases and merged keys are not taken here"},
		{"alias as a name", "listen: &n a\n*n : b\n", "2:1: aliases and merged keys are not taken here"},
		{"alias of a section", "tls: &n {cert_file: x}\ngrace: *n\n", "2:8: grace: aliases and merged keys"},
		{"merge", "tls:\n  <<: {cert_file: x}\n", "2:3: tls: aliases and merged keys are not taken here"},
		{"tag", "key: !vault secret/app\n", "1:6: key: has the tag !vault, which means nothing here"},
		{"binary", "listen: !!binary aGk=\n", "1:9: listen: has the tag !!binary"},
		{"tag in a map", "upstreams: {a: !env B}\n", "1:16: upstreams: has the tag !env"},
		{"broken", "a: [\n", "1: is not well-formed YAML: "},
		{"tab", "tls:\n\tcert_file: x\n", "2: is not well-formed YAML: "},
		{"bad UTF-8", "listen: \xff\n", "1: is not well-formed YAML: "},
		{"two documents", "grace: 1s\n---\ngrace: 2s\n", "2:1: another document begins; the file holds one"},
		{"broken second document", "grace: 1s\n---\na: [\n", "3: is not well-formed YAML: "},
		{"too large", "# " + strings.Repeat("x", 1<<20), " is larger than 1048576 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(t, tt.file, nil, nil)
			if _, ok := errors.AsType[*config.Error](err); !ok || !strings.Contains(err.Error(), "app.yaml:"+tt.says) {
				t.Errorf("got %v\nnot %s", err, tt.says)
			}
		})
	}
}

func TestFilesThatSayNothingChangeNothing(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"\n", "# a comment\n", "---\n", "~\n", "{}\n", "tls:\n", "tls: {}\n"} {
		s, _, err := load(t, file, nil, nil)
		if err != nil || s.Listen != ":80" {
			t.Errorf("%q: %+v, %v", file, s, err)
		}
	}
}

func TestThereAreSeveralWaysToWriteTheSame(t *testing.T) {
	t.Parallel()
	for _, file := range []string{
		"tls: {cert_file: x}\nnames: [a, b]\n",
		"tls:\n  cert_file: 'x'\nnames:\n  - a\n  - b\n",
		"tls.cert_file: &unused x\nnames: a,b\n",
		"\"tls\": {\"cert_file\": !!str x}\nnames: \"a, b\"\n",
	} {
		s, _, err := load(t, file, nil, nil)
		if err != nil || s.TLS.CertFile != "x" || strings.Join(s.Names, "|") != "a|b" {
			t.Errorf("%q: %+v, %v", file, s, err)
		}
	}
}

func TestASequenceOrMappingThatIsWrongKeepsTheDefault(t *testing.T) {
	t.Parallel()
	s := struct {
		Ports []int
		Limit map[string]int
	}{[]int{80}, map[string]int{"a": 1}}
	file := filepath.Join(t.TempDir(), "app.yaml")
	if err := os.WriteFile(file, []byte("ports: [1, x, y]\nlimit: {b: 2, c: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set := config.New(config.Source{File: file, Environ: []string{}})
	set.Bind("", &s)
	if err := set.Load(); err == nil || strings.Count(err.Error(), "\n") != 2 || s.Ports[0] != 80 || s.Limit["a"] != 1 || len(s.Limit) != 1 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestAFileThatIsNotThereMattersOnlyWhenItWasAskedFor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.yaml")
	for _, required := range []bool{false, true} {
		set := config.New(config.Source{File: path, FileRequired: required, Environ: []string{}})
		if err := set.Load(); (err != nil) != required || (required && !strings.Contains(err.Error(), path)) {
			t.Errorf("required %v: %v", required, err)
		}
	}
}

func TestAFolderIsNoFile(t *testing.T) {
	t.Parallel()
	set := config.New(config.Source{File: t.TempDir(), Environ: []string{}})
	if err := set.Load(); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("got %v", err)
	}
}

var placed = regexp.MustCompile(`app\.yaml:\d+(:\d+)?: `)

// FuzzLoadFile: whatever the file holds, reading it does not panic, and every mistake has a place.
func FuzzLoadFile(f *testing.F) {
	for _, seed := range []string{
		everything, "tls: {cert_file: x}\n", "a: [", "? {a: b}\n: c\n", "<<: *x", "names: [[a]]", "---\n---\n", "\t", "&a [*a]",
		"# c", "%YAML 1.2\n---\n", "key: !vault x\n", "upstreams: {a: 1, a: 2}\n", "tls: &t {}\ntls.cert_file: *t\n", "\ufefflisten: x",
		"listen: |\n  a\n  b\n", "listen: >-\n", "- - - -", "{", "'", "!<x> y", "? ", ": ", "a:\n b:\n  c", "home: \"\\xff\"",
	} {
		f.Add(seed)
	}
	file := filepath.Join(f.TempDir(), "app.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		set := config.New(config.Source{File: file, Environ: []string{}})
		set.Bind("", new(settings))
		for _, err := range unjoin(set.Load()) {
			if e, ok := errors.AsType[*config.Error](err); !ok || !placed.MatchString(e.Origin+": ") {
				t.Errorf("an error without a place: %v", err)
			}
		}
		for _, v := range set.Values() {
			if v.Key == "" || v.Origin == "" {
				t.Errorf("got %+v", v)
			}
		}
	})
}

func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return nil
}
