package vade_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/config"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type name struct {
	Name string `path:"name"`
}

var greet = api.Define[name, string]("GET", "/greet/{name}", auth.Public())

func greeter() *vade.Service {
	svc := vade.NewService("greeter", vade.Version("1.0.0"))
	api.Serve(svc, greet, func(_ context.Context, in name) (string, error) { return "Hello, " + in.Name, nil })
	return svc
}

// porter greets through the greeter.
func porter() *vade.Service {
	svc := vade.NewService("porter")
	conn := api.Connect(svc, "greeter")
	api.Get(svc, "/door/{name}", func(ctx context.Context, in name) (string, error) {
		return greet.Call(ctx, conn, in)
	}, auth.Public())
	return svc
}

func open(t *testing.T, s *vade.System, cfg vade.Config) (*vade.Instance, error) {
	t.Helper()
	tel, err := telemetry.New(telemetry.Config{Service: "test", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Telemetry = tel
	return s.Open(t.Context(), cfg)
}

func TestServicesOfOneInstanceCallEachOther(t *testing.T) {
	t.Parallel()
	in, err := open(t, vade.NewSystem("house", porter(), greeter()), vade.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	h, ok := in.Handler("porter")
	if !ok {
		t.Fatal("porter has no handler")
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/door/Ada", nil))
	if rec.Code != 200 || rec.Body.String() != `"Hello, Ada"` {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if _, ok := in.Handler("nobody"); ok {
		t.Error("nobody has a handler")
	}
}

func TestAServiceThatRunsNowhereIsSaidAtOpen(t *testing.T) {
	t.Parallel()
	system := vade.NewSystem("house", porter(), greeter())
	_, err := open(t, system, vade.Config{Services: []string{"porter"}})
	if err == nil || !strings.Contains(err.Error(), "greeter") || !strings.Contains(err.Error(), "VADE_UPSTREAMS") {
		t.Errorf("got %v", err)
	}
	if _, err := open(t, system, vade.Config{Services: []string{"porta"}}); err == nil || !strings.Contains(err.Error(), "porter") {
		t.Errorf("an unknown service: %v", err)
	}
}

func TestMistakesOfTheWholeSystemComeBackTogether(t *testing.T) {
	t.Parallel()
	lonely := vade.NewService("Lonely")
	api.Connect(lonely, "ghost")
	double := vade.NewService("double")
	api.Get(double, "/greet/{who}", func(_ context.Context, in struct {
		Who string `path:"who"`
	}) (string, error) {
		return in.Who, nil
	}, auth.Public())
	vade.Folder(double, "Bad Name")
	_, err := vade.NewSystem("A House", lonely, greeter(), double, vade.NewService("double")).Manifest()
	for _, part := range []string{
		`system "A House"`, `service "Lonely"`, `"ghost"`, "the route belongs to", "declared twice", `folder "Bad Name"`, "vade_test.go:",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q:\n%v", part, err)
		}
	}
}

func TestRoutesThatNobodyCouldTellApartAreMistakes(t *testing.T) {
	t.Parallel()
	get := func(svc *vade.Service, path string) *vade.Service {
		api.Get(svc, path, func(context.Context, struct {
			ID string `path:"id"`
		}) (string, error) {
			return "", nil
		}, auth.Public())
		return svc
	}
	none := func(svc *vade.Service, path string) *vade.Service {
		api.Get(svc, path, func(context.Context, api.None) (string, error) { return "", nil }, auth.Public())
		return svc
	}
	for want, services := range map[string][]*vade.Service{
		"the route belongs to one.get-a-id-b (GET /a/{id}/b)":  {get(vade.NewService("one"), "/a/{id}/b"), get(vade.NewService("two"), "/a/b/{id}")},
		"the route belongs to one.get-id-b (GET /{id}/b)":      {get(vade.NewService("one"), "/{id}/b"), get(vade.NewService("two"), "/a/{id}")},
		"GET /metrics: the program itself answers /metrics":    {none(vade.NewService("one"), "/metrics")},
		"GET /docs/{id}: the program itself answers /docs":     {get(vade.NewService("one"), "/docs/{id}")},
		"GET /livez: the program itself answers /livez":        {none(vade.NewService("one"), "/livez")},
		`service "nats": the name is taken in the data folder`: {vade.NewService("nats")},
		"service 2 is nil": {vade.NewService("one"), nil},
	} {
		_, err := vade.NewSystem("house", services...).Manifest()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if _, err := vade.NewSystem("house", get(vade.NewService("one"), "/a/{id}"), none(vade.NewService("two"), "/a/b")).Manifest(); err != nil {
		t.Errorf("the more special route is no conflict: %v", err)
	}
}

func TestMistakesInSettingsAndHooksNameTheirPlace(t *testing.T) {
	t.Parallel()
	svc := vade.NewService("one")
	vade.Settings(svc, struct{ Doors chan int }{})
	vade.OnStart(svc, "nothing", nil)
	other := vade.NewService("two")
	vade.Settings(other, struct{ Size int }{})
	vade.Settings(other, struct{ Size int }{})
	_, err := vade.NewSystem("house", svc, other).Manifest()
	for _, part := range []string{"one.doors", `OnStart "nothing": the function is nil`, "two.size"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
	if strings.Count(fmt.Sprint(err), "vade_test.go:") != 3 {
		t.Errorf("not every mistake has its place: %v", err)
	}
}

func TestAServiceIsOpenInOneInstanceAtATime(t *testing.T) {
	t.Parallel()
	system := vade.NewSystem("house", greeter())
	first, err := open(t, system, vade.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, system, vade.Config{}); err == nil || !strings.Contains(err.Error(), "greeter: the service is open in another instance") {
		t.Errorf("got %v", err)
	}
	if _, err := open(t, system, vade.Config{Services: []string{"greeter", "greeter"}}); err == nil || !strings.Contains(err.Error(), "named twice") {
		t.Errorf("got %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := open(t, system, vade.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestWorkAtTheStartIsDoneInOrderAndCanFail(t *testing.T) {
	t.Parallel()
	var did []string
	svc := vade.NewService("worker")
	vade.OnStart(svc, "first", func(context.Context) error { did = append(did, "first"); return nil })
	vade.OnStart(svc, "second", func(context.Context) error { return errors.New("no tea") })
	in, err := open(t, vade.NewSystem("house", svc), vade.Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = in.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "worker: second: no tea") || !slices.Equal(did, []string{"first"}) {
		t.Errorf("did %v, %v", did, err)
	}
	if err := in.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAFolderIsMadeInsideTheDataFolder(t *testing.T) {
	t.Parallel()
	svc := vade.NewService("post")
	folder := vade.Folder(svc, "tray")
	if vade.Folder(svc, "tray") != folder {
		t.Error("the same folder twice")
	}
	data := t.TempDir()
	in, err := open(t, vade.NewSystem("house", svc), vade.Config{DataDir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if info, err := os.Stat(folder.Path()); err != nil || !info.IsDir() || folder.Path() != filepath.Join(data, "post", "tray") {
		t.Errorf("%s: %v", folder.Path(), err)
	}
}

// guest is a dependency that asks what tests do not have.
type guest struct{ Name string }

func (*guest) Resolve(context.Context, *operation.Call) error {
	return errors.New("nobody is at the desk")
}

func TestADependencyIsReplacedInRequestsAndCallsAlike(t *testing.T) {
	t.Parallel()
	type ask struct{ Guest guest }
	who := api.Define[ask, string]("GET", "/who", auth.Public())
	desk, hall := vade.NewService("desk"), vade.NewService("hall")
	api.Serve(desk, who, func(_ context.Context, in ask) (string, error) { return in.Guest.Name, nil })
	conn := api.Connect(hall, "desk")
	api.Get(hall, "/asked", func(ctx context.Context, _ api.None) (string, error) { return who.Call(ctx, conn, ask{}) }, auth.Public())
	system := vade.NewSystem("house", desk, hall)
	fake := operation.Replace(func(context.Context, *operation.Call) (guest, error) { return guest{"Ada"}, nil })
	in, err := open(t, system, vade.Config{Overrides: []operation.Override{fake}})
	if err != nil {
		t.Fatal(err)
	}
	for service, path := range map[string]string{"desk": "/who", "hall": "/asked"} {
		h, _ := in.Handler(service)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if rec.Code != 200 || rec.Body.String() != `"Ada"` {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	for want, list := range map[string][]operation.Override{
		"replaced already": {fake, fake}, "nothing that was opened depends on it": {fake},
	} {
		_, err := open(t, vade.NewSystem("house", greeter()), vade.Config{Overrides: list})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}

// list is an answer that refers to what its service keeps.
type list struct {
	Names []string `json:"names"`
}

func TestIsolatedServicesShareNothing(t *testing.T) {
	t.Parallel()
	for _, isolated := range []bool{false, true} {
		kept := []string{"Ada"}
		names := api.Define[list, list]("POST", "/names", auth.Public())
		register, clerk := vade.NewService("register"), vade.NewService("clerk")
		api.Serve(register, names, func(_ context.Context, in list) (list, error) {
			if len(in.Names) > 1 {
				return list{}, problem.NotFound().WithDetail("only one")
			}
			in.Names[0] = "overwritten"
			return list{Names: kept}, nil
		})
		conn := api.Connect(clerk, "register")
		in, err := open(t, vade.NewSystem("house", register, clerk), vade.Config{Isolated: isolated})
		if err != nil {
			t.Fatal(err)
		}
		given := list{Names: []string{"Bob"}}
		got, err := names.Call(t.Context(), conn, given)
		if err != nil {
			t.Fatal(err)
		}
		got.Names[0] = "changed"
		if shared := kept[0] == "changed"; shared == isolated || (given.Names[0] == "overwritten") == isolated {
			t.Errorf("isolated %v: the service keeps %v, the caller %v", isolated, kept, given.Names)
		}
		if _, err := names.Call(t.Context(), conn, list{Names: []string{"a", "b"}}); !api.IsNotFound(err) {
			t.Errorf("isolated %v: got %v", isolated, err)
		}
		if err := in.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := names.Call(t.Context(), conn, given); isolated && err == nil {
			t.Error("a closed service answers")
		}
	}
}

func TestSettingsAreFilledBeforeTheStartAndDescribed(t *testing.T) {
	t.Parallel()
	type settings struct {
		Latency time.Duration `doc:"how slow"`
		Key     config.Secret
	}
	svc := vade.NewService("payments")
	got := vade.Settings(svc, settings{Latency: time.Second})
	system := vade.NewSystem("house", svc)
	set := config.New(config.Source{Prefix: "VADE_", Environ: []string{"VADE_PAYMENTS_LATENCY=5s"}})
	system.Bind(set)
	if err := set.Load(); err != nil || got.Latency != 5*time.Second {
		t.Errorf("%v, %v", got.Latency, err)
	}
	m, err := system.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	if got.Latency != 5*time.Second {
		t.Error("describing the settings changed them")
	}
	described := m.Services[0].Settings
	if len(described) != 2 || described[0].Key != "payments.key" || !described[0].Secret || described[1].Env != "VADE_PAYMENTS_LATENCY" {
		t.Errorf("%+v", described)
	}
}

func Example() {
	svc := vade.NewService("greeter", vade.Summary("Says hello"))
	api.Get(svc, "/hello/{name}", func(_ context.Context, in struct {
		Name string `path:"name" maxLength:"50"`
	}) (string, error) {
		return "Hello, " + in.Name + "!", nil
	}, auth.Public(), api.Name("hello"))

	system := vade.NewSystem("example", svc)
	tel, err := telemetry.New(telemetry.Config{Service: "example", Output: io.Discard})
	if err != nil {
		fmt.Println(err)
		return
	}
	instance, err := system.Open(context.Background(), vade.Config{Telemetry: tel})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer instance.Close()

	greeter, _ := instance.Handler("greeter")
	rec := httptest.NewRecorder()
	greeter.ServeHTTP(rec, httptest.NewRequest("GET", "/hello/Ada", nil))
	fmt.Println(rec.Code, rec.Body)
	// Output: 200 "Hello, Ada!"
}

func TestAnInstanceThatStopsWaitsForWorkAfterAnswers(t *testing.T) {
	t.Parallel()
	svc := vade.NewService("greeter")
	release, done := make(chan struct{}), false
	api.Get(svc, "/greet/{name}", func(ctx context.Context, in name) (string, error) {
		return in.Name, api.After(ctx, "letter", func(context.Context) error {
			<-release
			done = true
			return nil
		})
	}, auth.Public())
	instance, err := open(t, vade.NewSystem("house", svc), vade.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := instance.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h, _ := instance.Handler("greeter")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/greet/Ada", nil))
	stopped := make(chan error)
	go func() { stopped <- instance.Stop(t.Context()) }()
	close(release)
	if err := <-stopped; err != nil || rec.Code != 200 || !done {
		t.Errorf("%v, %d, done: %t", err, rec.Code, done)
	}
}

func TestWhatASystemSaysOfItselfIsChecked(t *testing.T) {
	t.Parallel()
	m, err := vade.NewSystem("airline").About(vade.About{Title: "The airline"}).Manifest()
	if err != nil || m.About.Title != "The airline" {
		t.Errorf("got %+v, %v", m, err)
	}
	_, err = vade.NewSystem("airline").About(vade.About{Terms: "nowhere"}).Manifest()
	if err == nil || !strings.Contains(err.Error(), `vade: system airline: about: terms: "nowhere"`) {
		t.Errorf("got %v", err)
	}
}

func TestMountsOfTwoServicesMustNotMeanTheSame(t *testing.T) {
	t.Parallel()
	one, two := vade.NewService("one"), vade.NewService("two")
	api.Mount(one, "/", http.NotFoundHandler(), auth.Public())
	api.Mount(two, "/", http.NotFoundHandler(), auth.Public())
	_, err := vade.NewSystem("house", one, two).Manifest()
	if err == nil || !strings.Contains(err.Error(), "one.mount") || strings.Count(err.Error(), "vade_test.go:") != 2 {
		t.Errorf("got %v", err)
	}
}
