package operation

import (
	"cmp"
	"context"
	"slices"

	"github.com/vade-go/vade/manifest"
)

// Stage is a place in the fixed order of a running plan. Stages run in the order of these constants, whoever declared them
// and wherever.
type Stage int

// The stages, outermost first.
const (
	StageMiddleware Stage = iota // plain HTTP, around the plan
	StageRecover
	StageTrace
	StageDeadline
	StageShed
	StageAddressLimit
	StageAuthenticate
	StageAuthorise
	StageSubjectLimit
	StageIdempotency
	StageCache
	StageTranslate
	StageBind
	StageValidate
	StageDependencies
	StageIntercept
	StageHandler
)

var stageNames = [...]string{
	"middleware", "recover", "trace", "deadline", "shed", "address-limit", "authenticate", "authorise", "subject-limit", "idempotency",
	"cache", "translate", "bind", "validate", "dependencies", "intercept", "handler",
}

// String returns the name that explain and the manifest use.
func (s Stage) String() string {
	if s < 0 || int(s) >= len(stageNames) {
		return "unknown"
	}
	return stageNames[s]
}

// Step is one compiled policy in a plan.
type Step struct {
	Stage  Stage
	Detail string // what the policy says, for people: "30s", "airline bookings:read"
	Origin string // where it was declared; empty: a default of Vade
	Wrap   func(next Handler) Handler
}

// Plan is the compiled chain of an operation: immutable, safe for concurrent use.
type Plan struct {
	steps []Step
	run   Handler
}

// NewPlan puts the steps into the fixed order and compiles them around the handler. Steps of one stage keep the order given.
func NewPlan(steps []Step, handler Handler) *Plan {
	p := &Plan{steps: slices.Clone(steps)}
	slices.SortStableFunc(p.steps, func(a, b Step) int { return cmp.Compare(a.Stage, b.Stage) })
	p.run = handler
	for i := len(p.steps) - 1; i >= 0; i-- {
		if wrap := p.steps[i].Wrap; wrap != nil {
			p.run = wrap(p.run)
		}
	}
	return p
}

// Run takes a call through the plan. The error is a *problem.Problem fit for the caller, or nil. Cancelling ctx ends the
// call as soon as its handler honours it.
func (p *Plan) Run(ctx context.Context, c *Call) error {
	c.context = callContext{ctx, c}
	c.outcome = p.run(&c.context, c)
	return c.outcome
}

// Settle says what the caller may know of an error that came once the plan was done, out of an answer that flows to a caller in the same
// process: as of one within, what no stage translates and nobody declared is logged under an id, which is all that the caller learns.
func (p *Plan) Settle(c *Call, err error) error {
	run := Handler(func(context.Context, *Call) error { return err })
	for _, s := range slices.Backward(p.steps) {
		if s.Wrap != nil && (s.Stage == StageRecover || s.Stage == StageTranslate) {
			run = s.Wrap(run)
		}
	}
	return run(&c.context, c)
}

// Describe returns the plan as manifest data, in running order.
func (p *Plan) Describe() []manifest.Step { return DescribeSteps(p.steps) }

// DescribeSteps returns steps as manifest data, in running order.
func DescribeSteps(steps []Step) []manifest.Step {
	byStage := func(a, b Step) int { return cmp.Compare(a.Stage, b.Stage) }
	sorted := steps
	if !slices.IsSortedFunc(steps, byStage) {
		sorted = slices.Clone(steps)
		slices.SortStableFunc(sorted, byStage)
	}
	out := make([]manifest.Step, len(sorted))
	for i, s := range sorted {
		out[i] = manifest.Step{Stage: s.Stage.String(), Detail: s.Detail, Origin: s.Origin}
	}
	return out
}
