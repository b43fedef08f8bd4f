package config_test

import (
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
	Offset   int16
	MaxBody  config.Size
	Key      config.Secret
	Keys     map[string]config.Secret
	Home     *url.URL
	Base     url.URL
	Level    slog.Level
	Since    time.Time
	Networks []netip.Prefix
	Names    []string
	Waits    map[string]time.Duration
	Peers    map[string]string `config:"upstreams"`
	Hidden   string            `config:"-"`
	TLS      struct {
		CertFile string
	}
}

// load writes a file, if there is one, and loads the settings.
func load(t *testing.T, file string, environ []string, overrides map[string]string) (*settings, *config.Set, error) {
	t.Helper()
	src := config.Source{Prefix: "APP_", Environ: append([]string{}, environ...), Overrides: overrides}
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

const everything = `
listen: ":81"
grace: 1m30s
workers: 7
share: 0.25
on: true
small: 255
offset: -32768
max_body: 1MiB
key: hush
keys: {a: hush, b: silence}
home: https://example.com/x
base: http://example.com/y
level: warn
since: 2026-01-02T03:04:05Z
networks: [10.0.0.0/8, "::1/128"]
names: [a, b]
waits:
  connect: 1s
  read: 2s
upstreams: {flights: "http://f", airports: "http://a"}
tls: {cert_file: c.pem}
`

func TestEveryTypeIsReadFromTheEnvironmentAndTheFile(t *testing.T) {
	t.Parallel()
	environ := []string{
		"OTHER=1", "APP_LISTEN=:81", "APP_GRACE=1m30s", "APP_WORKERS=7", "APP_SHARE=0.25", "APP_ON=true", "APP_SMALL=255",
		"APP_OFFSET=-32768", "APP_MAX_BODY=1MiB", "APP_KEY=hush", "APP_KEYS=a=hush,b=silence", "APP_HOME=https://example.com/x",
		"APP_BASE=http://example.com/y", "APP_LEVEL=warn", "APP_SINCE=2026-01-02T03:04:05Z", "APP_NETWORKS=10.0.0.0/8, ::1/128",
		"APP_NAMES=a,b", "APP_WAITS=connect=1s,read=2s", "APP_UPSTREAMS=flights=http://f,airports=http://a",
		"APP_TLS_CERT_FILE=c.pem",
	}
	want := map[string]string{
		"listen": ":81", "grace": "1m30s", "workers": "7", "share": "0.25", "on": "true", "small": "255", "offset": "-32768",
		"max_body": "1MiB", "key": "•••", "keys": "a=•••,b=•••", "home": "https://example.com/x", "base": "http://example.com/y",
		"level": "WARN", "since": "2026-01-02T03:04:05Z", "networks": "10.0.0.0/8,::1/128", "names": "a,b",
		"waits": "connect=1s,read=2s", "upstreams": "airports=http://a,flights=http://f", "tls.cert_file": "c.pem",
	}
	for name, from := range map[string]struct {
		file    string
		environ []string
	}{"file": {everything, nil}, "environment": {"", environ}} {
		s, set, err := load(t, from.file, from.environ, nil)
		if err != nil {
			t.Fatal(err)
		}
		values := set.Values()
		for _, v := range values {
			if v.Value != want[v.Key] || v.Origin == "default" {
				t.Errorf("%s: %s is %s (%s), not %s", name, v.Key, v.Value, v.Origin, want[v.Key])
			}
		}
		if len(values) != len(want) || s.Hidden != "same" {
			t.Errorf("%s: %d values, hidden %q", name, len(values), s.Hidden)
		}
		if s.Key.Reveal() != "hush" || s.Keys["b"].Reveal() != "silence" || s.Home.Path != "/x" || s.Waits["read"] != 2*time.Second {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestFlagsWinOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	t.Parallel()
	environ := []string{"APP_LISTEN=first", "APP_LISTEN=env", "APP_GRACE=3s"}
	s, set, err := load(t, "listen: file\ngrace: 2s\nworkers: 1\n", environ, map[string]string{"listen": "flag"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Listen != "flag" || s.Grace != 3*time.Second || s.Workers != 1 {
		t.Errorf("got %+v", s)
	}
	values := set.Values()
	origins := make(map[string]string)
	for _, v := range values {
		origins[v.Key] = v.Origin
	}
	if origins["listen"] != "flag" || origins["grace"] != "environment APP_GRACE" || origins["share"] != "default" ||
		!strings.HasSuffix(origins["workers"], "app.yaml:3:10") {
		t.Errorf("origins %v", origins)
	}
	if !slices.IsSortedFunc(values, func(a, b config.Value) int { return strings.Compare(a.Key, b.Key) }) {
		t.Error("not sorted")
	}
	i := slices.IndexFunc(values, func(v config.Value) bool { return v.Key == "listen" })
	want := config.Value{Key: "listen", Env: "APP_LISTEN", Value: "flag", Default: ":80", Origin: "flag", Doc: "where to listen"}
	if values[i] != want {
		t.Errorf("got %+v", values[i])
	}
}

func TestTheLastOfSeveralVariablesWins(t *testing.T) {
	t.Parallel()
	s, _, err := load(t, "", []string{"APP_WORKERS=wrong", "APP_WORKERS=2"}, nil)
	if err != nil || s.Workers != 2 {
		t.Errorf("got %d, %v", s.Workers, err)
	}
}

func TestAVariableSetToNothingEmptiesTheValue(t *testing.T) {
	t.Parallel()
	file := "names: [a]\nupstreams: {a: b}\nhome: http://x\n"
	s, _, err := load(t, file, []string{"APP_LISTEN=", "APP_NAMES=", "APP_UPSTREAMS=", "APP_HOME="}, nil)
	if err != nil || s.Listen != "" || len(s.Names) != 0 || len(s.Peers) != 0 || s.Home != nil {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, _, err := load(t, "", []string{"APP_WORKERS="}, nil); err == nil {
		t.Error("nothing was taken for a number")
	}
}

func TestWithoutAPrefixTheRestOfTheEnvironmentIsIgnored(t *testing.T) {
	t.Parallel()
	var s struct{ Listen string }
	set := config.New(config.Source{Environ: []string{"LISTEN=:1", "HOME=/", "=C:=x"}})
	set.Bind("", &s)
	if err := set.Load(); err != nil || s.Listen != ":1" {
		t.Errorf("got %q, %v", s.Listen, err)
	}
}

func TestTheEnvironmentOfTheProcessIsTheDefault(t *testing.T) {
	t.Setenv("VADETEST_LISTEN", ":7")
	var s struct{ Listen string }
	set := config.New(config.Source{Prefix: "VADETEST_"})
	set.Bind("", &s)
	if err := set.Load(); err != nil || s.Listen != ":7" {
		t.Errorf("got %q, %v", s.Listen, err)
	}
}

func TestMistakesInVariablesAndFlagsAreSaidWithTheMend(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, variable, flag, says string }{
		{"unknown variable", "APP_GRAZE=1s", "", "environment APP_GRAZE: unknown setting; did you mean APP_GRACE?"},
		{"unlike anything", "APP_ZZZZZZZZZZZZZ=1", "", "environment APP_ZZZZZZZZZZZZZ: unknown setting"},
		{"unknown flag", "", "graze=1s", "flag: graze: unknown setting; did you mean grace?"},
		{"wrong flag", "", "grace=soon", `flag: grace: "soon" is not a duration such as 30s`},
		{"number", "APP_WORKERS=many", "", `environment APP_WORKERS: workers: "many" is not a whole number from -9223372036854775808 to 9223372036854775807`},
		{"small number", "APP_OFFSET=40000", "", `"40000" is not a whole number from -32768 to 32767`},
		{"negative", "APP_SMALL=-1", "", `"-1" is not a whole number from 0 to 255`},
		{"not a number", "APP_SHARE=NaN", "", `"NaN" is not a number such as 0.5`},
		{"infinite", "APP_SHARE=-Inf", "", `"-Inf" is not a number such as 0.5`},
		{"bool", "APP_ON=perhaps", "", `"perhaps" is neither true nor false`},
		{"size", "APP_MAX_BODY=big", "", `"big" is refused: a size is a whole number of bytes`},
		{"text of a type", "APP_LEVEL=loud", "", `level: "loud" is refused: slog: level string "loud": unknown name`},
		{"one of a list", "APP_NETWORKS=10.0.0.0/8,x", "", `networks: "10.0.0.0/8,x" is refused`},
		{"no pairs", "APP_UPSTREAMS=flights", "", `"flights" is not a list such as a=1,b=2`},
		{"no name", "APP_UPSTREAMS==x", "", `"=x" is not a list such as a=1,b=2`},
		{"twice", "APP_UPSTREAMS=a=1,a=2", "", `"a=1,a=2" names "a" twice`},
		{"value in a map", "APP_WAITS=a=soon", "", `waits: "a=soon" is not a duration such as 30s`},
		{"long", "APP_ON=" + strings.Repeat("é", 99), "", `on: "` + strings.Repeat("é", 32) + `…" is neither`},
		{"long, cut within a letter", "APP_ON=x" + strings.Repeat("é", 99), "", `on: "x` + strings.Repeat("é", 31) + `…" is neither`},
		{"URL, not quoted", "APP_HOME=http://u:hush@[x", "", "environment APP_HOME: home: is not a URL"},
		{"URL, not quoted either", "APP_BASE=http://u:hush@[x", "", "environment APP_BASE: base: is not a URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var overrides map[string]string
			if key, value, ok := strings.Cut(tt.flag, "="); ok {
				overrides = map[string]string{key: value}
			}
			_, _, err := load(t, "", strings.Fields(tt.variable), overrides)
			if _, ok := errors.AsType[*config.Error](err); !ok || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %v\nnot %s", err, tt.says)
			}
		})
	}
}

func TestOnlyANearNameIsSuggested(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"grac": "grace", "grcae": "grace", "netwroks": "networks", "tls_cert_file": "tls.cert_file", "lisen": "listen",
		"completely_different": "", "zzzz": "", strings.Repeat("grace", 1000): "",
	}
	for key, want := range tests {
		_, _, err := load(t, "", nil, map[string]string{key: "x"})
		e, ok := errors.AsType[*config.Error](err)
		if want != "" {
			want = "did you mean " + want + "?"
		}
		if !ok || e.Key != key || e.Hint != want {
			t.Errorf("%s: %v, not %s", key, err, want)
		}
	}
}

func TestAllMistakesComeBackAtOnceInTheOrderOfTheirSources(t *testing.T) {
	t.Parallel()
	environ := []string{"APP_SHARE=y", "APP_ZZZZZZZZZZZZZ=1"}
	_, _, err := load(t, "grac: 1s\nworkers: x\n", environ, map[string]string{"b": "1", "a": "1", "grace": "x"})
	var got []string
	for line := range strings.Lines(fmt.Sprint(err)) {
		place, _, _ := strings.Cut(line[strings.LastIndex(line, "/")+1:], ": ")
		got = append(got, place)
	}
	want := "app.yaml:1:1, app.yaml:2:10, environment APP_SHARE, environment APP_ZZZZZZZZZZZZZ, flag, flag, flag"
	if strings.Join(got, ", ") != want || !strings.Contains(err.Error(), "flag: a: unknown setting") {
		t.Errorf("got %v", err)
	}
	if a, b := strings.Index(err.Error(), "flag: a:"), strings.Index(err.Error(), "flag: b:"); a > b {
		t.Errorf("flags are not in order: %v", err)
	}
}

func TestWhatIsFineIsFilledBesideMistakes(t *testing.T) {
	t.Parallel()
	s, _, err := load(t, "", []string{"APP_WORKERS=x", "APP_GRACE=9s"}, nil)
	if err == nil || s.Grace != 9*time.Second || s.Workers != 0 {
		t.Errorf("got %+v, %v", s, err)
	}
}

type validated struct {
	Rate  float64
	Name  string `required:"true"`
	Inner inner
}

type inner struct{ Limit int }

func (g *validated) Validate() error {
	if g.Rate > 1 {
		return errors.Join(errors.New("rate: too much"), errors.New("rate: really"))
	}
	return nil
}

func (i inner) Validate() error {
	if i.Limit < 0 {
		return errors.New("limit: below zero")
	}
	return nil
}

func TestRulesOfAStructAreCheckedAfterLoading(t *testing.T) {
	t.Parallel()
	bind := func(environ ...string) error {
		set := config.New(config.Source{Prefix: "APP_", Environ: environ})
		set.Bind("pay-pal", new(validated))
		return set.Load()
	}
	err := bind("APP_PAY_PAL_RATE=2", "APP_PAY_PAL_NAME=x", "APP_PAY_PAL_INNER_LIMIT=-1")
	want := "environment APP_PAY_PAL_RATE: pay-pal.rate: too much\nenvironment APP_PAY_PAL_RATE: pay-pal.rate: really\n" +
		"environment APP_PAY_PAL_INNER_LIMIT: pay-pal.inner.limit: below zero"
	if fmt.Sprint(err) != want {
		t.Errorf("got %v", err)
	}
	if err := bind("APP_PAY_PAL_RATE=2"); err == nil || strings.Contains(err.Error(), "too much") {
		t.Errorf("rules about values that are wrong already: %v", err)
	}
}

func TestWhatIsRequiredMustBeSet(t *testing.T) {
	t.Parallel()
	type required struct {
		Name config.Secret `required:"true"`
		Port int           `required:"true"`
	}
	tests := []struct {
		environ []string
		says    string
	}{
		{[]string{"APP_NAME=x", "APP_PORT=0"}, "<nil>"},
		{[]string{"APP_PORT=1"}, "name: is required; set APP_NAME"},
		{[]string{"APP_NAME=", "APP_PORT=1"}, "environment APP_NAME: name: is required, and was set to nothing"},
		{[]string{"APP_NAME=x", "APP_PORT=y"}, `environment APP_PORT: port: "y" is not a whole number from -9223372036854775808 to 9223372036854775807`},
	}
	for _, tt := range tests {
		set := config.New(config.Source{Prefix: "APP_", Environ: tt.environ})
		set.Bind("", new(required))
		if got := fmt.Sprint(set.Load()); got != tt.says {
			t.Errorf("%v: got %s, not %s", tt.environ, got, tt.says)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	file := filepath.Join(b.TempDir(), "app.yaml")
	if err := os.WriteFile(file, []byte(everything), 0o600); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		set := config.New(config.Source{Prefix: "APP_", File: file, Environ: []string{"APP_GRACE=3s"}})
		set.Bind("", new(settings))
		if err := set.Load(); err != nil {
			b.Fatal(err)
		}
	}
}
