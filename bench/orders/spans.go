package orders

import (
	"context"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Spans is an exporter that counts spans and discards them. A stack whose spans do not all arrive has not been measured.
type Spans struct{ exported atomic.Int64 }

// ExportSpans counts.
func (s *Spans) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	s.exported.Add(int64(len(spans)))
	return nil
}

// Shutdown does nothing.
func (s *Spans) Shutdown(context.Context) error { return nil }

// Exported returns how many spans arrived so far.
func (s *Spans) Exported() int64 { return s.exported.Load() }

// processor batches as production does. It blocks rather than drops: a handler in a loop on one processor is faster than any queue.
func (s *Spans) processor() sdktrace.SpanProcessor {
	return sdktrace.NewBatchSpanProcessor(s, sdktrace.WithBlocking())
}

// flush waits until the provider has exported everything, and ends it.
func (s *Spans) flush(p *sdktrace.TracerProvider) error { return p.Shutdown(context.Background()) }
