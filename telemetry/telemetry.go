package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Telemetry is the log, the traces and the metrics of one service. It is safe for concurrent use.
type Telemetry struct {
	shared  *pipeline
	service string
	log     *slog.Logger
	tracer  trace.Tracer // nil: nobody wants spans
}

// pipeline is what the services of a process share.
type pipeline struct {
	cfg         Config
	handler     slog.Handler
	processors  []sdktrace.SpanProcessor
	root        sdktrace.Sampler // of traces that begin here
	instruments instruments

	stopOnce sync.Once
	stopErr  error
}

// New returns the telemetry of a process. It starts nothing and touches no global of OpenTelemetry, Prometheus or slog. All
// that is wrong with cfg comes back joined.
func New(cfg Config) (*Telemetry, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := registerRuntime(cfg.Registry); err != nil {
		return nil, err
	}
	cfg.Output = &lockedWriter{w: cfg.Output}
	p := &pipeline{
		cfg:         cfg,
		handler:     newHandler(cfg.Output, cfg.Format, cfg.Level),
		processors:  cfg.SpanProcessors,
		root:        sdktrace.TraceIDRatioBased(cfg.Sample),
		instruments: instruments{registry: cfg.Registry, byName: make(map[string]*instrument)},
	}
	if cfg.Traces == TracesConsole {
		console := consoleSpans{newHandler(cfg.Output, cfg.Format, slog.LevelInfo)}
		p.processors = append(p.processors[:len(p.processors):len(p.processors)], console)
	}
	return p.service(cfg.Service), nil
}

// registerRuntime adds what Prometheus knows about every Go program. A registry that has it already is left alone.
func registerRuntime(registry *prometheus.Registry) error {
	for _, c := range []prometheus.Collector{
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := registry.Register(c); err != nil && !errors.As(err, new(prometheus.AlreadyRegisteredError)) {
			return err
		}
	}
	return nil
}

// For returns the telemetry of another service in this process. Its log records and spans carry the name as "service.name",
// its metrics as the label "service". Everything else is shared, [Telemetry.Stop] too.
func (t *Telemetry) For(service string) *Telemetry { return t.shared.service(service) }

func (p *pipeline) service(name string) *Telemetry {
	t := &Telemetry{shared: p, service: name, tracer: p.tracer(name)}
	t.log = slog.New(p.handler.WithAttrs(t.attrs()))
	return t
}

// attrs are on every record of the service.
func (t *Telemetry) attrs() []slog.Attr { return []slog.Attr{slog.String("service.name", t.service)} }

// Logger returns the logger of the service. Records logged with a context carry its trace_id, span_id and request_id.
// Secrets are left out as the package documentation says.
func (t *Telemetry) Logger() *slog.Logger { return t.log }

// Registerer is where further metrics of the process go.
func (t *Telemetry) Registerer() prometheus.Registerer { return t.shared.cfg.Registry }

// Metrics serves the metrics of all services of the process in the formats of Prometheus, with exemplars to those who ask for
// OpenMetrics and native histograms to those who ask for protocol buffers.
func (t *Telemetry) Metrics() http.Handler {
	return promhttp.HandlerFor(t.shared.cfg.Registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// Stop flushes the span processors and shuts them down, for all services of the process. It runs once: later calls, on
// whatever service, wait for the first and return its result. Cancelling ctx ends it early; what was not flushed is lost.
func (t *Telemetry) Stop(ctx context.Context) error {
	p := t.shared
	p.stopOnce.Do(func() {
		var errs []error
		for _, sp := range p.processors {
			errs = append(errs, sp.ForceFlush(ctx), sp.Shutdown(ctx))
		}
		p.stopErr = errors.Join(errs...)
	})
	return p.stopErr
}
