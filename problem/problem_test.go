package problem_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/vade-go/vade/problem"
)

func soldOut() *problem.Problem {
	return problem.New(http.StatusConflict, "sold-out", "The flight is sold out")
}

func TestACopyIsStillTheDeclaredProblem(t *testing.T) {
	t.Parallel()
	declared := soldOut()
	copies := map[string]error{
		"detail":     declared.WithDetail("flight %d", 7),
		"extension":  declared.With("seats", 0),
		"violations": declared.WithViolations(problem.Violation{Code: "minimum"}),
		"id":         declared.WithID("01J"),
		"wrapped":    fmt.Errorf("bookings: book: %w", declared.WithDetail("x")),
		"joined":     errors.Join(errors.New("other"), declared),
	}
	for name, err := range copies {
		if !errors.Is(err, declared) {
			t.Errorf("%s: errors.Is does not find the declared problem", name)
		}
	}
}

func TestAnotherStatusOrCodeIsAnotherProblem(t *testing.T) {
	t.Parallel()
	for _, other := range []error{
		problem.New(http.StatusConflict, "full", "The flight is sold out"),
		problem.New(http.StatusGone, "sold-out", "The flight is sold out"),
		(*problem.Problem)(nil),
		errors.New("sold-out"),
	} {
		if errors.Is(soldOut(), other) {
			t.Errorf("sold-out counts as %v", other)
		}
	}
}

func TestEnrichingLeavesTheDeclaredProblemAlone(t *testing.T) {
	t.Parallel()
	declared := soldOut().With("flight", "VD 7").WithViolations(problem.Violation{Code: "a"})
	before := fmt.Sprintf("%+v", *declared)
	first := declared.WithDetail("x").With("flight", "VD 8").WithID("1").WithViolations(problem.Violation{Code: "b"})
	second := declared.WithViolations(problem.Violation{Code: "c"})
	if after := fmt.Sprintf("%+v", *declared); after != before {
		t.Errorf("declared problem became %s", after)
	}
	if first.Errors[1].Code != "b" || second.Errors[1].Code != "c" {
		t.Errorf("copies share violations: %v, %v", first.Errors, second.Errors)
	}
}

func TestFromFindsAProblemThroughWrapping(t *testing.T) {
	t.Parallel()
	p, ok := problem.From(fmt.Errorf("a: %w", fmt.Errorf("b: %w", soldOut())))
	if !ok || p.Code != "sold-out" {
		t.Errorf("From = %v, %t", p, ok)
	}
	for _, err := range []error{nil, errors.New("plain"), (*problem.Problem)(nil)} {
		if p, ok := problem.From(err); ok {
			t.Errorf("From(%#v) = %v, true", err, p)
		}
	}
}

func TestCheckNamesEveryMistakeOfADeclaration(t *testing.T) {
	t.Parallel()
	if err := soldOut().With("seats", 0).Check(); err != nil {
		t.Errorf("good declaration: %v", err)
	}
	bad := problem.New(200, "Sold_Out", "").With("status", 1)
	err := bad.Check()
	if err == nil {
		t.Fatal("bad declaration passed")
	}
	for _, want := range []string{`"Sold_Out"`, "status 200", "kebab-case", "title is empty", `extension "status"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
}

func TestCodesAreKebabCase(t *testing.T) {
	t.Parallel()
	for code, good := range map[string]bool{
		"a": true, "sold-out": true, "e2e-error": true, "http2": true,
		"": false, "-a": false, "a-": false, "a--b": false, "2a": false, "Sold": false, "sold out": false, "sold_out": false, "ä": false,
	} {
		if err := problem.New(400, code, "t").Check(); (err == nil) != good {
			t.Errorf("code %q: %v", code, err)
		}
	}
}

func TestEveryStandardProblemIsWellDeclaredAndFound(t *testing.T) {
	t.Parallel()
	standard := map[int]*problem.Problem{
		400: problem.Malformed(), 401: problem.Unauthenticated(), 403: problem.Forbidden(), 404: problem.NotFound(),
		405: problem.MethodNotAllowed(), 406: problem.NotAcceptable(), 409: problem.Conflict(), 413: problem.TooLarge(),
		412: problem.PreconditionFailed(), 428: problem.PreconditionRequired(),
		415: problem.UnsupportedMediaType(), 422: problem.Invalid(), 429: problem.TooManyRequests(), 500: problem.Internal(),
		502: problem.BadGateway(), 503: problem.Unavailable(), 504: problem.Timeout(),
	}
	for status, p := range standard {
		if p.Status != status {
			t.Errorf("%s has status %d, want %d", p.Code, p.Status, status)
		}
		if err := p.Check(); err != nil {
			t.Error(err)
		}
		if p.Type != "/problems/"+p.Code {
			t.Errorf("%s has type %s", p.Code, p.Type)
		}
		if !errors.Is(problem.ForStatus(status), p) {
			t.Errorf("ForStatus(%d) is not %s", status, p.Code)
		}
	}
}

func TestAStatusWithoutAStandardProblemStillHasOne(t *testing.T) {
	t.Parallel()
	for _, status := range []int{418, 451, 499, 599} {
		p := problem.ForStatus(status)
		if err := p.Check(); err != nil || p.Status != status {
			t.Errorf("ForStatus(%d) = %+v: %v", status, p, err)
		}
	}
}

func TestStandardProblemsAreFreshValues(t *testing.T) {
	t.Parallel()
	p := problem.NotFound()
	p.Title = "spoilt"
	if reflect.DeepEqual(p, problem.NotFound()) {
		t.Error("NotFound returns a shared value")
	}
}

func TestTheErrorTextNamesCodeTitleAndDetail(t *testing.T) {
	t.Parallel()
	if got, want := soldOut().Error(), "problem: sold-out: The flight is sold out"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if got, want := soldOut().WithDetail("flight %s", "VD 7").Error(), "problem: sold-out: The flight is sold out: flight VD 7"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}
