package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/vade-go/vade/internal/muxroute"
	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
)

// Mount lets a handler of plain HTTP answer every request at the path and below, of any method: an application that is moved here bit
// by bit, net/http/pprof, another framework. It stands under the same rules as operations. Without auth.Require or auth.Public it
// does not start; callers are identified and authorised before it is called, and auth.PrincipalFromContext tells it who they are. It
// has a plan, its own measurements and the gateway's protection. What it takes and answers is in no document.
//
// The handler sees the rest of the path, "/" for the mounted path itself, unless [KeepPrefix] says otherwise. It streams, and takes a
// connection over for a WebSocket, as it would anywhere else. Operations of the service go first where they are more specific, by the
// rules of [http.ServeMux]; what could mean both is a mistake of the declaration.
//
// Of the options those count that concern security, middleware, time, body, caches, concurrency, version, description and end. There is no deadline but
// the caller's unless [Timeout] sets one; a body has up to [DefaultMaxBody] bytes unless [MaxBody] says otherwise, and 10 seconds to
// arrive unless Timeout or the handler do. An [InterceptAll] around it sees an *http.Request, and its answer is a [None]. Typed calls
// do not reach it.
func Mount(s operation.Scope, path string, h http.Handler, options ...Option) {
	mountOn(s, path, operation.Source(1), "mount", h, options)
}

func mountOn(s operation.Scope, path, source, kind string, h http.Handler, options []Option) {
	m := &mount{handler: h, kind: kind, endpoint: endpoint{
		path: path, source: source, options: options, in: reflect.TypeFor[http.Request](), out: reflect.TypeFor[None](),
		handlerMissing: h == nil,
	}}
	if g, ok := s.(*Router); ok {
		m.path = g.prefix + path
		m.options = append(append([]Option{}, g.options...), options...)
		m.inherited = len(g.options)
		s = g.Scope
	}
	if m.path != "/" {
		m.path = strings.TrimSuffix(m.path, "/")
	}
	a := of(s)
	a.mounts = append(a.mounts, m)
}

// KeepPrefix lets the handler of a [Mount] see the whole path, as it was asked for.
func KeepPrefix() Option { return keepPrefix{} }

type keepPrefix struct{}

// DescribeOperation does nothing: the option is for the handler alone.
func (keepPrefix) DescribeOperation(*manifest.Operation) {}

// mount is a handler of plain HTTP as a part of the service.
type mount struct {
	endpoint
	handler http.Handler
	kind    string // "mount" or "frontend"
	keep    bool   // the prefix
	cached  *mountCaching
}

// attached is a handler that knows of its mount. The one that there is, a frontend, is linked into programs only that have one.
type attached interface {
	http.Handler
	attach(m *mount) error
	beside(operations func(r *http.Request) []string)
	open() error
}

func (m *mount) key() string { return m.kind + " " + cmp.Or(m.path, "/") }

// describe compiles the declaration into manifest data and checks it, every mistake at once.
func (m *mount) describe(d *operation.Description) (*manifest.Mount, error) {
	if m.path == "" {
		m.path = "/"
	}
	m.op = &manifest.Operation{Path: m.path, Source: m.source, MaxBody: DefaultMaxBody}
	operation.Apply(m.op, m.options)
	for _, o := range m.options {
		_, keep := o.(keepPrefix)
		m.keep = m.keep || keep
	}
	m.op.ID = d.Service.Name + "." + cmp.Or(m.op.ID, strings.Trim(m.kind+"-"+strings.ReplaceAll(strings.Trim(m.path, "/"), "/", "-"), "-"))
	fixed, _, err := farewell(m.op)
	m.fixed = fixed
	var methods []string
	if f, ok := m.handler.(attached); ok {
		methods = []string{http.MethodGet, http.MethodHead}
		err = errors.Join(err, f.attach(m))
	}
	err = errors.Join(err, m.checkFrontendOptions(), m.describeCaching())
	steps, wrong := m.steps(nil, nil)
	if err := errors.Join(m.checkMount(), err, wrong, m.checkSecurity(), m.checkPolicies()); err != nil {
		return nil, &DeclarationError{Source: m.source, Operation: m.key(), Err: err}
	}
	m.op.Plan = operation.DescribeSteps(steps)
	return &manifest.Mount{
		ID: m.op.ID, Path: m.path, Summary: m.op.Summary, Description: m.op.Description, Tags: m.op.Tags, Methods: methods,
		Version: m.op.Version, CacheControl: m.op.CacheControl,
		Deprecated: m.op.Deprecated, DeprecatedSince: m.op.DeprecatedSince, Sunset: m.op.Sunset, Security: m.op.Security,
		Timeout: m.op.Timeout, MaxBody: m.op.MaxBody, Plan: m.op.Plan, Source: m.source,
	}, nil
}

// checkFrontendOptions reports options of a frontend where there is none.
func (m *mount) checkFrontendOptions() error {
	if _, ok := m.handler.(attached); ok || m.handlerMissing {
		return nil
	}
	return errors.Join(misplaced(m.options)...)
}

func (m *mount) checkMount() error {
	var errs []error
	if m.handlerMissing {
		errs = append(errs, errors.New("the handler is nil"))
	}
	switch u, err := url.ParseRequestURI(m.path); {
	case !isClean(m.path) || strings.ContainsAny(m.path, "{}%?#"):
		errs = append(errs, fmt.Errorf("%w: %q is not a plain path such as /legacy", ErrPath, m.path))
	case err != nil || u.Path != m.path:
		errs = append(errs, fmt.Errorf("%w: %q cannot be asked for", ErrPath, m.path))
	}
	return errors.Join(errs...)
}

// steps returns everything of the plan but the handler itself.
func (m *mount) steps(env *operation.Env, work *telemetry.Work) ([]operation.Step, error) {
	steps, err := operation.Common(m.op, env, work)
	if err != nil {
		return nil, err
	}
	steps = append(steps, operation.Security(m.op, env)...)
	more, err := m.optionSteps()
	steps = append(steps, m.cachingStep()...)
	return append(append(steps, more...), operation.Step{Stage: operation.StageHandler, Detail: m.op.ID, Origin: m.source}), err
}

// open compiles the running plan.
func (m *mount) open(env *operation.Env) error {
	work, err := m.prepare(env, telemetry.WorkConfig{
		Name: strings.TrimSuffix(m.path, "/") + "/",
		Attributes: []attribute.KeyValue{
			attribute.String("http.request.method", "_OTHER"),
			attribute.String("http.route", m.path),
			attribute.String("vade.operation", m.op.ID),
		},
	})
	if err != nil {
		return err
	}
	steps, err := m.steps(env, work)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	m.wire = newWire(m.options)
	if f, ok := m.handler.(attached); ok {
		if err := f.open(); err != nil {
			return fmt.Errorf("%s: %s: %w", m.source, m.key(), err)
		}
	}
	m.plan = operation.NewPlan(append(steps, hooked(m.hooks)), m.call)
	if m.log = env.Log; m.op.Timeout != "" {
		m.timeout, err = time.ParseDuration(m.op.Timeout)
	}
	return err
}

// ServeHTTP is the door of the mount.
func (m *mount) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := new(exchange)
	ctx, c := m.enter(w, r, x), &x.call
	c.Received = time.Now()
	r = m.rebase(r) // a copy: net/http looks for the body in its own request
	if m.timeout > 0 && x.body.Limit(w, r, c.Received.Add(m.timeout+slack)) {
		defer x.body.Release()
		r.Body = &x.body
	}
	if r.Body != nil {
		r.Body = http.MaxBytesReader(w, r.Body, m.op.MaxBody)
	}
	c.Operation, c.Door, c.Header, c.Request, c.In = m.op, operation.DoorHTTP, r.Header, r, reflect.ValueOf(r).Elem()
	c.Place = new(None)
	out := &mountWriter{ResponseWriter: w, call: c, cached: m.cached}
	c.Writer = out
	err := m.plan.Run(ctx, c)
	defer func() { m.finish(ctx, c, err) }()
	switch {
	case out.aborted, err != nil && out.status != 0:
		panic(http.ErrAbortHandler) // half an answer must not be taken for a whole one
	case err != nil:
		m.wire.writeProblem(w, c, err)
	case out.status == 0:
		out.WriteHeader(http.StatusOK)
	}
}

// call runs the handler at the end of the plan.
func (m *mount) call(ctx context.Context, c *operation.Call) error {
	out, _ := c.Writer.(*mountWriter)
	defer func() {
		if v := recover(); v != nil {
			if err, ok := v.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			out.aborted, c.Status = true, statusCutOff
		}
	}()
	c.Out = c.Place
	m.handler.ServeHTTP(out, c.Request.WithContext(ctx))
	if out.status == 0 && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err() // it gave up, and nobody has said so yet
	}
	c.Status = cmp.Or(out.status, http.StatusOK)
	return nil
}

// statusCutOff stands in logs and metrics for an answer that was cut off.
const statusCutOff = 499

// rebase returns a copy of the request whose path begins after the prefix.
func (m *mount) rebase(r *http.Request) *http.Request {
	out := new(http.Request)
	*out = *r
	if m.keep || m.path == "/" {
		return out
	}
	u := *r.URL
	out.URL = &u
	u.Path = cmp.Or(strings.TrimPrefix(r.URL.Path, m.path), "/")
	if raw := r.URL.RawPath; raw != "" {
		for range strings.Count(m.path, "/") { // the escapes in the prefix are the client's, its segments are not
			_, raw, _ = strings.Cut(raw[1:], "/")
			raw = "/" + raw
		}
		u.RawPath = raw
	}
	return out
}

// describeMounts writes the mounts into the manifest, once all operations have their routes.
func (a *App) describeMounts(d *operation.Description, ids map[string]*endpoint) error {
	var errs []error
	everything := false
	for _, m := range a.mounts {
		m.options, m.hooks = slices.Concat(a.options, m.options), &a.hooks
		m.inherited += len(a.options)
		described, err := m.describe(d)
		if err == nil {
			if other, ok := ids[m.op.ID]; ok {
				err = &DeclarationError{Source: m.source, Operation: m.key(), Err: fmt.Errorf(
					"%w: the id %s belongs to what is declared at %s; set another with api.Name", ErrDuplicate, m.op.ID, other.source)}
			} else {
				ids[m.op.ID] = &m.endpoint
				err = a.routeMount(m, described)
			}
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		everything = everything || described.Everything()
		d.Service.Mounts = append(d.Service.Mounts, *described)
	}
	if !everything {
		a.mux.Handle("/", Unmatched(a.mux))
	}
	return errors.Join(errs...)
}

// routeMount registers the routes of the mount. What the mux refuses answers the same requests as something else.
func (a *App) routeMount(m *mount, described *manifest.Mount) error {
	h, err := m.within(m)
	if err != nil {
		return &DeclarationError{Source: m.source, Operation: m.key(), Err: err}
	}
	if f, ok := m.handler.(attached); ok {
		f.beside(a.operationMethods)
	}
	for _, route := range described.Routes() {
		if reason := muxroute.Register(a.mux, route.Pattern(), h); reason != nil {
			return &DeclarationError{Source: m.source, Operation: m.key(), Err: fmt.Errorf("%w: %w", ErrPath, a.clash(m, route.Pattern(), reason))}
		}
	}
	return nil
}

// operationMethods returns the methods that operations have at the path of a request that none of them answers.
func (a *App) operationMethods(r *http.Request) []string {
	var list []string
	for _, method := range methods() {
		probe := *r
		probe.Method = method
		if _, pattern := a.mux.Handler(&probe); strings.HasPrefix(pattern, method+" ") {
			list = append(list, method)
		}
	}
	return list
}

// clash names what the pattern of the mount could be confused with.
func (a *App) clash(m *mount, pattern string, reason error) error {
	for _, e := range a.endpoints {
		mux := http.NewServeMux()
		if e.op != nil && muxroute.Register(mux, e.op.Pattern(), e) == nil && muxroute.Register(mux, pattern, m) != nil {
			return fmt.Errorf("%s could mean this and %s, declared at %s", pattern, e.key(), e.source)
		}
	}
	for _, other := range a.mounts {
		if other == m {
			break
		}
		if other.path == m.path {
			return fmt.Errorf("%w: first at %s", ErrDuplicate, other.source)
		}
	}
	return reason
}
