package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
)

// DefaultMaxBody is the largest request body, in bytes, of an operation that says nothing else.
const DefaultMaxBody = 1 << 20

// endpoint is one declared operation: what was written, and later what it was compiled to.
type endpoint struct {
	method, path, source, name string
	options                    []Option
	inherited                  int // how many of the options are those of groups
	in, out                    reflect.Type
	handle                     func(ctx context.Context, in reflect.Value, out any) error
	exchange                   func() *exchange
	handlerMissing             bool

	op      *manifest.Operation
	fixed   http.Header // of every answer
	binder  *binder
	wire    *wire
	plan    *operation.Plan
	timeout time.Duration
	log     *slog.Logger
	hooks   *operation.Hooks // of the service
}

// key names the operation inside its service: "GET /bookings/{id}".
func (e *endpoint) key() string { return e.method + " " + e.path }

// describe compiles the declaration into manifest data and checks it, every mistake at once.
func (e *endpoint) describe(d *operation.Description) error {
	e.op = &manifest.Operation{
		Method: e.method, Path: e.path, Source: e.source,
		Timeout: operation.DefaultTimeout.String(), MaxBody: DefaultMaxBody,
	}
	operation.Apply(e.op, e.options)
	e.wire = newWire(e.options)
	e.op.ID = d.Service.Name + "." + e.id()
	errs := append(make([]error, 0, 16), e.checkShape())
	if errs[0] == nil {
		var err error
		e.binder, err = newBinder(d.Compiler, e.in, e.method, e.path)
		errs = append(errs, err, e.describeOutput(d), e.checkLink(), e.checkFlow())
		e.describeInput(d)
		errs = append(errs, e.describeExamples(d.Compiler), e.describeCallbacks(d))
	} else {
		e.binder = &binder{in: e.in, fields: visibleFields(e.in), inputs: new(operation.Inputs)}
	}
	errs = append(errs, describeTags(d, e.options))
	fixed, headers, err := farewell(e.op)
	e.fixed = fixed
	for i := range e.op.Responses {
		e.op.Responses[i].Headers = append(e.op.Responses[i].Headers, headers...)
	}
	errs = append(errs, err)
	if e.op.Security.Decided() && err == nil {
		errs = append(errs, e.describeCaching())
	}
	var room [usualSteps]operation.Step
	steps, err := e.steps(room[:0], nil, nil)
	errs = append(errs, err, e.checkSecurity(), e.checkPolicies(), e.checkIdempotency())
	describeIdempotency(e.op)
	e.binder.fields = nil
	if err := errors.Join(errs...); err != nil {
		return &DeclarationError{Source: e.source, Operation: e.key(), Err: err}
	}
	e.op.Problems = slices.CompactFunc(slices.SortedFunc(slices.Values(e.op.Problems), byStatus), sameProblem)
	e.op.Plan = operation.DescribeSteps(steps)
	return nil
}

func byStatus(a, b manifest.Problem) int {
	return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Code, b.Code), -bytes.Compare(a.Example, b.Example)) // one with an example first
}

func sameProblem(a, b manifest.Problem) bool { return a.Code == b.Code && a.Status == b.Status }

// id is the operation's name in its service: given, the handler's, or made of method and path.
func (e *endpoint) id() string {
	switch {
	case e.op.ID != "":
		return e.op.ID
	case e.name != "" && e.op.Version != "":
		return e.name + "-v" + e.op.Version
	case e.name != "":
		return e.name
	}
	words := strings.FieldsFunc(e.path, func(r rune) bool { return strings.ContainsRune("/{}.", r) }) // the path tells versions apart
	return strings.ToLower(strings.Join(append([]string{e.method}, words...), "-"))
}

func (e *endpoint) describeInput(d *operation.Description) {
	e.binder.inputs.DescribeOperation(e.op)
	e.op.Parameters = slices.Grow(e.op.Parameters, len(e.binder.params))
	for _, p := range e.binder.params {
		if p.in == inForm {
			continue
		}
		if p.in == inHeader && p.name == "If-Match" {
			describePrecondition(e.op)
		}
		described := manifest.Parameter{
			In: p.in, Name: p.name, Required: p.required, Doc: p.doc, Schema: json.RawMessage(p.schema.JSON(d.Definitions)),
		}
		if p.schema.Keyed() {
			described.Style = styleDeepObject
		}
		e.op.Parameters = append(e.op.Parameters, described)
	}
	switch {
	case e.binder.form:
		e.op.Body = e.binder.describeForm(d)
		return
	case e.binder.flow != nil:
		e.op.Streams.Request = true
		e.op.Body = e.binder.flow.describe()
		return
	case e.binder.body == nil:
		e.wire.maxMessage = e.op.MaxBody
		e.op.MaxBody = 0
		return
	}
	e.op.Body = &manifest.Content{MediaType: "application/json", Optional: !e.binder.body.required, Schema: json.RawMessage(e.binder.body.schema.JSON(d.Definitions))}
	e.wire.describe(e.op.Body)
}

func (e *endpoint) describeOutput(d *operation.Description) error {
	sh := shapeOf(e.out)
	res := manifest.Response{Status: sh.status, Doc: http.StatusText(sh.status)}
	if sh.location {
		res.Headers = []manifest.Header{{
			Name: "Location", Doc: "Address of what was made.", Schema: []byte(`{"type":"string","format":"uri-reference"}`),
		}}
	}
	if sh.link {
		res.Headers = append(res.Headers, manifest.Header{
			Name: "Link", Doc: "The next page, unless this is the last (RFC 8288).", Schema: []byte(`{"type":"string"}`),
		})
	}
	if sh.versioned {
		describeVersions(e.op, &res)
	}
	if sh.wrapped {
		e.wire.value = valueOf(e.out)
	}
	if sh.body != nil {
		s, err := d.Compiler.Compile(sh.body)
		if err != nil {
			return fmt.Errorf("output: %w", err)
		}
		e.wire.output = s
		res.Content = &manifest.Content{MediaType: mediaJSON, Schema: json.RawMessage(s.JSON(d.Definitions))}
		e.wire.describe(res.Content)
	}
	err := e.describeFlow(d, sh, &res)
	e.op.Responses = append(e.op.Responses, res)
	return err
}

// describeFlow adds what an answer that flows has.
func (e *endpoint) describeFlow(d *operation.Description, sh shape, res *manifest.Response) error {
	if !sh.flows {
		return nil
	}
	e.op.Streams.Response, e.op.Streams.Endless = true, sh.endless
	if m := sh.messages; m != nil {
		in, err := d.Compiler.Compile(m.in)
		out, failed := d.Compiler.Compile(m.out)
		if err := errors.Join(err, failed); err != nil {
			return fmt.Errorf("messages: %w", err)
		}
		e.wire.messages = in
		e.op.Messages = &manifest.Messages{Receives: json.RawMessage(in.JSON(d.Definitions)), Sends: json.RawMessage(out.JSON(d.Definitions))}
		return nil
	}
	res.Content = &manifest.Content{MediaType: sh.media, Schema: json.RawMessage(`{"type":"string"}`)}
	if sh.ranges {
		res.Content.MediaType, res.Content.Schema = "*/*", json.RawMessage(`{"type":"string","format":"binary"}`)
		describeRanges(e.op, res)
	}
	if sh.item != nil {
		s, err := d.Compiler.Compile(sh.item)
		if err != nil {
			return fmt.Errorf("output: %w", err)
		}
		e.wire.item = s
		res.Content.Item = json.RawMessage(s.JSON(d.Definitions))
	}
	return nil
}

// checkFlow reports answers that flow where they cannot.
func (e *endpoint) checkFlow() error {
	sh := shapeOf(e.out)
	if sh.messages != nil && e.method != http.MethodGet {
		return fmt.Errorf("output %s: a WebSocket is opened by GET", e.out)
	}
	return nil
}

func (e *endpoint) checkSecurity() error {
	switch s := e.op.Security; {
	case s.Decided():
		return nil
	case len(s.Scopes) > 0:
		return fmt.Errorf("%w: the scopes %s name no scheme that identifies the caller; add auth.Require(...)",
			ErrUndecided, strings.Join(s.Scopes, " "))
	}
	return fmt.Errorf("%w: add auth.Require(...) to the operation or its group, or auth.Public()", ErrUndecided)
}

// usualSteps is how many steps few plans exceed.
const usualSteps = 12

// steps adds everything of the plan but the handler itself.
func (e *endpoint) steps(steps []operation.Step, env *operation.Env, work *telemetry.Work) ([]operation.Step, error) {
	common, err := operation.Common(e.op, env, work)
	steps = append(steps, common...)
	steps = append(steps, operation.Security(e.op, env)...)
	if e.op.Idempotency != nil {
		steps = append(steps, e.idempotency(env))
	}
	steps = append(steps, e.binder.steps(e.op, e.wire)...)
	steps = append(steps, e.binder.inputs.Step(env)...)
	steps = append(steps, e.cachingStep()...)
	more, failed := e.optionSteps()
	steps = append(append(steps, more...), operation.Step{Stage: operation.StageHandler, Detail: e.op.ID, Origin: e.source})
	return steps, errors.Join(err, failed)
}

// optionSteps returns what the options add to the plan.
func (e *endpoint) optionSteps() ([]operation.Step, error) {
	var steps []operation.Step
	var errs []error
	for _, o := range e.options {
		if s, ok := o.(operation.Stepper); ok {
			more, err := s.Steps(operation.Signature{Operation: e.op, In: e.in, Out: e.out})
			steps, errs = append(steps, more...), append(errs, err)
		}
	}
	return steps, errors.Join(errs...)
}

// prepare checks that callers can be identified, and makes the measurements.
func (e *endpoint) prepare(env *operation.Env, cfg telemetry.WorkConfig) (*telemetry.Work, error) {
	if len(e.op.Security.Schemes) > 0 && env.Verifier == nil {
		return nil, fmt.Errorf("api: %s needs to verify tokens of %s and no issuer is configured", e.op.ID, strings.Join(e.op.Security.Schemes, ", "))
	}
	cfg.Kind, cfg.Metric, cfg.Labels = telemetry.Server, "http.server.request.duration", []string{"http.request.method", "http.route"}
	cfg.Log, cfg.Message = true, "request"
	work, err := env.Telemetry.Work(cfg)
	if err != nil {
		return nil, fmt.Errorf("api: %s: %w", e.op.ID, err)
	}
	return work, nil
}

// open compiles the running plan.
func (e *endpoint) open(env *operation.Env) error {
	work, err := e.prepare(env, telemetry.WorkConfig{Name: e.key(), Attributes: []attribute.KeyValue{
		attribute.String("http.request.method", e.method),
		attribute.String("http.route", e.path),
		attribute.String("vade.operation", e.op.ID),
	}})
	if err != nil {
		return err
	}
	var room [usualSteps]operation.Step
	steps, err := e.steps(room[:0], env, work)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	e.plan = operation.NewPlan(append(steps, hooked(e.hooks)), func(ctx context.Context, c *operation.Call) error {
		c.Reached = true
		if err := e.handle(ctx, c.In, c.Place); err != nil {
			return err
		}
		c.Out = c.Place
		return nil
	})
	e.log = env.Log
	e.timeout, err = time.ParseDuration(e.op.Timeout)
	e.wire.timeout = e.timeout
	return err
}
