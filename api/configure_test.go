package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/problem"
)

// The errors of a domain that knows nothing of HTTP.
var (
	errNoRow  = errors.New("no row")
	errLocked = errors.New("locked")
)

var (
	errUnknownThing = problem.New(http.StatusNotFound, "unknown-thing", "There is no such thing")
	errBusyThing    = problem.New(http.StatusConflict, "busy-thing", "Somebody else has it")
)

type quotaError struct{ left int }

func (e *quotaError) Error() string { return fmt.Sprintf("quota: %d left", e.left) }

// fetch fails in the way that its caller names.
func fetch(_ context.Context, in struct {
	How string `query:"how"`
}) (string, error) {
	switch in.How {
	case "row":
		return "", fmt.Errorf("fetch: %w", errNoRow)
	case "locked":
		return "", errLocked
	case "quota":
		return "", &quotaError{3}
	case "panic":
		panic("secret of the house")
	}
	return "", errors.New("secret of the house")
}

func statusAndCode(t *testing.T, h http.Handler, target string) string {
	t.Helper()
	res, body := send(t, h, "GET", target, "")
	return fmt.Sprint(res.StatusCode, " ", problemOf(t, res, body).Code)
}

func translating() *service {
	s := newService()
	api.Configure(s, auth.Public(), api.Translate(errNoRow, errUnknownThing), api.Translate(errLocked, errUnknownThing))
	g := api.Group(s, "/things", api.Translate(errLocked, errBusyThing))
	quota := problem.New(http.StatusTooManyRequests, "quota", "The quota is used up")
	api.Get(g, "", fetch, api.Name("fetch"), api.TranslateFunc(func(_ context.Context, err error) *problem.Problem {
		if e, ok := errors.AsType[*quotaError](err); ok {
			return quota.WithDetail("%d are left.", e.left)
		}
		return nil
	}, quota))
	return s
}

func TestErrorsOfTheDomainBecomeDeclaredProblems(t *testing.T) {
	t.Parallel()
	m, err := translating().describe()
	if err != nil {
		t.Fatal(err)
	}
	var codes, steps []string
	for _, p := range m.Operations[0].Problems {
		codes = append(codes, p.Code)
	}
	for _, st := range m.Operations[0].Plan {
		if st.Stage == "translate" {
			steps = append(steps, st.Detail)
			if !strings.Contains(st.Origin, "configure_test.go:") {
				t.Errorf("%+v", st)
			}
		}
	}
	if got := strings.Join(codes, " "); got != "unknown-thing busy-thing quota" {
		t.Errorf("declared are %s", got)
	}
	if got := strings.Join(steps, "; "); got != "to unknown-thing; to unknown-thing; to busy-thing; to quota" {
		t.Errorf("the plan says %s", got)
	}
	h := translating().open(t, io.Discard, nil)
	for how, want := range map[string]string{
		"row": "404 unknown-thing", "locked": "409 busy-thing", "quota": "429 quota", "other": "500 internal", "panic": "500 internal",
	} {
		if got := statusAndCode(t, h, "/things?how="+how); got != want {
			t.Errorf("%s: got %s, want %s", how, got, want)
		}
	}
	if res, body := send(t, h, "GET", "/things?how=quota", ""); !strings.Contains(body, "3 are left.") {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
}

func TestProblemsOfReadingARequestAreTranslatedToo(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Configure(s, auth.Public(), api.TranslateFunc(func(_ context.Context, err error) *problem.Problem {
		if p, ok := problem.From(err); ok && p.Code == problem.CodeInvalid {
			return problem.Malformed().WithViolations(p.Errors...)
		}
		return nil
	}))
	api.Get(s, "/{name}", greet)
	res, body := send(t, s.open(t, io.Discard, nil), "GET", "/x", "")
	if p := problemOf(t, res, body); p.Status != 400 || len(p.Errors) != 1 {
		t.Errorf("got %s", body)
	}
}

func TestWhatAnotherServiceAnsweredIsTranslated(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/x", func(context.Context, api.None) (string, error) {
		return "", &call.Error{Operation: "GET /things", Err: errUnknownThing}
	}, auth.Public(), api.Translate(errUnknownThing, errBusyThing), api.Name("x"))
	if got := statusAndCode(t, s.open(t, io.Discard, nil), "/x"); got != "409 busy-thing" {
		t.Errorf("got %s", got)
	}
}

func TestTheConfigurationHoldsWhateverTheOrderOfDeclaration(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/early/{name}", greet, api.Name("early"))
	api.Configure(s, auth.Require(auth.OAuth2("shop")), api.Tags("first"))
	api.Get(api.Group(s, "/late", auth.Public(), api.Tags("group")), "/{name}", greet, api.Name("late"), api.Tags("own"))
	api.Configure(s, api.Tags("second"))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	early, late := m.Operations[0], m.Operations[1]
	if early.Security.Public || fmt.Sprint(early.Security.Schemes, early.Tags) != "[shop] [first second]" {
		t.Errorf("early: %+v %v", early.Security, early.Tags)
	}
	if !late.Security.Public || fmt.Sprint(late.Tags) != "[first second group own]" {
		t.Errorf("late: %+v %v", late.Security, late.Tags)
	}
}

// incidents collects what a hook hears.
type incidents struct {
	mu   sync.Mutex
	list []*api.Incident
}

func (l *incidents) hear(_ context.Context, i *api.Incident) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, i)
}

func TestAHookHearsOfEveryUndeclaredFailure(t *testing.T) {
	t.Parallel()
	var heard incidents
	s := newService()
	api.Configure(s, auth.Public(), api.Translate(errNoRow, errUnknownThing),
		api.OnIncident(func(context.Context, *api.Incident) { panic("a hook that panics") }))
	api.Get(s, "/things", fetch, api.Name("fetch"))
	api.Get(s, "/outside", nothing, api.Middleware(tagging("panic")), api.Name("outside"))
	var log bytes.Buffer
	other := newService()
	api.Configure(other, api.OnIncident(heard.hear), auth.Public())
	api.Get(other, "/things", fetch, api.Name("fetch"))
	api.Get(other, "/outside", nothing, api.Middleware(tagging("panic")), api.Name("outside"))
	h, broken := other.open(t, io.Discard, nil), s.open(t, &log, nil)
	for _, target := range []string{"/things?how=row", "/things?how=panic", "/outside?panic"} {
		res, body := send(t, h, "GET", target, "")
		p := problemOf(t, res, body)
		i := heard.list[len(heard.list)-1]
		if p.ID == "" || i.ID != p.ID || i.Err == nil || (i.Stack != nil) != strings.Contains(target, "panic") || !strings.HasPrefix(i.Operation, "shop.") {
			t.Errorf("%s: %s, %+v", target, body, i)
		}
	}
	if len(heard.list) != 3 || !errors.Is(heard.list[0].Err, errNoRow) {
		t.Errorf("heard %v", heard.list)
	}
	if res, body := send(t, broken, "GET", "/things?how=x", ""); problemOf(t, res, body).ID == "" || !strings.Contains(log.String(), "a hook that panics") {
		t.Errorf("got %d %s, log %s", res.StatusCode, body, &log)
	}
	if len(heard.list) != 3 {
		t.Error("a service hears of the failures of another one")
	}
}

// What was wrong with other frameworks' package-level error constructors: the second application of a process changes the first.
func TestTwoServicesOfOneProcessHaveTwoConfigurations(t *testing.T) {
	t.Parallel()
	make := func(p *problem.Problem) http.Handler {
		s := newService()
		api.Configure(s, auth.Public(), api.Translate(errNoRow, p))
		api.Get(s, "/things", fetch, api.Name("fetch"))
		return s.open(t, io.Discard, nil)
	}
	first := make(errUnknownThing)
	second := make(errBusyThing)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if a, b := statusAndCode(t, first, "/things?how=row"), statusAndCode(t, second, "/things?how=row"); a != "404 unknown-thing" || b != "409 busy-thing" {
				t.Errorf("got %s and %s", a, b)
			}
		})
	}
	wg.Wait()
}

func TestMistakesOfAConfigurationNameTheirPlace(t *testing.T) {
	t.Parallel()
	for says, declare := range map[string]func(s *service){
		"api.Configure is for a whole service":  func(s *service) { api.Configure(api.Group(s, "/a"), auth.Public()) },
		"api.OnIncident: the function is nil":   func(s *service) { api.Configure(s, api.OnIncident(nil)) },
		"the error or the function is nil":      func(s *service) { api.Configure(s, api.Translate(nil, errBusyThing)) },
		"api.Fails: a problem is nil":           func(s *service) { api.Configure(s, api.Translate(errNoRow, nil)) },
		"api.OnIncident concerns the service":   func(s *service) { api.Get(s, "/b", nothing, api.OnIncident((*incidents)(nil).hear), api.Name("b")) },
		"api.TranslateFunc at github.com/vade-": func(s *service) { api.Configure(s, api.TranslateFunc(nil)) },
	} {
		s := newService()
		api.Get(s, "/{id}", get, auth.Public())
		declare(s)
		if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "configure_test.go:") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

var fetchContract = api.Define[struct {
	How string `query:"how"`
}, string]("GET", "/fetch", auth.Public(), api.Translate(errNoRow, errUnknownThing))

func TestTranslationIsTheSameInBothPlacements(t *testing.T) {
	s := newService()
	api.Serve(s, fetchContract, fetch)
	s.open(t, io.Discard, nil)
	conn := call.NewConn("shop")
	conn.Bind(call.Local(s.app.(call.Target)))
	if _, err := fetchContract.Call(t.Context(), conn, struct {
		How string `query:"how"`
	}{"row"}); !errors.Is(err, errUnknownThing) {
		t.Errorf("got %v", err)
	}
}
