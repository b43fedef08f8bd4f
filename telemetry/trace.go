package telemetry

import (
	"context"
	"encoding/binary"
	"log/slog"
	"math/rand/v2"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// scope is the instrumentation scope of every span.
const scope = "github.com/vade-go/vade/telemetry"

// tracer returns the tracer of a service; nil when nobody wants the spans.
func (p *pipeline) tracer(service string) trace.Tracer {
	if len(p.processors) == 0 {
		return nil
	}
	options := []sdktrace.TracerProviderOption{
		sdktrace.WithSampler(sdktrace.ParentBased(p.root)),
		sdktrace.WithResource(p.resource(service)),
	}
	for _, sp := range p.processors {
		options = append(options, sdktrace.WithSpanProcessor(sp))
	}
	// The provider is never shut down: that would shut down the processors under the other services. Stop does.
	return sdktrace.NewTracerProvider(options...).Tracer(scope)
}

func (p *pipeline) resource(service string) *resource.Resource {
	attrs := []attribute.KeyValue{attribute.String("service.name", service)}
	if p.cfg.Version != "" {
		attrs = append(attrs, attribute.String("service.version", p.cfg.Version))
	}
	if p.cfg.Environment != "" {
		attrs = append(attrs, attribute.String("deployment.environment.name", p.cfg.Environment))
	}
	return resource.NewSchemaless(attrs...)
}

// passed is the span of a run in a process that records none. A trace that came in goes on unchanged, so that the spans of others keep
// their parents; where none came in a run begins one, for the log and for the processes that are called.
type passed struct {
	trace.Span // does nothing
	id         trace.TraceID
	span       trace.SpanID
	flags      trace.TraceFlags
}

// SpanContext returns what goes on.
func (p *passed) SpanContext() trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: p.id, SpanID: p.span, TraceFlags: p.flags})
}

// nothing is the span of which there is one for all.
var nothing trace.Span = noop.Span{}

// pass returns the context and the span of a run that nobody records; own is the place of the span, if it begins a trace.
func (p *pipeline) pass(ctx context.Context, name string, own *passed) (context.Context, trace.Span) {
	if span := trace.SpanFromContext(ctx); span.SpanContext().IsValid() {
		return ctx, span
	}
	own.Span = nothing
	binary.NativeEndian.PutUint64(own.id[:8], rand.Uint64())
	binary.NativeEndian.PutUint64(own.id[8:], rand.Uint64())
	binary.NativeEndian.PutUint64(own.span[:], rand.Uint64()|1) // all zeros would be invalid
	sampled := p.root.ShouldSample(sdktrace.SamplingParameters{ParentContext: ctx, TraceID: own.id, Name: name})
	own.flags = own.flags.WithSampled(sampled.Decision == sdktrace.RecordAndSample)
	return trace.ContextWithSpan(ctx, own), own
}

// consoleSpans writes every sampled span as one record. It is a span processor that has nothing to flush.
type consoleSpans struct{ handler slog.Handler }

func (consoleSpans) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (consoleSpans) ForceFlush(context.Context) error                { return nil }
func (consoleSpans) Shutdown(context.Context) error                  { return nil }

func (c consoleSpans) OnEnd(s sdktrace.ReadOnlySpan) {
	if !s.SpanContext().IsSampled() {
		return
	}
	r := slog.NewRecord(s.EndTime(), slog.LevelInfo, "span", 0)
	r.AddAttrs(
		slog.String("name", s.Name()),
		slog.String("kind", s.SpanKind().String()),
		slog.String("trace_id", s.SpanContext().TraceID().String()),
		slog.String("span_id", s.SpanContext().SpanID().String()),
	)
	if s.Parent().SpanID().IsValid() {
		r.AddAttrs(slog.String("parent_id", s.Parent().SpanID().String()))
	}
	r.AddAttrs(
		milliseconds(s.EndTime().Sub(s.StartTime())),
		slog.String("status", s.Status().Code.String()),
	)
	if text := s.Status().Description; text != "" {
		r.AddAttrs(slog.String("err", text))
	}
	r.AddAttrs(
		slog.GroupAttrs("attributes", logAttrs(s.Attributes())...),
		slog.GroupAttrs("resource", logAttrs(s.Resource().Attributes())...),
	)
	_ = c.handler.Handle(context.Background(), r) // nobody is left to tell
}

func logAttrs(attrs []attribute.KeyValue) []slog.Attr {
	list := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		list[i] = logAttr(a)
	}
	return list
}

func logAttr(a attribute.KeyValue) slog.Attr {
	key := string(a.Key)
	switch a.Value.Type() {
	case attribute.BOOL:
		return slog.Bool(key, a.Value.AsBool())
	case attribute.INT64:
		return slog.Int64(key, a.Value.AsInt64())
	case attribute.FLOAT64:
		return slog.Float64(key, a.Value.AsFloat64())
	case attribute.STRING:
		return slog.String(key, a.Value.AsString())
	}
	return slog.Any(key, a.Value.AsInterface())
}
