package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/config"
)

type settings struct {
	Listen   string `doc:"where to listen"`
	Grace    time.Duration
	Workers  int
	Share    float64
	On       bool
	Small    uint8
	MaxBody  config.Size
	Key      config.Secret
	Home     *url.URL
	Level    slog.Level
	Networks []netip.Prefix
	Names    []string
	Peers    map[string]string `config:"upstreams"`
	Hidden   string            `config:"-"`
	TLS      struct {
		CertFile string
	}
}

// load writes a file, if there is one, and loads the settings.
func load(t *testing.T, file string, environ []string, overrides map[string]string) (*settings, *config.Set, error) {
	t.Helper()
	src := config.Source{Prefix: "APP_", Environ: environ, Overrides: overrides}
	if file != "" {
		src.File = filepath.Join(t.TempDir(), "app.yaml")
		if err := os.WriteFile(src.File, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := &settings{Listen: ":80", Grace: time.Second, Hidden: "same"}
	set := config.New(src)
	set.Bind("", s)
	return s, set, set.Load()
}

func TestEveryTypeIsReadFromTheEnvironmentAndTheFile(t *testing.T) {
	t.Parallel()
	file := `
listen: ":81"
grace: 1m30s
workers: 7
share: 0.25
on: true
small: 255
max_body: 1MiB
key: hush
home: https://example.com/x
level: warn
networks: [10.0.0.0/8, "::1/128"]
names: [a, b]
upstreams: {flights: "http://f", airports: "http://a"}
tls: {cert_file: c.pem}
`
	environ := []string{
		"OTHER=1", "APP_LISTEN=:81", "APP_GRACE=1m30s", "APP_WORKERS=7", "APP_SHARE=0.25", "APP_ON=true", "APP_SMALL=255", "APP_MAX_BODY=1MiB",
		"APP_KEY=hush", "APP_HOME=https://example.com/x", "APP_LEVEL=warn", "APP_NETWORKS=10.0.0.0/8, ::1/128", "APP_NAMES=a,b",
		"APP_UPSTREAMS=flights=http://f,airports=http://a", "APP_TLS_CERT_FILE=c.pem",
	}
	fromFile, _, err := load(t, file, []string{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	fromEnv, _, err := load(t, "", environ, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*settings{fromFile, fromEnv} {
		got := fmt.Sprint(s.Listen, s.Grace, s.Workers, s.Share, s.On, s.Small, s.MaxBody, s.Key.Reveal(), s.Home, s.Level, s.Networks, s.Names,
			s.Peers, s.Hidden, s.TLS.CertFile)
		want := ":81 1m30s 7 0.25 true 255 1MiB hush https://example.com/x WARN [10.0.0.0/8 ::1/128] [a b] map[airports:http://a flights:http://f] same c.pem"
		if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestFlagsWinOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	t.Parallel()
	s, set, err := load(t, "listen: file\ngrace: 2s\nworkers: 1\n", []string{"APP_LISTEN=first", "APP_LISTEN=env", "APP_GRACE=3s"}, map[string]string{"listen": "flag"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Listen != "flag" || s.Grace != 3*time.Second || s.Workers != 1 {
		t.Errorf("got %+v", s)
	}
	origins := make(map[string]string)
	for _, v := range set.Values() {
		origins[v.Key] = v.Origin
	}
	if origins["listen"] != "--set" || origins["grace"] != "environment APP_GRACE" || !strings.HasSuffix(origins["workers"], "app.yaml:3:10") || origins["share"] != "default" {
		t.Errorf("origins %v", origins)
	}
}

func TestAVariableSetToNothingEmptiesTheValue(t *testing.T) {
	t.Parallel()
	s, _, err := load(t, "names: [a]\n", []string{"APP_LISTEN=", "APP_NAMES="}, nil)
	if err != nil || s.Listen != "" || len(s.Names) != 0 {
		t.Errorf("got %q %q, %v", s.Listen, s.Names, err)
	}
}

func TestMistakesAreSaidWithTheirPlaceAndTheMend(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file string
		environ    []string
		overrides  map[string]string
		says       []string
	}{
		{"unknown key", "grac: 3s\n", nil, nil, []string{"app.yaml:1:1", "grac", "unknown setting", "did you mean grace?"}},
		{"unknown nested key", "tls:\n  cert_fil: x\n", nil, nil, []string{"app.yaml:2:3", "tls.cert_fil", "tls.cert_file"}},
		{"far from everything", "completely_different: 1\n", nil, nil, []string{"completely_different", "unknown setting"}},
		{"unknown variable", "", []string{"APP_GRAZE=1s"}, nil, []string{"environment APP_GRAZE", "APP_GRACE"}},
		{"unknown override", "", nil, map[string]string{"graze": "1s"}, []string{"--set", "graze", "grace"}},
		{"duration", "grace: soon\n", nil, nil, []string{"app.yaml:1:8", "grace", `"soon"`, "30s"}},
		{"number", "", []string{"APP_WORKERS=many"}, nil, []string{"APP_WORKERS", `"many"`, "whole number"}},
		{"out of range", "small: 256\n", nil, nil, []string{"app.yaml:1:8", "0 to 255"}},
		{"bool", "on: perhaps\n", nil, nil, []string{"neither true nor false"}},
		{"float", "share: half\n", nil, nil, []string{"0.5"}},
		{"size", "max_body: big\n", nil, nil, []string{"1MiB"}},
		{"url", "", []string{"APP_HOME=http://[x"}, nil, []string{"not a URL"}},
		{"text of a type", "level: loud\n", nil, nil, []string{"level", "refused"}},
		{"one of a list", "networks: [10.0.0.0/8, x]\n", nil, nil, []string{"networks"}},
		{"map", "", []string{"APP_UPSTREAMS=flights"}, nil, []string{"a=1,b=2"}},
		{"map, twice", "", []string{"APP_UPSTREAMS=a=1,a=2"}, nil, []string{"twice"}},
		{"mapping for a text", "listen: {a: b}\n", nil, nil, []string{"app.yaml:1:9", "plain value"}},
		{"text for a section", "tls: yes\n", nil, nil, []string{"mapping"}},
		{"twice", "grace: 1s\ngrace: 2s\n", nil, nil, []string{"app.yaml:2", "grace"}},
		{"broken", "a: [\n", nil, nil, []string{"app.yaml:", "not well-formed"}},
		{"two documents", "grace: 1s\n---\ngrace: 2s\n", nil, nil, []string{"more than one document"}},
		{"alias", "names: &n [a]\nlisten: *n\n", nil, nil, []string{"aliases"}},
		{"no mapping", "- a\n", nil, nil, []string{"mapping"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			environ := tt.environ
			if environ == nil {
				environ = []string{}
			}
			_, _, err := load(t, tt.file, environ, tt.overrides)
			if _, ok := errors.AsType[*config.Error](err); !ok {
				t.Fatalf("got %v", err)
			}
			for _, part := range tt.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}

func TestAllMistakesComeBackAtOnce(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, "grac: 1s\nworkers: x\n", []string{"APP_SHARE=y", "APP_ZZZZZZZZZZZZZ=1"}, nil)
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("got %v", err)
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

type guarded struct {
	Rate float64
	Name string `required:"true"`
}

func (g *guarded) Validate() error {
	if g.Rate > 1 {
		return errors.Join(errors.New("rate: too much"), errors.New("rate: really"))
	}
	return nil
}

func TestRulesOfAStructAreCheckedAfterLoading(t *testing.T) {
	t.Parallel()
	var g guarded
	set := config.New(config.Source{Prefix: "APP_", Environ: []string{"APP_PAY_PAL_RATE=2", "APP_PAY_PAL_NAME=x"}})
	set.Bind("pay-pal", &g)
	if err := set.Load(); err == nil || err.Error() != "pay-pal: rate: too much\npay-pal: rate: really" {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsRequiredMustBeSet(t *testing.T) {
	t.Parallel()
	set := config.New(config.Source{Prefix: "APP_", Environ: []string{}})
	set.Bind("pay", new(guarded))
	if err := set.Load(); err == nil || !strings.Contains(err.Error(), "APP_PAY_NAME") {
		t.Errorf("got %v", err)
	}
}

func TestMistakesOfTheDeclarationAreErrorsToo(t *testing.T) {
	t.Parallel()
	for name, bind := range map[string]func(*config.Set){
		"no pointer":   func(s *config.Set) { s.Bind("", settings{}) },
		"one key":      func(s *config.Set) { s.Bind("a", &struct{ X string }{}); s.Bind("a", &struct{ X string }{}) },
		"one variable": func(s *config.Set) { s.Bind("a", &struct{ BC string }{}); s.Bind("", &struct{ ABc string }{}) },
		"a function":   func(s *config.Set) { s.Bind("", &struct{ F func() }{}) },
	} {
		set := config.New(config.Source{Environ: []string{}})
		bind(set)
		if err := set.Load(); err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	const hush = "correct horse"
	s, set, err := load(t, "", []string{"APP_KEY=" + hush}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var log, table strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", s.Key, "all", *s)
	if err := config.Write(&table, set.Values()); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{
		log.String(), table.String(), string(encoded), fmt.Sprint(s.Key), fmt.Sprintf("%+v %#v %q %s", *s, s.Key, s.Key, s.Key), fmt.Sprint(set.Values()),
	}
	for _, text := range printed {
		if strings.Contains(text, hush) {
			t.Errorf("the secret shows: %s", text)
		}
	}
	if s.Key.Reveal() != hush {
		t.Error("the secret is lost")
	}
	i := slices.IndexFunc(set.Values(), func(v config.Value) bool { return v.Key == "key" })
	if v := set.Values()[i]; !v.Secret || v.Value != "•••" || v.Default != "" {
		t.Errorf("got %+v", v)
	}
}

func FuzzLoadFile(f *testing.F) {
	for _, seed := range []string{"listen: x\n", "tls: {cert_file: x}\n", "a: [", "? {a: b}\n: c\n", "<<: *x", "names: [[a]]", "---\n---\n", "\t", "&a [*a]"} {
		f.Add(seed)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(dir, "app.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		set := config.New(config.Source{File: file, Environ: []string{}})
		set.Bind("", new(settings))
		if err := set.Load(); err != nil && !strings.Contains(err.Error(), "app.yaml") {
			t.Errorf("an error without a place: %v", err)
		}
	})
}

func FuzzSize(f *testing.F) {
	for _, seed := range []string{"512", "1MiB", "64KB", "9223372036854775807", "8388608TiB", "-1", " 1 KiB "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a, b config.Size
		if a.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := b.UnmarshalText([]byte(a.String())); err != nil || a != b || a < 0 {
			t.Errorf("%q is %d, written %s and read as %d, %v", text, int64(a), a, int64(b), err)
		}
	})
}

func Example() {
	settings := struct {
		Listen string        `doc:"where to listen"`
		Grace  time.Duration `doc:"how long a stop may take"`
		Key    config.Secret
	}{Listen: "127.0.0.1:8080", Grace: 30 * time.Second}

	set := config.New(config.Source{Prefix: "APP_", Environ: []string{"APP_GRACE=5s", "APP_KEY=hush"}})
	set.Bind("", &settings)
	fmt.Println(set.Load(), settings.Listen, settings.Grace, settings.Key)

	wrong := config.New(config.Source{Prefix: "APP_", Environ: []string{"APP_GRAVE=5s"}})
	wrong.Bind("", &settings)
	fmt.Println(wrong.Load())
	// Output:
	// <nil> 127.0.0.1:8080 5s •••
	// environment APP_GRAVE: unknown setting; did you mean APP_GRACE?
}
