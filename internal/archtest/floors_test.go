package archtest_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/vade-go/vade"

// floors says who may import whom. It is a statement of policy, in the spirit of Go's own go/build/deps_test.go: when a build
// does not fit, the code is wrong, not this list.
//
// A package imports packages of lower floors and its own sub-packages. Names on one floor are strangers to each other.
var floors = []struct {
	floor    int
	packages []string // import paths inside the module; "x/..." stands for x and all below it
}{
	{0, []string{"manifest", "problem", "schema", "lifecycle/...", "config"}},
	{1, []string{"auth/...", "telemetry"}},
	{2, []string{"call"}},
	{3, []string{"operation", "operation/results/..."}}, // floor 2 of DESIGN.md: stands on call, because a part is opened with the way to its peers
	{4, []string{"store/driver", "events/driver"}},
	{5, []string{"api", "api/cbor", "api/compress", "api/openapi", "api/docs", "events", "events/drivertest", "store", "store/drivertest"}},
	{6, []string{"store/sqlitestore", "events/natsevents", "outbox"}},
	{7, []string{".", "gateway/..."}},
	{8, []string{"program", "embedded", "apitest"}},
	{9, []string{"examples/...", "e2e/..."}},
}

// bridges are the packages that join two capabilities of one floor below.
var bridges = map[string][]string{"outbox": {"store", "events"}}

// dataOnly are the packages that may import nothing of the module but these.
var dataOnly = map[string][]string{
	"manifest":    {},
	"api/openapi": {"manifest"},
	"api/docs":    {"manifest", "problem"}, // the pages say what problems mean
}

// standardOnly are the packages that import the standard library only.
var standardOnly = []string{"manifest"}

// heavy are modules that only some packages may link, because every program below them would carry them.
var heavy = map[string][]string{
	"github.com/nats-io/nats-server/v2":   {"events/natsevents"},
	"github.com/nats-io/nats.go":          {"events/natsevents"},
	"modernc.org/sqlite":                  {"store/sqlitestore"},
	"github.com/coder/websocket":          {"api"},
	"github.com/klauspost/compress":       {"api/compress"},
	"github.com/andybalholm/brotli":       {"api/compress"},
	"github.com/fxamacker/cbor/v2":        {"api/cbor"},
	"github.com/spf13/cobra":              {"program"},
	"github.com/go-jose/go-jose/v4":       {"auth", "auth/devissuer"},
	"go.yaml.in/yaml/v3":                  {"config", "api/openapi"},
	"github.com/prometheus/client_golang": {"telemetry"},
	"testing":                             {"internal/natstest", "store/drivertest", "events/drivertest", "lifecycle/lifecycletest", "operation/results/resultstest", "apitest"},
	"text/template":                       {},
	"html/template":                       {},
	"net/rpc":                             {},
	"net/http/pprof":                      {},
	"expvar":                              {},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Imports"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// rel returns the path inside the module, "." for its root, and whether the package belongs to it.
func rel(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// place returns the floor of a package; internal packages and tools stand outside the house.
func place(name string) (floor int, ok bool) {
	for _, f := range floors {
		for _, pattern := range f.packages {
			prefix, all := strings.CutSuffix(pattern, "/...")
			if name == pattern || (all && (name == prefix || strings.HasPrefix(name, prefix+"/"))) {
				return f.floor, true
			}
		}
	}
	return 0, false
}

func outside(name string) bool {
	return strings.HasPrefix(name, "internal/") || strings.HasPrefix(name, "tools/") || strings.HasPrefix(name, "scripts/")
}

// family reports whether two packages belong together: a package and its sub-packages, or the parts of one example.
func family(a, b string) bool {
	return strings.HasPrefix(a+"/", b+"/") || strings.HasPrefix(b+"/", a+"/") || (exampleOf(a) != "" && exampleOf(a) == exampleOf(b))
}

// exampleOf returns the name of the example that a package is part of, or "".
func exampleOf(name string) string {
	rest, ok := strings.CutPrefix(name, "examples/")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(rest, "/")
	return name
}

func TestEveryPackageHasAFloor(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		name, _ := rel(p.ImportPath)
		if _, ok := place(name); !ok && !outside(name) {
			t.Errorf("%s stands on no floor; give it a place in the list above", name)
		}
	}
}

func TestPackagesImportLowerFloorsOnly(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		name, _ := rel(p.ImportPath)
		floor, ok := place(name)
		if !ok {
			continue
		}
		for _, imported := range p.Imports {
			other, ours := rel(imported)
			if !ours || outside(other) {
				continue
			}
			below, _ := place(other)
			switch {
			case below < floor:
			case below == floor && family(name, other):
			default:
				t.Errorf("%s (floor %d) imports %s (floor %d)", name, floor, other, below)
			}
		}
	}
}

// A service knows other services by their contract packages, whose names end in "api", and by nothing else.
func TestServicesOfAnExampleMeetInTheirContractsOnly(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./examples/...") {
		name, _ := rel(p.ImportPath)
		parts := strings.Split(name, "/")
		if len(parts) < 3 || parts[2] == "internal" {
			continue
		}
		for _, imported := range p.Imports {
			other, ours := rel(imported)
			to := strings.Split(other, "/")
			if !ours || exampleOf(other) == "" || len(to) < 3 || to[2] == "internal" || to[2] == parts[2] {
				continue
			}
			if !strings.HasSuffix(other, "api") {
				t.Errorf("%s imports %s, which is the inside of another service", name, other)
			}
		}
	}
}

func TestOnlyBridgesJoinCapabilities(t *testing.T) {
	t.Parallel()
	capabilities := []string{"api", "events", "store"}
	for _, p := range list(t, "./...") {
		name, _ := rel(p.ImportPath)
		floor, ok := place(name)
		if !ok || floor > 6 {
			continue // composition joins what it likes
		}
		var joined []string
		for _, imported := range p.Imports {
			other, _ := rel(imported)
			top, _, _ := strings.Cut(other, "/")
			if slices.Contains(capabilities, top) && !family(name, top) && !slices.Contains(joined, top) {
				joined = append(joined, top)
			}
		}
		for _, capability := range joined {
			if !slices.Contains(bridges[name], capability) {
				t.Errorf("%s imports %s, and is a bridge of %v", name, capability, bridges[name])
			}
		}
	}
}

// What stands outside the house is used on every floor, so it must not be a tunnel between them.
func TestInternalPackagesKnowTheGroundFloorOnly(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./internal/...") {
		name, _ := rel(p.ImportPath)
		for _, imported := range p.Imports {
			if other, ours := rel(imported); ours && !outside(other) {
				if floor, _ := place(other); floor > 0 {
					t.Errorf("%s imports %s (floor %d)", name, other, floor)
				}
			}
		}
	}
}

func TestDerivationsReadTheManifestOnly(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		name, _ := rel(p.ImportPath)
		allowed, ok := dataOnly[name]
		if !ok {
			continue
		}
		for _, imported := range p.Imports {
			if other, ours := rel(imported); ours && !slices.Contains(allowed, other) {
				t.Errorf("%s imports %s", name, other)
			}
		}
	}
}

func TestSomePackagesImportTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		name, _ := rel(p.ImportPath)
		for _, imported := range p.Imports {
			first, _, _ := strings.Cut(imported, "/")
			if slices.Contains(standardOnly, name) && strings.Contains(first, ".") {
				t.Errorf("%s imports %s", name, imported)
			}
		}
	}
}

func TestHeavyModulesAppearWhereTheyMayOnly(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		name, _ := rel(p.ImportPath)
		if outside(name) && name != "internal/httpserver" {
			continue
		}
		for _, imported := range p.Imports {
			for mod, allowed := range heavy {
				if (imported == mod || strings.HasPrefix(imported, path.Clean(mod)+"/")) && !slices.Contains(allowed, name) {
					t.Errorf("%s imports %s, which only %v may", name, imported, allowed)
				}
			}
		}
	}
}
