package telemetry

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
)

// Getter reads the named values that travel with a call.
type Getter interface{ Get(key string) string }

// Setter writes them.
type Setter interface{ Set(key, value string) }

// Carrier is what a trace travels in from one process to another. [http.Header] is one.
type Carrier interface {
	Getter
	Setter
}

// Inject writes the span of ctx into c, as the headers traceparent and tracestate of W3C Trace Context. Without a span it
// writes nothing.
func Inject(ctx context.Context, c Setter) {
	propagation.TraceContext{}.Inject(ctx, textMap{set: c})
}

// Extract returns ctx with the span that c names as the remote parent. A missing or malformed traceparent changes nothing.
func Extract(ctx context.Context, c Getter) context.Context {
	if h, ok := c.(http.Header); ok && len(h["Traceparent"]) == 0 || !ok && c.Get("traceparent") == "" {
		return ctx // as the format's own reader would find, with more effort
	}
	return propagation.TraceContext{}.Extract(ctx, textMap{get: c})
}

// textMap is a carrier as OpenTelemetry sees it. The W3C format never asks for the keys.
type textMap struct {
	get Getter
	set Setter
}

func (m textMap) Get(key string) string { return m.get.Get(key) }
func (m textMap) Set(key, value string) { m.set.Set(key, value) }
func (m textMap) Keys() []string        { return nil }
