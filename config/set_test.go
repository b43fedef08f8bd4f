package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/config"
)

func TestMistakesOfTheDeclarationAreErrorsToo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		bind func(*config.Set)
		says string
	}{
		"no pointer":  {func(s *config.Set) { s.Bind("a", settings{}) }, "a: bound to config_test.settings, which is no pointer"},
		"nil":         {func(s *config.Set) { s.Bind("a", nil) }, "a: bound to <nil>"},
		"nil pointer": {func(s *config.Set) { s.Bind("a", (*settings)(nil)) }, "a: bound to *config_test.settings"},
		"one key": {
			func(s *config.Set) { s.Bind("a", &struct{ X string }{}); s.Bind("a", &struct{ X string }{}) },
			"a.x: two fields claim APP_A_X (the other is a.x)",
		},
		"one variable": {
			func(s *config.Set) { s.Bind("a", &struct{ BC string }{}); s.Bind("", &struct{ ABc string }{}) },
			"a_bc: two fields claim APP_A_BC (the other is a.bc)",
		},
		"a value, then a section": {
			func(s *config.Set) { s.Bind("", &struct{ Store string }{}); s.Bind("store", &struct{ Path string }{}) },
			"store.path: a key cannot be a value and a section at once (the other is store)",
		},
		"a section, then a value": {
			func(s *config.Set) { s.Bind("store", &struct{ Path string }{}); s.Bind("", &struct{ Store string }{}) },
			"store: a key cannot be a value and a section at once (the other is store.path)",
		},
		"a function":         {func(s *config.Set) { s.Bind("", &struct{ F func() }{}) }, "f: a setting cannot be of type func()"},
		"a map of functions": {func(s *config.Set) { s.Bind("", &struct{ M map[string]func() }{}) }, "m: a setting cannot be of type map"},
		"numbered map":       {func(s *config.Set) { s.Bind("", &struct{ M map[int]string }{}) }, "m: a setting cannot be of type map"},
		"pointer to struct":  {func(s *config.Set) { s.Bind("", &struct{ P *settings }{}) }, "p: a setting cannot be of type *config_test.settings"},
	}
	for name, tt := range tests {
		set := config.New(config.Source{Prefix: "APP_", Environ: []string{}})
		tt.bind(set)
		if err := set.Load(); err == nil || !strings.HasPrefix(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSeveralStructsMayShareASection(t *testing.T) {
	t.Parallel()
	var a struct{ X, Y string }
	var b struct{ Z string }
	set := config.New(config.Source{Prefix: "APP_", Environ: []string{"APP_S_X=1", "APP_S_Z=2"}})
	set.Bind("s", &a)
	set.Bind("s", &b)
	if err := set.Load(); err != nil || a.X != "1" || b.Z != "2" {
		t.Errorf("got %v %v, %v", a, b, err)
	}
}

func TestNamesOfFieldsBecomeKeys(t *testing.T) {
	t.Parallel()
	set := config.New(config.Source{Prefix: "VADE_", Environ: []string{}})
	set.Bind("pay-pal", &struct {
		FailureRate, JWKS, HTTPPort, S3Bucket, X string
		Named                                    string `config:"other_name"`
		Nested                                   struct{ DeepValue string }
		unexported                               string
	}{})
	var got []string
	for _, v := range set.Values() {
		got = append(got, v.Key+" "+v.Env)
	}
	want := `pay-pal.failure_rate VADE_PAY_PAL_FAILURE_RATE
pay-pal.http_port VADE_PAY_PAL_HTTP_PORT
pay-pal.jwks VADE_PAY_PAL_JWKS
pay-pal.nested.deep_value VADE_PAY_PAL_NESTED_DEEP_VALUE
pay-pal.other_name VADE_PAY_PAL_OTHER_NAME
pay-pal.s3_bucket VADE_PAY_PAL_S3_BUCKET
pay-pal.x VADE_PAY_PAL_X`
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

type common struct{ Name string }

func (c common) Validate() error {
	if c.Name == "bad" {
		return fmt.Errorf("name: %q is not allowed", c.Name)
	}
	return nil
}

// Tagged is embedded under a name of its own.
type Tagged struct{ Size int }

func TestFieldsOfAnEmbeddedStructAreThoseOfTheOuter(t *testing.T) {
	t.Parallel()
	var s struct {
		common
		Tagged `config:"tagged"`
	}
	set := config.New(config.Source{Prefix: "APP_", Environ: []string{"APP_NAME=bad", "APP_TAGGED_SIZE=3"}})
	set.Bind("", &s)
	if err := set.Load(); fmt.Sprint(err) != `environment APP_NAME: name: "bad" is not allowed` || s.Name != "bad" || s.Size != 3 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestWhatIsSecretInAURLIsNotShown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"nats://db:4222":       "nats://db:4222",
		"nats://u:hush@db":     "nats://u:xxxxx@db",
		"nats://hush@db?tls=1": "nats://xxxxx@db?tls=1",
		"embedded:":            "embedded:",
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := config.Redacted(u); got != want || u.String() != text {
			t.Errorf("%s is shown as %s", u, got)
		}
	}
}

func TestDefaultsAreWrittenTheWayTheyAreRead(t *testing.T) {
	t.Parallel()
	home := &url.URL{Scheme: "postgres", User: url.UserPassword("u", "hush"), Host: "db"}
	set := config.New(config.Source{Environ: []string{}})
	set.Bind("", &settings{
		Listen: ":80", Grace: time.Minute, MaxBody: 10 << 20, Key: "hush", Keys: map[string]config.Secret{"a": "hush"}, Home: home,
		Base: *home, Names: []string{"a", "b"}, Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	})
	want := map[string]string{
		"listen": ":80", "grace": "1m0s", "max_body": "10MiB", "key": "•••", "keys": "a=•••", "home": "postgres://u:xxxxx@db",
		"base": "postgres://u:xxxxx@db", "names": "a,b", "since": "2026-01-02T03:04:05Z", "networks": "", "upstreams": "",
		"level": "INFO", "share": "0", "on": "false",
	}
	for _, v := range set.Values() {
		if text, ok := want[v.Key]; ok && (v.Default != text || v.Value != text) {
			t.Errorf("%s is %q by default and %q now, not %q", v.Key, v.Default, v.Value, text)
		}
		if v.Secret != strings.HasPrefix(v.Key, "key") {
			t.Errorf("%s: secret %v", v.Key, v.Secret)
		}
	}
	set = config.New(config.Source{Environ: []string{}})
	set.Bind("", &struct{ T time.Time }{time.Date(math.MaxInt16, 1, 1, 0, 0, 0, 0, time.UTC)})
	if v := set.Values(); !strings.Contains(v[0].Value, "32767") {
		t.Errorf("a value that cannot be marshalled is %q", v[0].Value)
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	const hush = "correct horse"
	s, set, err := load(t, "", []string{"APP_KEY=" + hush, "APP_KEYS=a=" + hush}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var log, table strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", s.Key, "all", *s)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", s.Key, "all", *s)
	if err := config.Write(&table, set.Values()); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{log.String(), table.String(), string(encoded), fmt.Sprint(s.Key), fmt.Sprint(set.Values()), s.Key.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%f", "%c", "%U", "%e", "%!"} {
		printed = append(printed, fmt.Sprintf(verb, s.Key), fmt.Sprintf(verb, s), fmt.Sprintf(verb, []config.Secret{s.Key}))
	}
	for _, text := range printed {
		if strings.Contains(text, hush) || strings.Contains(text, fmt.Sprintf("%x", hush)) {
			t.Errorf("the secret shows: %s", text)
		}
	}
	if s.Key.Reveal() != hush || s.Key.String() != "•••" || config.Secret("").String() != "" {
		t.Error("the secret is lost")
	}
}

func TestASecretThatIsRefusedIsNotQuoted(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"key: [hush]\n", "key: !x hush\n", "keys: {a: [hush]}\n", "keys: {a: hush, a: hush}\n"} {
		if _, _, err := load(t, file, nil, nil); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", file, err)
		}
	}
	for _, environ := range []string{"APP_KEYS=hush", "APP_KEYS=a=hush,a=hush"} {
		if _, _, err := load(t, "", []string{environ}, nil); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", environ, err)
		}
	}
}

func TestTheTableIsAlignedAndStaysATable(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	err := config.Write(&table, []config.Value{
		{Key: "a", Value: "line\nbreak\tand \x1b[31m", Origin: "flag", Env: "APP_A", Doc: "one"},
		{Key: "key", Value: "•••", Origin: "app.yaml:1:2", Env: "APP_KEY"},
	})
	want := `SETTING  VALUE                        FROM          VARIABLE  MEANING
a        "line\nbreak\tand \x1b[31m"  flag          APP_A     one
key      •••                          app.yaml:1:2  APP_KEY   
`
	if err != nil || table.String() != want {
		t.Errorf("got\n%s\nwant\n%s", table.String(), want)
	}
}
