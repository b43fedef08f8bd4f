package operation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
)

// statusClientGone is the status in logs and metrics of a call whose caller went away; nobody receives it.
const statusClientGone = 499

var errPanic = errors.New("panic")

// Common returns the steps that every operation has whatever its door: recover, trace and deadline. Without a timeout only the
// deadline of the caller counts. Work may be nil while an operation is only described.
func Common(op *manifest.Operation, env *Env, work *telemetry.Work) ([]Step, error) {
	timeout, origin := time.Duration(0), ""
	if op.Timeout != "" {
		var err error
		if timeout, err = time.ParseDuration(op.Timeout); err != nil || timeout <= 0 {
			return nil, fmt.Errorf("%s: timeout %q is not a positive duration", op.ID, op.Timeout)
		}
		if timeout != DefaultTimeout {
			origin = op.Source
		}
	}
	return []Step{
		{Stage: StageRecover, Wrap: func(next Handler) Handler { return recovering(env, next) }},
		{Stage: StageTrace, Wrap: func(next Handler) Handler { return tracing(work, next) }},
		deadlineStep(op, timeout, origin),
	}, nil
}

func deadlineStep(op *manifest.Operation, timeout time.Duration, origin string) Step {
	step := Step{Stage: StageDeadline, Detail: cmp.Or(op.Timeout, "the caller's"), Origin: origin}
	streams := op.Streams
	streams.Endless = false
	switch streams {
	case manifest.Streams{}:
		step.Wrap = func(next Handler) Handler { return deadline(timeout, next) }
		return step
	case manifest.Streams{Response: true}:
		step.Detail += " until the answer begins"
	case manifest.Streams{Request: true}:
		step.Detail += " of silence while the request flows"
	default:
		step.Detail += " of silence until the answer begins"
	}
	step.Wrap = func(next Handler) Handler { return silenced(timeout, next) }
	return step
}

// Security returns the steps that identify the caller and check what was granted. A public operation has none.
func Security(op *manifest.Operation, env *Env) []Step {
	if op.Security.Public {
		return nil
	}
	realm := strings.Join(op.Security.Schemes, ",")
	steps := []Step{{Stage: StageAuthenticate, Detail: realm, Origin: op.Source, Wrap: func(next Handler) Handler {
		return authenticating(env.Verifier, realm, op.Security.Scopes, next)
	}}}
	if scopes := op.Security.Scopes; len(scopes) > 0 {
		steps = append(steps, Step{Stage: StageAuthorise, Detail: strings.Join(scopes, " "), Origin: op.Source, Wrap: func(next Handler) Handler {
			return authorising(realm, scopes, next)
		}})
	}
	return steps
}

// recovering is the outermost barrier: whatever comes from inside, only a declared problem leaves. Everything else is
// logged under an id, and the caller learns nothing but the id.
func recovering(env *Env, next Handler) Handler {
	return func(ctx context.Context, c *Call) (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = conceal(c.traceContext(ctx), c, env, fmt.Errorf("%w: %v", errPanic, v), debug.Stack())
			}
		}()
		err = next(ctx, c)
		if err == nil {
			return nil
		}
		if p, ok := PublicProblem(ctx, c, err); ok {
			return p
		}
		return conceal(c.traceContext(ctx), c, env, err, nil)
	}
}

// ErrClientGone is wrapped by the errors of an answer that could not be sent. It is nobody's fault.
var ErrClientGone = errors.New("operation: the client is gone")

// PublicProblem finds the problem in err that the caller may see: one that the operation declared, or one of Vade's own. What
// another service answered to this one is neither, but for its being out of reach.
func PublicProblem(ctx context.Context, c *Call, err error) (*problem.Problem, bool) {
	p, ok := problem.From(err)
	own := ok && problem.ForStatus(p.Status).Code == p.Code
	switch {
	case ok && declared(c.Operation, p), own && !foreign(err, p):
		return p, true
	case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, ErrClientGone):
		return problem.New(statusClientGone, "client-gone", "The caller went away"), true
	case errors.Is(err, context.DeadlineExceeded):
		return problem.Timeout(), true
	case !own:
		return nil, false
	}
	switch p.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return problem.Unavailable(), true
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return problem.ForStatus(p.Status), true
	}
	return nil, false
}

// declared reports whether the operation said that it may fail this way.
func declared(op *manifest.Operation, p *problem.Problem) bool {
	return slices.ContainsFunc(op.Problems, func(d manifest.Problem) bool { return d.Code == p.Code && d.Status == p.Status })
}

// foreign reports whether p is what another service answered.
func foreign(err error, p *problem.Problem) bool {
	failed, ok := errors.AsType[*call.Error](err)
	if !ok {
		return false
	}
	q, _ := problem.From(failed.Err)
	return p == q
}

func conceal(ctx context.Context, c *Call, env *Env, err error, stack []byte) error {
	p := problem.Internal()
	p.ID = telemetry.NewRequestID()
	attrs := []any{"incident", p.ID, "operation", c.Operation.ID, "error", err.Error()}
	if undeclared, ok := problem.From(err); ok {
		attrs = append(attrs, "mend", fmt.Sprintf("declare the problem %q with api.Fails, or answer with a declared one", undeclared.Code))
	}
	if stack != nil {
		attrs = append(attrs, "stack", string(stack))
	}
	env.Log.ErrorContext(ctx, "operation failed", attrs...)
	c.Hooks.Report(ctx, env.Log, &Incident{ID: p.ID, Operation: c.Operation.ID, Err: err, Stack: stack})
	return p
}

// tracing opens the span of the call and, at its end, writes its measurements and its access record.
func tracing(work *telemetry.Work, next Handler) Handler {
	return func(ctx context.Context, c *Call) error {
		run := &c.run
		ctx = work.BeginIn(ctx, run, c.Received)
		finished := false
		defer func() {
			if !finished {
				run.End("500", errPanic)
			}
		}()
		err := next(ctx, c)
		status, fault := statusOf(ctx, c, err), err
		if err != nil && status < 500 {
			// What the caller did wrong is a result like any other, not a fault of the service.
			run.Set(attribute.String("error.type", causeOf(err)))
			fault = nil
		}
		if fault != nil {
			_ = fault.Error() // one that panics, such as that of a nil pointer, does so here, where the span still ends
		}
		if c.Replayed {
			run.Set(attribute.Bool("vade.replayed", true))
		}
		finished = true
		run.End(statusText(status), fault)
		return err
	}
}

// statusText writes a status. Nearly all are 200, or a few others.
func statusText(status int) string {
	switch status {
	case http.StatusOK:
		return "200"
	case http.StatusCreated:
		return "201"
	case http.StatusNoContent:
		return "204"
	}
	return strconv.Itoa(status)
}

func statusOf(ctx context.Context, c *Call, err error) int {
	switch {
	case err == nil && c.Status != 0:
		return c.Status
	case err == nil:
		return 200
	}
	if p, ok := PublicProblem(ctx, c, err); ok {
		return p.Status
	}
	return 500
}

// causeOf names why a call was refused.
func causeOf(err error) string {
	if p, ok := problem.From(err); ok {
		return p.Code
	}
	return "cancelled"
}

func authenticating(v auth.Verifier, realm string, scopes []string, next Handler) Handler {
	return func(ctx context.Context, c *Call) error {
		token, err := auth.Bearer(c.header("Authorization"))
		var caller auth.Principal
		if err == nil {
			caller, err = v.Verify(ctx, token)
		}
		switch {
		case err == nil:
			c.known = auth.WithCaller(ctx, token, caller)
			return next(c.known, c)
		case errors.Is(err, auth.ErrKeys):
			return fmt.Errorf("%w: %w", problem.Unavailable(), err)
		case ctx.Err() != nil:
			return ctx.Err()
		}
		c.SetHeader("WWW-Authenticate", auth.Challenge(err, realm, scopes))
		return fmt.Errorf("%w: %w", problem.Unauthenticated(), err)
	}
}

func authorising(realm string, scopes []string, next Handler) Handler {
	return func(ctx context.Context, c *Call) error {
		if err := c.Principal().Allow(scopes); err != nil {
			c.SetHeader("WWW-Authenticate", auth.Challenge(err, realm, scopes))
			return fmt.Errorf("%w: %w", problem.Forbidden(), err)
		}
		return next(ctx, c)
	}
}
