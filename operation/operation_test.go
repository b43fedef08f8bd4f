package operation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
)

func env(t testing.TB, log io.Writer, spans ...sdktrace.SpanProcessor) (*operation.Env, *telemetry.Work) {
	t.Helper()
	tel, err := telemetry.New(telemetry.Config{Service: "test", Output: io.Discard, SpanProcessors: spans})
	if err != nil {
		t.Fatal(err)
	}
	work, err := tel.Work(telemetry.WorkConfig{Name: "test", Metric: "test.duration"})
	if err != nil {
		t.Fatal(err)
	}
	return &operation.Env{Log: slog.New(slog.NewJSONHandler(log, nil)), Telemetry: tel, Verifier: verifier{}}, work
}

// verifier accepts every token but two.
type verifier struct{}

func (verifier) Verify(_ context.Context, token string) (auth.Principal, error) {
	switch token {
	case "expired":
		return auth.Principal{}, &auth.TokenError{Reason: "expired"}
	case "nokeys":
		return auth.Principal{}, fmt.Errorf("%w: connection refused", auth.ErrKeys)
	}
	return auth.Principal{Subject: token, Scopes: []string{"read"}}, nil
}

// try runs a handler behind the stages that op asks for.
func try(t testing.TB, log io.Writer, op *manifest.Operation, header http.Header, h operation.Handler) (*operation.Call, error) {
	t.Helper()
	e, work := env(t, log)
	if op.Timeout == "" {
		op.Timeout = "30s"
	}
	steps, err := operation.Common(op, e, work)
	if err != nil {
		t.Fatal(err)
	}
	plan := operation.NewPlan(append(steps, operation.Security(op, e)...), h)
	c := &operation.Call{Operation: op, Door: operation.DoorHTTP, Header: header}
	return c, plan.Run(t.Context(), c)
}

func TestStagesRunInTheFixedOrderWhateverTheOrderOfDeclaration(t *testing.T) {
	t.Parallel()
	var ran []string
	step := func(s operation.Stage) operation.Step {
		return operation.Step{Stage: s, Wrap: func(next operation.Handler) operation.Handler {
			return func(ctx context.Context, c *operation.Call) error {
				ran = append(ran, s.String())
				return next(ctx, c)
			}
		}}
	}
	plan := operation.NewPlan([]operation.Step{
		step(operation.StageValidate), step(operation.StageRecover), step(operation.StageBind), step(operation.StageAuthenticate),
	}, func(context.Context, *operation.Call) error { ran = append(ran, "handler"); return nil })
	if err := plan.Run(t.Context(), &operation.Call{}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(ran, " "); got != "recover authenticate bind validate handler" {
		t.Error(got)
	}
	if got := plan.Describe()[0].Stage; got != "recover" {
		t.Errorf("described as beginning with %s", got)
	}
}

func TestOnlyDeclaredProblemsLeave(t *testing.T) {
	t.Parallel()
	soldOut := problem.New(409, "sold-out", "Sold out")
	op := &manifest.Operation{
		ID: "shop.buy", Security: manifest.Security{Public: true}, Problems: []manifest.Problem{{Status: 409, Code: "sold-out"}},
	}
	tests := []struct {
		name string
		err  error
		want error
	}{
		{"success", nil, nil},
		{"declared", fmt.Errorf("inside: %w", soldOut), soldOut},
		{"one of Vade's own", problem.NotFound(), problem.NotFound()},
		{"same code, other status", problem.New(410, "sold-out", "Gone"), problem.Internal()},
		{"undeclared", problem.New(418, "teapot", "Teapot"), problem.Internal()},
		{"any error", errors.New("database at 10.0.0.1 is down"), problem.Internal()},
		{"deadline", context.DeadlineExceeded, problem.Timeout()},
	}
	for _, tt := range tests {
		var log bytes.Buffer
		_, err := try(t, &log, op, http.Header{}, func(context.Context, *operation.Call) error { return tt.err })
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
		if errors.Is(err, problem.Internal()) {
			p, _ := problem.From(err)
			if p.ID == "" || !strings.Contains(log.String(), p.ID) || strings.Contains(p.Error(), "10.0.0.1") {
				t.Errorf("%s: problem %+v, log %s", tt.name, p, log.String())
			}
		}
	}
}

func TestWhatAnotherServiceAnsweredIsNotPassedOn(t *testing.T) {
	t.Parallel()
	soldOut := problem.New(409, "sold-out", "Sold out")
	op := &manifest.Operation{
		ID: "shop.buy", Security: manifest.Security{Public: true}, Problems: []manifest.Problem{{Status: 409, Code: "sold-out"}},
	}
	answered := func(p *problem.Problem) error {
		return &call.Error{Operation: "GET /x", Err: fmt.Errorf("answer: %w", p)}
	}
	for _, tt := range []struct {
		name      string
		err, want error
	}{
		{"declared here too", answered(soldOut), soldOut},
		{"not declared here", answered(problem.New(410, "gone", "Gone")), problem.Internal()},
		{"its refusal of our request", answered(problem.Invalid()), problem.Internal()},
		{"its refusal of our caller", answered(problem.Unauthenticated()), problem.Internal()},
		{"what it does not have", answered(problem.NotFound()), problem.Internal()},
		{"translated", fmt.Errorf("%w: %w", problem.NotFound(), answered(problem.NotFound())), problem.NotFound()},
		{"its being out of reach", answered(problem.Unavailable()), problem.Unavailable()},
		{"its being busy", answered(problem.TooManyRequests()), problem.Unavailable()},
		{"its being slow", answered(problem.Timeout()), problem.Timeout()},
		{"nonsense", answered(problem.BadGateway()), problem.BadGateway()},
	} {
		_, err := try(t, io.Discard, op, http.Header{}, func(context.Context, *operation.Call) error { return tt.err })
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

func TestACallerWhoWentAwayIsNoFault(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	op := &manifest.Operation{ID: "shop.buy", Timeout: "30s", Security: manifest.Security{Public: true}}
	for _, cause := range []error{
		context.Canceled, errors.New("database: interrupted"), problem.New(499, "client-gone", "said by a service that was called"),
	} {
		var log bytes.Buffer
		e, work := env(t, &log)
		steps, err := operation.Common(op, e, work)
		if err != nil {
			t.Fatal(err)
		}
		plan := operation.NewPlan(steps, func(context.Context, *operation.Call) error { return cause })
		p, ok := problem.From(plan.Run(ctx, &operation.Call{Operation: op, Header: http.Header{}}))
		if !ok || p.Status != 499 || log.Len() > 0 {
			t.Errorf("%v: %v, log %s", cause, p, log.String())
		}
	}
}

func TestAPanicIsAFailureWithItsStackInTheLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	_, err := try(t, &log, &manifest.Operation{Security: manifest.Security{Public: true}}, http.Header{},
		func(context.Context, *operation.Call) error { panic("at the disco") })
	if !errors.Is(err, problem.Internal()) || !strings.Contains(log.String(), "operation_test.go") || !strings.Contains(log.String(), "at the disco") {
		t.Errorf("got %v, log %s", err, log.String())
	}
}

// fragile is an error that cannot be asked for anything when it is nil.
type fragile struct{ text string }

func (f *fragile) Error() string { return f.text }
func (f *fragile) Unwrap() error { return errors.New(f.text) }

func TestAnErrorThatPanicsWhenAskedIsAFailureLikeAnyOther(t *testing.T) {
	t.Parallel()
	for _, bad := range []error{(*fragile)(nil), (*problem.Problem)(nil), fmt.Errorf("%w", (*problem.Problem)(nil)), errors.Join((*fragile)(nil))} {
		recorder := tracetest.NewSpanRecorder()
		var log bytes.Buffer
		e, work := env(t, &log, recorder)
		op := &manifest.Operation{ID: "shop.buy", Timeout: "30s", Security: manifest.Security{Public: true}}
		steps, err := operation.Common(op, e, work)
		if err != nil {
			t.Fatal(err)
		}
		plan := operation.NewPlan(steps, func(context.Context, *operation.Call) error { return bad })
		p, ok := problem.From(plan.Run(t.Context(), &operation.Call{Operation: op, Header: http.Header{}}))
		if !ok || p.Status != 500 || !strings.Contains(log.String(), p.ID) {
			t.Errorf("%T: %v, log %s", bad, p, log.String())
		}
		if len(recorder.Ended()) != 1 {
			t.Errorf("%T: %d spans ended", bad, len(recorder.Ended()))
		}
	}
}

func TestTheShorterDeadlineWins(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		declared, sent string
		want           time.Duration
	}{
		{"10s", "", 10 * time.Second},
		{"10s", "2000", 2 * time.Second},
		{"10s", "60000", 10 * time.Second},
		{"10s", "nonsense", 10 * time.Second},
		{"10s", "-5", 10 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			_, err := try(t, io.Discard, &manifest.Operation{Timeout: tt.declared, Security: manifest.Security{Public: true}},
				http.Header{call.DeadlineHeader: {tt.sent}},
				func(ctx context.Context, _ *operation.Call) error { <-ctx.Done(); return ctx.Err() })
			if !errors.Is(err, problem.Timeout()) || time.Since(began) != tt.want {
				t.Errorf("declared %s, sent %q: %v after %v", tt.declared, tt.sent, err, time.Since(began))
			}
		})
	}
}

func TestTheCallerIsKnownBeforeAnythingElseHappens(t *testing.T) {
	t.Parallel()
	op := func(scopes ...string) *manifest.Operation {
		return &manifest.Operation{Security: manifest.Security{Schemes: []string{"shop"}, Scopes: scopes}}
	}
	for _, tt := range []struct {
		name, authorization string
		op                  *manifest.Operation
		want                error
		challenge           string
	}{
		{"good", "Bearer ada", op("read"), nil, ""},
		{"no token", "", op("read"), problem.Unauthenticated(), "Bearer"},
		{"expired", "Bearer expired", op("read"), problem.Unauthenticated(), "invalid_token"},
		{"other scope", "Bearer ada", op("write"), problem.Forbidden(), "insufficient_scope"},
		{"keys out of reach", "Bearer nokeys", op("read"), problem.Unavailable(), ""},
	} {
		reached := false
		c, err := try(t, io.Discard, tt.op, http.Header{"Authorization": {tt.authorization}}, func(ctx context.Context, c *operation.Call) error {
			reached = c.Principal().Subject == "ada" && auth.TokenFromContext(ctx) == "ada" && auth.PrincipalFromContext(ctx).Subject == "ada"
			return nil
		})
		if !errors.Is(err, tt.want) || reached != (tt.want == nil) {
			t.Errorf("%s: got %v, handler reached: %v", tt.name, err, reached)
		}
		if got := c.ReplyHeader().Get("WWW-Authenticate"); !strings.Contains(got, tt.challenge) {
			t.Errorf("%s: challenge %q does not say %q", tt.name, got, tt.challenge)
		}
	}
}

type counted struct{ n int }

func (c *counted) Resolve(ctx context.Context, call *operation.Call) error {
	runs := ctx.Value(runsKey{}).(*int)
	*runs++
	c.n = *runs
	call.Defer(func(error) { *runs = -1 })
	return nil
}

type runsKey struct{}

type inputs struct {
	Base
	Other counted
}

// Base is embedded by inputs that share a dependency.
type Base struct{ First counted }

func TestADependencyIsResolvedOnceInACallAndOverwritesWhatWasThere(t *testing.T) {
	t.Parallel()
	in := operation.NewInputs(reflect.TypeFor[inputs]())
	var runs int
	ctx := context.WithValue(t.Context(), runsKey{}, &runs)
	v := inputs{Other: counted{n: 99}}
	c := &operation.Call{}
	if err := in.Resolve(ctx, c, reflect.ValueOf(&v).Elem()); err != nil {
		t.Fatal(err)
	}
	if runs != 1 || v.Other.n != 1 {
		t.Errorf("resolved %d times: %+v", runs, v)
	}
	c.Defer(func(error) { panic("stuck") })
	if err := c.Finish(nil); err == nil || !strings.Contains(err.Error(), "stuck") {
		t.Errorf("a clean-up panicked, and Finish says %v", err)
	}
	if runs != -1 {
		t.Error("nothing was given back")
	}
}

func TestSharedValuesAreOpenedOnceAndClosedLastFirst(t *testing.T) {
	t.Parallel()
	var s operation.Shared
	var closed []string
	open := func(name string) func() (any, error) {
		return func() (any, error) {
			return closer(func() error { closed = append(closed, name); return errors.New(name) }), nil
		}
	}
	if _, err := s.Once("broken", func() (any, error) { return nil, errors.New("broken") }); err == nil {
		t.Error("a failed open went unnoticed")
	}
	for range 2 {
		for _, name := range []string{"a", "b"} {
			if _, err := s.Once(name, open(name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Close(); err == nil || strings.Join(closed, " ") != "b a" || s.Close() != nil {
		t.Errorf("closed %v, %v", closed, err)
	}
}

type closer func() error

func (c closer) Close() error { return c() }

func TestASourceNamesPackageFileAndLine(t *testing.T) {
	t.Parallel()
	got := operation.Source(0)
	if !strings.HasPrefix(got, "github.com/vade-go/vade/operation") || !strings.Contains(got, "/operation_test.go:") {
		t.Error(got)
	}
}

func BenchmarkPlan(b *testing.B) {
	e, work := env(b, io.Discard)
	op := &manifest.Operation{ID: "shop.buy", Timeout: "30s", Security: manifest.Security{Schemes: []string{"shop"}, Scopes: []string{"read"}}}
	steps, err := operation.Common(op, e, work)
	if err != nil {
		b.Fatal(err)
	}
	plan := operation.NewPlan(append(steps, operation.Security(op, e)...), func(context.Context, *operation.Call) error { return nil })
	header := http.Header{"Authorization": {"Bearer ada"}}
	b.ReportAllocs()
	for b.Loop() {
		if err := plan.Run(b.Context(), &operation.Call{Operation: op, Header: header}); err != nil {
			b.Fatal(err)
		}
	}
}

func ExamplePlan() {
	say := func(stage operation.Stage) operation.Step {
		return operation.Step{Stage: stage, Wrap: func(next operation.Handler) operation.Handler {
			return func(ctx context.Context, c *operation.Call) error {
				fmt.Println(stage)
				return next(ctx, c)
			}
		}}
	}
	plan := operation.NewPlan(
		[]operation.Step{say(operation.StageBind), say(operation.StageAuthenticate)},
		func(context.Context, *operation.Call) error { fmt.Println("handler"); return nil },
	)
	fmt.Println(plan.Run(context.Background(), &operation.Call{}))
	// Output:
	// authenticate
	// bind
	// handler
	// <nil>
}
