package telemetry_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"

	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// discard takes spans and drops them: the benchmark measures this package and the SDK, not an exporter.
type discard struct{}

func (discard) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (discard) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (discard) ForceFlush(context.Context) error                { return nil }
func (discard) Shutdown(context.Context) error                  { return nil }

func BenchmarkWork(b *testing.B) {
	for _, c := range []struct {
		name string
		cfg  telemetry.Config
		log  bool
	}{
		{name: "passing", cfg: telemetry.Config{}},
		{name: "not sampled", cfg: telemetry.Config{SpanProcessors: []sdktrace.SpanProcessor{discard{}}, Sample: -1}},
		{name: "sampled", cfg: telemetry.Config{SpanProcessors: []sdktrace.SpanProcessor{discard{}}}},
		{name: "passing and logged", log: true},
		{name: "sampled and logged", cfg: telemetry.Config{SpanProcessors: []sdktrace.SpanProcessor{discard{}}}, log: true},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.cfg.Service, c.cfg.Output, c.cfg.Level = "bench", io.Discard, slog.LevelInfo
			tel, err := telemetry.New(c.cfg)
			if err != nil {
				b.Fatal(err)
			}
			work, err := tel.Work(telemetry.WorkConfig{
				Name: "GET /bookings/{id}", Kind: telemetry.Server, Metric: "http.server.request.duration",
				Attributes: []attribute.KeyValue{
					attribute.String("http.request.method", "GET"), attribute.String("http.route", "/bookings/{id}"),
				},
				Labels: []string{"http.request.method", "http.route"},
				Log:    c.log,
			})
			if err != nil {
				b.Fatal(err)
			}
			ctx := telemetry.WithRequestID(b.Context(), "r1")
			b.ReportAllocs()
			for b.Loop() {
				_, run := work.Begin(ctx)
				run.End("200", nil)
			}
		})
	}
}

func BenchmarkRequestID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if !telemetry.ValidRequestID(telemetry.NewRequestID()) {
			b.Fatal(errors.New("an identifier of our own is not valid"))
		}
	}
}
