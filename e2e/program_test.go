package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vade-go/vade/manifest"
)

func TestTheFirstScreenShowsCommandsThatWork(t *testing.T) {
	t.Parallel()
	a, p := inOneProcess(t, nil)
	within(t, time.Minute, "the first screen is complete", func() bool { return strings.Contains(p.output(), "Ctrl-C") })
	lines := regexp.MustCompile(`(?m)^  (curl .*)$`).FindAllStringSubmatch(p.output(), -1)
	if len(lines) != 3 {
		t.Fatalf("%d curl lines:\n%s", len(lines), p.output())
	}
	for i, want := range []string{`"iata":"ZRH"`, `"flights":[{"id":"VD`, `"status":"pending"`} {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", lines[i][1]+" -s --fail-with-body").CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", lines[i][1], err, out)
		}
	}
	for _, path := range []string{"/docs/", "/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml", "/problems/not-found", "/readyz"} {
		if status, body := a.do("GET", path, "", nil); status != 200 {
			t.Errorf("%s: status %d: %s", path, status, body)
		}
	}
}

// TestReadyInUnderTwoSeconds looks at the best of a few starts: others use the machine, too.
func TestReadyInUnderTwoSeconds(t *testing.T) {
	const limit, tries = 2 * time.Second, 5
	for _, what := range []string{"first start", "second start"} {
		best := time.Hour
		for i := 0; i < tries && best > limit; i++ {
			data := filepath.Join(t.TempDir(), "data")
			if what == "second start" {
				took := startAndStop(t, data)
				t.Logf("the start before took %v", took.Round(time.Millisecond))
			}
			best = min(best, startAndStop(t, data))
		}
		t.Logf("%s: ready after %v", what, best.Round(time.Millisecond))
		if best > limit {
			t.Errorf("%s: ready after %v at best", what, best)
		}
	}
}

// startAndStop returns how long the airline takes to be ready.
func startAndStop(t *testing.T, data string) time.Duration {
	t.Helper()
	began := time.Now()
	p := start(t, "airline", oneProcess(data, nil))
	took := time.Since(began)
	p.signal(os.Interrupt)
	p.exit(time.Minute)
	return took
}

func TestAnInterruptDrainsAndExitsWithZero(t *testing.T) {
	t.Parallel()
	a, p := inOneProcess(t, settings{"VADE_PAYMENTS_LATENCY": "300ms"})
	token := a.token("ada", everyScope)
	b := a.book(token, a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 5))[0].ID, "tok_visa")
	p.signal(os.Interrupt)
	if code := p.exit(30 * time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
	again := start(t, "airline", oneProcess(a.data, nil))
	if got := newAirline(t, again.address, a.data).ended(token, b.ID); got.Status != "confirmed" {
		t.Errorf("after the restart: %+v", got)
	}
}

func TestASecondInterruptQuitsAtOnce(t *testing.T) {
	t.Parallel()
	a, p := inOneProcess(t, settings{"VADE_PAYMENTS_LATENCY": "25s"})
	token := a.token("ada", everyScope)
	id := a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 5))[0].ID
	a.book(token, id, "tok_visa")
	within(t, time.Minute, "the seats are held, so that the payment provider is asked", func() bool {
		f := a.flight(id)
		return f.SeatsLeft < f.Seats
	})
	<-time.After(500 * time.Millisecond) // the provider thinks for 25 s: the stop has something to wait for
	p.signal(os.Interrupt)
	within(t, time.Minute, "the stop has begun", func() bool { return strings.Contains(p.output(), "stopping") })
	<-time.After(200 * time.Millisecond) // signals that come together count as one
	began := time.Now()
	p.signal(syscall.SIGTERM)
	if code := p.exit(20 * time.Second); code == 0 || time.Since(began) > 5*time.Second {
		t.Errorf("exit code %d after %v", code, time.Since(began))
	}
}

func TestWhatKeepsTheProgramFromStartingIsSaidWithItsPlace(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() }) // after the subtests, which run in parallel
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	yaml := filepath.Join(dir, "settings.yaml")
	bad := filepath.Join(dir, "bad.yaml")
	for path, text := range map[string]string{
		file: "", yaml: "payments:\n  failure_rat: 0.5\n", bad: "gateway: [\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fresh := filepath.Join(dir, "fresh")
	tests := []struct {
		name string
		env  settings
		args []string
		says []string
	}{
		{"port in use", settings{"VADE_GATEWAY": taken.Addr().String()}, nil, []string{taken.Addr().String(), "in use", "VADE_GATEWAY"}},
		{"console port in use", settings{"VADE_CONSOLE": taken.Addr().String()}, nil, []string{"in use", "VADE_CONSOLE"}},
		{"data folder is a file", settings{"VADE_DATA": file}, nil, []string{file, "VADE_DATA"}},
		{"malformed setting", settings{"VADE_GRACE": "soon"}, nil, []string{"VADE_GRACE", "soon", "30s"}},
		{"setting out of range", settings{"VADE_PAYMENTS_FAILURE_RATE": "7"}, nil, []string{"failure_rate", "7"}},
		{"unknown variable", settings{"VADE_GATEWAI": "x"}, nil, []string{"VADE_GATEWAI", "VADE_GATEWAY"}},
		{"unknown key in the file", nil, []string{"--config", yaml}, []string{"settings.yaml:2:3", "failure_rat", "payments.failure_rate"}},
		{"malformed file", nil, []string{"--config", bad}, []string{"bad.yaml"}},
		{"missing file", nil, []string{"--config", filepath.Join(dir, "none.yaml")}, []string{"none.yaml"}},
		{"unknown engine", settings{"VADE_EVENTS": "carrier-pigeon:"}, nil, []string{"events", "carrier-pigeon", "nats"}},
		{"broker out of reach", settings{"VADE_EVENTS": "nats://" + closedAddress(t)}, nil, []string{"nats"}},
		{"unknown command", nil, []string{"fly"}, []string{"fly"}},
		{"unknown service", nil, []string{"serve", "bookins"}, []string{"bookins", "bookings"}},
		{"service without its peers", nil, []string{"serve", "bookings"}, []string{"flights", "VADE_UPSTREAMS"}},
		{"gateway without upstreams", nil, []string{"gateway"}, []string{"airports", "VADE_UPSTREAMS"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := oneProcess(fresh+strings.ReplaceAll(tt.name, " ", "-"), tt.env)
			env["VADE_LISTEN"] = "127.0.0.1:0"
			_, errs, code := command(t, "airline", env, tt.args...)
			if code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			for _, part := range tt.says {
				if !strings.Contains(errs, part) {
					t.Errorf("the message does not say %q:\n%s", part, errs)
				}
			}
			if strings.Contains(errs, "goroutine ") || strings.Contains(errs, "panic") {
				t.Errorf("a stack is no message:\n%s", errs)
			}
		})
	}
}

// closedAddress returns an address on which nothing listens.
func closedAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestTheManifestIsTheDeclaredSystem(t *testing.T) {
	t.Parallel()
	one, errs, code := command(t, "airline", nil, "manifest")
	if code != 0 {
		t.Fatal(errs)
	}
	if two, _, _ := command(t, "airline", nil, "manifest"); one != two {
		t.Error("two runs print different manifests")
	}
	m, err := manifest.Decode([]byte(one))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"airports", "flights", "bookings", "payments", "notify"} {
		svc, ok := m.Service(name)
		if !ok || len(svc.Collections) == 0 {
			t.Errorf("service %s: %+v", name, svc)
		}
	}
	bookings, _ := m.Service("bookings")
	if len(bookings.Operations) != 5 || len(bookings.Subscriptions) != 4 || strings.Join(bookings.Calls, "") != "flights" {
		t.Errorf("bookings: %d operations, %d subscriptions, calls %v", len(bookings.Operations), len(bookings.Subscriptions), bookings.Calls)
	}
	if strings.Contains(one, dirOfRepository(t)) {
		t.Error("the manifest names a folder of this machine")
	}
}

func dirOfRepository(t *testing.T) string {
	dir, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheOpenAPIDocumentIsAcceptedByIndependentValidators(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var files []string
	for name, args := range map[string][]string{
		"system.json": {}, "system.yaml": {"--format", "yaml"}, "bookings.json": {"bookings"},
		"system30.json": {"--version", "3.0.3"}, "system30.yaml": {"--version", "3.0.3", "--format", "yaml"},
	} {
		out, errs, code := command(t, "airline", nil, append([]string{"openapi"}, args...)...)
		if code != 0 {
			t.Fatal(errs)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	judgement, err := exec.CommandContext(t.Context(), "../scripts/openapi-validate/validate.sh", files...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, judgement)
	}
}

func TestExplainAndRoutesAndConfigPrintWhatIsDeclared(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		says []string
	}{
		{[]string{"explain", "POST /bookings"}, []string{"bookings.book", "authenticate", "bookings:write", "bookings.go:"}},
		{[]string{"explain", "GET /flights/VD1-20270101?x=1"}, []string{"flights.get"}},
		{[]string{"routes"}, []string{"POST", "/bookings/{id}", "airline bookings:read", "public"}},
		{[]string{"config"}, []string{"payments.latency", "5ms", "VADE_PAYMENTS_LATENCY", "default"}},
		{[]string{"version"}, []string{"airline", "go1."}},
		{[]string{"--help"}, []string{"serve", "gateway", "manifest", "completion"}},
		{[]string{"completion", "bash"}, []string{"complete"}},
	} {
		out, errs, code := command(t, "airline", settings{"VADE_PAYMENTS_LATENCY": "5ms"}, tt.args...)
		if code != 0 {
			t.Errorf("%v: exit code %d: %s", tt.args, code, errs)
		}
		for _, part := range tt.says {
			if !strings.Contains(out, part) {
				t.Errorf("%v does not say %q:\n%s", tt.args, part, out)
			}
		}
	}
}

func TestHealthAsksARunningProgram(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p := start(t, "airline", oneProcess(data, nil))
	found := regexp.MustCompile(`Health +http://([^/]+)/readyz`).FindStringSubmatch(p.output())
	if found == nil {
		t.Fatal(p.output())
	}
	if out, errs, code := command(t, "airline", nil, "health", "--address", found[1]); code != 0 || !strings.Contains(out, `"ok"`) {
		t.Errorf("exit code %d: %s %s", code, out, errs)
	}
	if _, _, code := command(t, "airline", nil, "health", "--address", closedAddress(t)); code != 1 {
		t.Errorf("nobody there: exit code %d", code)
	}
}

func TestHelloNeedsNoEngine(t *testing.T) {
	t.Parallel()
	p := start(t, "hello", settings{"VADE_GATEWAY": "127.0.0.1:0", "VADE_CONSOLE": "127.0.0.1:0"})
	a := newAirline(t, p.address, "")
	if status, body := a.do("GET", "/hello/Ada", "", nil); status != 200 || string(body) != `{"message":"Hello, Ada!"}` {
		t.Errorf("%d %s", status, body)
	}
}
