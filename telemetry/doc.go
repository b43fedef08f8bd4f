// Package telemetry tells what a program does: a log, traces and metrics, joined by their identifiers.
//
// # Usage
//
// A program makes one [Telemetry], and every service in it gets its own view with [Telemetry.For]:
//
//	tel, err := telemetry.New(telemetry.Config{Service: "airline"})
//	defer tel.Stop(ctx)
//	bookings := tel.For("bookings")
//	bookings.Logger().InfoContext(ctx, "seat sold", "flight", id)
//
// Whatever is worth a span, a measurement and a line in the log is a [Work]. It is prepared once, at start, and then run any
// number of times:
//
//	work, err := bookings.Work(telemetry.WorkConfig{
//		Name:       "GET /bookings/{id}",
//		Kind:       telemetry.Server,
//		Metric:     "http.server.request.duration",
//		Attributes: []attribute.KeyValue{attribute.String("http.route", "/bookings/{id}")},
//		Labels:     []string{"http.route"},
//		Log:        true,
//	})
//	…
//	ctx, run := work.Begin(telemetry.Extract(ctx, request.Header))
//	defer func() { run.End(status, err) }()
//
// Names are those of the OpenTelemetry semantic conventions; Prometheus sees them with underscores.
//
// # Traces
//
// Traces travel as W3C Trace Context, by [Inject] and [Extract]; baggage doesn't travel. Spans go to the span processors of
// [Config] and nowhere else. A process without any still passes traces on and logs their identifiers, at a quarter of
// the cost: it hands on the span that came in instead of one that nobody will ever see.
//
// # Metrics
//
// The metric of a Work is a histogram in seconds, in the buckets of the semantic conventions and as a native histogram, with
// the labels service and status beside those chosen; and a gauge of what runs now. Buckets carry the trace of a recent run as
// an exemplar, renewed once a second at most. Labels must have few values: a Work counts all statuses after the 64th as
// "other".
//
// # Log
//
// Records are JSON, one per line. Those logged with a context carry trace_id, span_id and request_id at the top level. A
// request identifier is what [ValidRequestID] lets through or what [NewRequestID] makes: nothing else reaches the log.
//
// Secrets stay out of the log, and out of console spans. The value of an attribute is replaced by [Redacted] when its key, or
// a group around it, ends in one of these words, in any case and with any hyphens, underscores, dots and spaces inside:
//
//	authorization cookie password passwd passphrase secret token apikey accesskey privatekey
//	credential credentials cardnumber cvv cvc
//
// The same goes for the fields of an [net/http.Header]. Inside other values, such as structs, nothing is looked for: a type
// with secrets implements [log/slog.LogValuer].
//
// # Concurrency
//
// Telemetry and Work are safe for concurrent use. A [Run] belongs to one goroutine at a time. The package starts no goroutine;
// the span processors of the user may. Nothing global is read or set but the OTEL_ variables that the OpenTelemetry SDK
// knows for span limits and resource attributes.
//
// # Testing
//
// A bytes.Buffer as Config.Output holds the log, tracetest.NewSpanRecorder of the OpenTelemetry SDK in
// Config.SpanProcessors the spans, and [Telemetry.Metrics] the metrics. Every New has a registry of its own.
package telemetry
