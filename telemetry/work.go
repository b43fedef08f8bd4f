package telemetry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Kind is the role that a work plays in a trace.
type Kind = trace.SpanKind

// The kinds of work.
const (
	Internal Kind = trace.SpanKindInternal // inside the process
	Server   Kind = trace.SpanKindServer   // answers a request
	Client   Kind = trace.SpanKindClient   // makes a request and waits for the answer
	Producer Kind = trace.SpanKindProducer // leaves a message for somebody
	Consumer Kind = trace.SpanKindConsumer // handles a message
)

// WorkConfig describes a kind of work. Names follow the OpenTelemetry semantic conventions.
type WorkConfig struct {
	Name       string               // of the spans, few for a program: "GET /bookings/{id}"; required
	Kind       Kind                 // zero: Internal
	Metric     string               // such as "http.server.request.duration"; empty: not measured
	Attributes []attribute.KeyValue // the same for every run, on every span, once it ends, and access record
	Labels     []string             // the keys of Attributes that are labels of the metric, too
	Log        bool                 // write an access record at the end of every run
	Message    string               // of the access record; empty: Name
}

// Work is one prepared kind of work: an HTTP operation, a subscription, a call of the store. It is safe for concurrent use.
type Work struct {
	telemetry *Telemetry
	cfg       WorkConfig
	options   []trace.SpanStartOption
	handler   slog.Handler        // says which access records are written
	records   func() slog.Handler // writes them, with the attributes; not made before the first
	access    access              // of those that are alike
	http      bool                // the status is an HTTP status code

	instrument *instrument // nil: not measured
	values     []string    // of the labels
	active     prometheus.Gauge

	mu        sync.Mutex // of writers
	durations atomic.Pointer[map[string]*durations]
}

// Work prepares a kind of work. Its metric is a histogram of durations in seconds with the labels service, those of
// cfg.Labels, and status: "http.server.request.duration" becomes http_server_request_duration_seconds, and a gauge
// http_server_request_active counts the runs that have begun and not ended. Works may share a metric if they have the same
// labels; anything else is an error.
func (t *Telemetry) Work(cfg WorkConfig) (*Work, error) {
	if cfg.Name == "" {
		return nil, errors.New("telemetry: work without a name")
	}
	cfg.Kind = trace.ValidateSpanKind(cfg.Kind)
	cfg.Message = cmp.Or(cfg.Message, cfg.Name)
	w := &Work{
		telemetry: t,
		cfg:       cfg,
		options:   []trace.SpanStartOption{trace.WithSpanKind(cfg.Kind)},
		handler:   t.log.Handler(),
		http:      strings.HasPrefix(cfg.Metric, "http."),
	}
	if cfg.Log {
		w.records = sync.OnceValue(func() slog.Handler { return w.handler.WithAttrs(logAttrs(w.cfg.Attributes)) })
		w.access = newAccess(t, &w.cfg)
	}
	if cfg.Metric != "" {
		if err := w.measure(); err != nil {
			return nil, fmt.Errorf("telemetry: work %s: %w", cfg.Name, err)
		}
	}
	return w, nil
}

// measure finds the instruments and the values of their labels.
func (w *Work) measure() error {
	names := []string{"service"}
	w.values = []string{w.telemetry.service}
	for _, key := range w.cfg.Labels {
		i := slices.IndexFunc(w.cfg.Attributes, func(a attribute.KeyValue) bool { return string(a.Key) == key })
		if i < 0 {
			return fmt.Errorf("label %s is none of the attributes", key)
		}
		name, err := promName(key)
		if err != nil {
			return err
		}
		names = append(names, name)
		w.values = append(w.values, w.cfg.Attributes[i].Value.String())
	}
	var err error
	if w.instrument, err = w.telemetry.shared.instruments.get(w.cfg.Metric, names); err != nil {
		return err
	}
	w.durations.Store(new(map[string]*durations))
	w.active, err = w.instrument.active.GetMetricWithLabelValues(w.values...)
	return err
}

// maxStatuses bounds the values of the label status. Whatever comes after is counted as "other".
const maxStatuses = 64

// observer returns the line of the histogram for a status, made when the status is seen first.
func (w *Work) observer(status string) *durations {
	if d, ok := (*w.durations.Load())[status]; ok {
		return d
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	known := *w.durations.Load()
	if d, ok := known[status]; ok {
		return d
	}
	if len(known) >= maxStatuses {
		if d, ok := known["other"]; ok {
			return d
		}
		status = "other"
	}
	observer, err := w.instrument.durations.GetMetricWithLabelValues(slices.Concat(w.values, []string{status})...)
	if err != nil {
		return nil
	}
	d := &durations{observer: observer.(prometheus.ExemplarObserver), attributes: w.attributes(httpCode(status))}
	grown := maps.Clone(known)
	if grown == nil {
		grown = make(map[string]*durations)
	}
	grown[status] = d
	w.durations.Store(&grown)
	return d
}

// attributes returns those of the spans with a status, which are set at once and at the end: each time costs an allocation. No sampler of
// this package looks at them.
func (w *Work) attributes(code int) []attribute.KeyValue {
	if !w.http || code == 0 {
		return w.cfg.Attributes
	}
	return append(slices.Clip(w.cfg.Attributes), statusCode(code))
}

// Begin starts a run as a child of the span in ctx. Who serves requests calls [Extract] before. The context returned belongs
// to the run: what is logged, called and begun with it joins the span. Every run must be ended.
func (w *Work) Begin(ctx context.Context) (context.Context, *Run) {
	r := new(Run)
	return w.begin(ctx, r, time.Now(), w.options), r
}

// BeginIn is Begin for who has a place for the run, where what was there is overwritten, and knows when it began; zero: now.
func (w *Work) BeginIn(ctx context.Context, r *Run, began time.Time) context.Context {
	if began.IsZero() {
		began = time.Now()
	}
	return w.begin(ctx, r, began, w.options)
}

// BeginLinked is Begin with links to the spans that caused the run without being its parent, such as the publishers of
// a batch of messages. Invalid span contexts are left out.
func (w *Work) BeginLinked(ctx context.Context, causes ...trace.SpanContext) (context.Context, *Run) {
	links := make([]trace.Link, 0, len(causes))
	for _, sc := range causes {
		if sc.IsValid() {
			links = append(links, trace.Link{SpanContext: sc})
		}
	}
	r := new(Run)
	return w.begin(ctx, r, time.Now(), append(slices.Clip(w.options), trace.WithLinks(links...))), r
}

func (w *Work) begin(ctx context.Context, r *Run, began time.Time, options []trace.SpanStartOption) context.Context {
	*r = Run{work: w, began: began}
	if w.active != nil {
		w.active.Inc()
	}
	if t := w.telemetry; t.tracer != nil {
		r.ctx, r.span = t.tracer.Start(ctx, w.cfg.Name, options...)
		r.recording = r.span.IsRecording()
	} else {
		r.ctx, r.span = t.shared.pass(ctx, w.cfg.Name, &r.passed)
	}
	return r.ctx
}
