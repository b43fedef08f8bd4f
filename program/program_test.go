package program_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/openapi"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/program"
	"github.com/vade-go/vade/store"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type name struct {
	Name string `path:"name"`
}

func hello(_ context.Context, in name) (string, error) { return "Hello, " + in.Name, nil }

func house() *vade.System {
	svc := vade.NewService("greeter")
	api.Get(svc, "/hello/{name}", hello, auth.Public())
	api.Get(svc, "/secret/{name}", hello, auth.Require(auth.OAuth2("house"), "secrets:read"), api.Name("secret"))
	return vade.NewSystem("house", svc)
}

// run runs a command to its end.
func run(t *testing.T, system *vade.System, environ []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = program.Run(t.Context(), system, nil, program.IO{Args: args, Environ: environ, Stdout: &out, Stderr: &errs})
	return out.String(), errs.String(), code
}

func TestExitCodesTellMisuseFromFailure(t *testing.T) {
	t.Parallel()
	data := "VADE_DATA=" + t.TempDir()
	undecided := vade.NewService("careless")
	api.Get(undecided, "/hello/{name}", hello)
	lost := vade.NewService("lost")
	api.Get(lost, "/hello/{nobody}", hello, auth.Public())
	stored := vade.NewService("stored")
	store.Collect[name](stored, "names")
	tests := []struct {
		name    string
		system  *vade.System
		environ []string
		args    []string
		code    int
		says    string
	}{
		{"done", house(), nil, []string{"routes"}, program.ExitDone, ""},
		{"unknown command", house(), nil, []string{"dance"}, program.ExitMisused, "dance"},
		{"unknown flag", house(), nil, []string{"--dance"}, program.ExitMisused, "dance"},
		{"malformed --set", house(), nil, []string{"--set", "x", "up"}, program.ExitMisused, "key=value"},
		{"unknown key in --set", house(), nil, []string{"--set", "gatewai=x", "up"}, program.ExitMisused, "did you mean gateway?"},
		{"neither dev nor prod", house(), []string{"VADE_ENV=staging"}, []string{"up"}, program.ExitMisused, "staging"},
		{"not an address", house(), []string{"VADE_UPSTREAMS=a=b"}, []string{"up"}, program.ExitMisused, "a=b"},
		{"no address at all", house(), []string{"VADE_UPSTREAMS=a="}, []string{"up"}, program.ExitMisused, "upstreams: a= is not"},
		{"undecided operation", vade.NewSystem("house", undecided), nil, []string{"up"}, program.ExitMisused, "program_test.go:"},
		{"path without a field", vade.NewSystem("house", lost), nil, []string{"up"}, program.ExitMisused, "{nobody} has no field"},
		{"no driver linked", vade.NewSystem("house", stored), []string{data, "VADE_GATEWAY=127.0.0.1:0", "VADE_CONSOLE=127.0.0.1:0"}, []string{"up"}, program.ExitMisused, "store/sqlitestore"},
		{"engine without a scheme", vade.NewSystem("house", stored), []string{data, "VADE_STORE=nowhere", "VADE_GATEWAY=127.0.0.1:0", "VADE_CONSOLE=127.0.0.1:0"}, []string{"up"}, program.ExitMisused, "no scheme"},
		{"no issuer in production", house(), []string{data, "VADE_ENV=prod", "VADE_GATEWAY=127.0.0.1:0", "VADE_CONSOLE=127.0.0.1:0"}, []string{"up"}, program.ExitMisused, "VADE_AUTH_ISSUER"},
		{"token in production", house(), []string{data, "VADE_ENV=prod"}, []string{"token"}, program.ExitMisused, "development issuer"},
		{"nothing to explain", house(), nil, []string{"explain", "GET /nowhere"}, program.ExitMisused, "no operation"},
		{"nothing to explain in two words", house(), nil, []string{"explain", "GET", "/nowhere"}, program.ExitMisused, "no operation of house answers GET /nowhere"},
		{"a method to explain", house(), nil, []string{"explain", "GET"}, program.ExitMisused, `"GET" is not a request`},
		{"too much to explain", house(), nil, []string{"explain", "GET", "/hello/Ada", "x"}, program.ExitMisused, "takes a request such as"},
		{"nothing given to explain", house(), nil, []string{"explain"}, program.ExitMisused, "takes a request such as"},
		{"no address", house(), []string{"VADE_GATEWAY="}, []string{"up"}, program.ExitMisused, `environment VADE_GATEWAY: gateway: "" is not an address`},
		{"no port", house(), []string{"VADE_CONSOLE=localhost"}, []string{"up"}, program.ExitMisused, "console: "},
		{"keys without an issuer", house(), []string{"VADE_AUTH_JWKS=keys.json"}, []string{"up"}, program.ExitMisused, "auth.issuer: keys without"},
		{"keys that are not there", house(), []string{data, "VADE_AUTH_ISSUER=https://x", "VADE_AUTH_JWKS=nokeys.json", "VADE_GATEWAY=127.0.0.1:0", "VADE_CONSOLE=127.0.0.1:0"}, []string{"up"}, program.ExitMisused, "VADE_AUTH_JWKS"},
		{"keys at an odd place", house(), []string{"VADE_AUTH_ISSUER=https://x", "VADE_AUTH_JWKS=ftp://x/keys"}, []string{"up"}, program.ExitMisused, "auth.jwks: keys are at"},
		{"the development issuer in production", house(), []string{"VADE_ENV=prod", "VADE_AUTH_ISSUER=https://dev.vade.invalid/", "VADE_AUTH_JWKS=k"}, []string{"up"}, program.ExitMisused, "not for production"},
		{"half a log-in", house(), []string{"VADE_AUTH_TOKEN_URL=https://x/token", "VADE_AUTH_CLIENT=docs"}, []string{"up"}, program.ExitMisused, "auth.client: a log-in needs"},
		{"a log-in without an issuer", house(), []string{"VADE_AUTH_AUTHORIZATION_URL=https://x/a", "VADE_AUTH_TOKEN_URL=https://x/t", "VADE_AUTH_CLIENT=docs"}, []string{"up"}, program.ExitMisused, "auth.issuer: a log-in elsewhere"},
		{"a log-in nowhere", house(), []string{"VADE_AUTH_AUTHORIZATION_URL=/a", "VADE_AUTH_TOKEN_URL=ftp://x/t", "VADE_AUTH_CLIENT=docs"}, []string{"up"}, program.ExitMisused, "auth.token_url: it is no URL"},
		{"no origin", house(), []string{"VADE_CORS_ORIGINS=app.example.com"}, []string{"up"}, program.ExitMisused, `environment VADE_CORS_ORIGINS: cors.origins: "app.example.com" is not an origin`},
		{"unknown exporter", house(), []string{"OTEL_TRACES_EXPORTER=paper"}, []string{"up"}, program.ExitMisused, "OTEL_TRACES_EXPORTER"},
		{"a command nearly right", house(), nil, []string{"servee"}, program.ExitMisused, "did you mean serve?"},
		{"help about nothing", house(), nil, []string{"help", "dance"}, program.ExitMisused, "no command"},
		{"help", house(), nil, []string{"help", "serve"}, program.ExitDone, ""},
		{"completion for no shell", house(), nil, []string{"completion", "oyster"}, program.ExitMisused, "oyster"},
		{"a document in no format", house(), nil, []string{"openapi", "--format", "xml"}, program.ExitMisused, "--format"},
		{"a document of no version", house(), nil, []string{"openapi", "--version", "2.0"}, program.ExitMisused, "--version"},
		{"no service", house(), nil, []string{"serve"}, program.ExitMisused, "greeter"},
		{"a service twice", house(), nil, []string{"serve", "greeter", "greeter"}, program.ExitMisused, "named twice"},
		{"too many words", house(), nil, []string{"up", "greeter"}, program.ExitMisused, "takes no arguments"},
		{"a token that is over", house(), nil, []string{"token", "--ttl", "-1h"}, program.ExitMisused, "--ttl"},
		{"no address of a program", house(), nil, []string{"health", "--address", "foo bar"}, program.ExitMisused, "--address"},
		{"nobody answers", house(), nil, []string{"health", "--address", "127.0.0.1:1"}, program.ExitFailed, "not reachable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			environ := tt.environ
			if environ == nil {
				environ = []string{data}
			}
			_, errs, code := run(t, tt.system, environ, tt.args...)
			if code != tt.code || !strings.Contains(errs, tt.says) {
				t.Errorf("exit code %d, want %d: %s", code, tt.code, errs)
			}
		})
	}
}

func TestARequestIsExplainedInOneWordOrTwo(t *testing.T) {
	t.Parallel()
	data := []string{"VADE_DATA=" + t.TempDir()}
	quoted, _, _ := run(t, house(), data, "explain", "GET /hello/Ada")
	words, errs, code := run(t, house(), data, "explain", "GET", "/hello/Ada")
	if code != program.ExitDone || words != quoted || !strings.Contains(words, "greeter.hello") {
		t.Errorf("exit code %d: %s%s", code, words, errs)
	}
}

func TestEveryMistakeHasItsOwnLine(t *testing.T) {
	t.Parallel()
	lost := vade.NewService("lost")
	api.Get(lost, "/{one}/{two}", hello, auth.Public())
	_, text, _ := run(t, vade.NewSystem("house", lost), nil, "routes")
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if !strings.HasPrefix(line, "house: ") || !strings.Contains(line, "program_test.go:") || !strings.Contains(line, "path: ") {
			t.Errorf("a line without its place: %s", line)
		}
	}
	_, errs, _ := run(t, house(), []string{"VADE_GRACE=x", "VADE_NONSENSE=1"}, "up")
	lines := strings.Split(strings.TrimSpace(errs), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "house: ") || !strings.HasPrefix(lines[1], "house: ") {
		t.Errorf("got %q", lines)
	}
}

func TestAConfigFileIsReadAndItsMistakesHaveAPlace(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "house.yaml")
	if err := os.WriteFile(file, []byte("grace: 7s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, house(), []string{}, "config", "--config", file)
	if code != 0 || !regexp.MustCompile(`grace +7s +\S*house.yaml:1:8`).MatchString(out) {
		t.Errorf("exit code %d: %s %s", code, out, errs)
	}
}

func TestThePasswordOfAnEngineIsNotPrinted(t *testing.T) {
	t.Parallel()
	out, errs, code := run(t, house(), []string{"VADE_EVENTS=nats://ada:hush@10.0.0.1:4222"}, "config")
	if code != 0 || strings.Contains(out+errs, "hush") || !strings.Contains(out, "10.0.0.1:4222") {
		t.Errorf("exit code %d: %s %s", code, out, errs)
	}
}

func TestThePasswordOfAnUpstreamIsNotPrinted(t *testing.T) {
	t.Parallel()
	for address, code := range map[string]int{
		"http://ada:hush@10.0.0.1:8090": program.ExitDone, "ftp://ada:hush@10.0.0.1:8090": program.ExitMisused, "http://ada:hush@10.0.0.1:x": program.ExitMisused,
	} {
		out, errs, got := run(t, house(), []string{"VADE_UPSTREAMS=flights=" + address}, "config")
		if got != code || strings.Contains(out+errs, "hush") || code == program.ExitDone && !strings.Contains(out, "10.0.0.1:8090") {
			t.Errorf("%s: exit code %d: %s %s", address, got, out, errs)
		}
	}
}

func TestASignalStopsTheProgram(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	signals := make(chan os.Signal, 1)
	var log bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- program.Run(context.Background(), house(), nil, program.IO{
			Environ: []string{"VADE_DATA=" + t.TempDir(), "VADE_GATEWAY=127.0.0.1:0", "VADE_CONSOLE=127.0.0.1:0"},
			Stdout:  w, Stderr: &log, Signals: signals,
		})
		w.Close()
	}()
	screen := make(chan string)
	go func() {
		text, _ := io.ReadAll(r)
		screen <- string(text)
	}()
	signals <- os.Interrupt
	select {
	case code := <-ended:
		if code != program.ExitDone {
			t.Errorf("exit code %d: %s", code, log.String())
		}
	case <-time.After(30 * time.Second):
		t.Fatal("still running")
	}
	<-screen
}

// stubborn is a part of a service that does not stop as it should.
type stubborn struct{}

func (stubborn) Describe(*operation.Description) error      { return nil }
func (stubborn) Open(context.Context, *operation.Env) error { return nil }
func (stubborn) Start(context.Context) error                { return nil }
func (stubborn) Stop(context.Context) error                 { return errors.New("stuck in the door") }

// onWrite does something once, when the first screen is written.
func onWrite(f func()) io.Writer {
	return writer(sync.OnceFunc(f))
}

type writer func()

func (w writer) Write(p []byte) (int, error) {
	w()
	return len(p), nil
}

func TestWhatFailsAfterTheStartIsAFailureAndNoMisuse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		start error
		code  int
		says  string
	}{
		"after the start": {nil, program.ExitFailed, "stuck in the door"},
		"at the start":    {errors.New("no table"), program.ExitMisused, "no table"},
	} {
		svc := vade.NewService("stubborn")
		svc.Declare(stubborn{}, func() operation.Part { return stubborn{} })
		vade.OnStart(svc, "lay the table", func(context.Context) error { return tt.start })
		signals := make(chan os.Signal, 1)
		var errs bytes.Buffer
		code := program.Run(t.Context(), vade.NewSystem("house", svc), nil, program.IO{
			Environ: []string{"VADE_DATA=" + t.TempDir(), "VADE_GATEWAY=127.0.0.1:0", "VADE_CONSOLE=127.0.0.1:0"},
			Stdout:  onWrite(func() { signals <- os.Interrupt }), Stderr: &errs, Signals: signals,
		})
		if code != tt.code || !strings.Contains(errs.String(), tt.says) {
			t.Errorf("%s: exit code %d: %s", name, code, errs.String())
		}
	}
}

func TestTheDocumentsBelongToTheProgram(t *testing.T) {
	t.Parallel()
	for _, path := range openapi.Paths() {
		svc := vade.NewService("rival")
		api.Get(svc, path, func(context.Context, api.None) (api.None, error) { return api.None{}, nil }, auth.Public())
		if _, err := vade.NewSystem("house", svc).Manifest(); err == nil || !strings.Contains(err.Error(), "the program itself answers "+path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
