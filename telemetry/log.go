package telemetry

import (
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/trace"
)

func newHandler(w io.Writer, format string, level slog.Leveler) slog.Handler {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	if format == FormatText {
		return &contextHandler{Handler: slog.NewTextHandler(w, options)}
	}
	return &contextHandler{Handler: slog.NewJSONHandler(w, options)}
}

// contextHandler adds the identifiers of the context to every record, always at the top level: a log is searched by them.
// As long as no group is open, adding them to the record does that. Once one is, what followed is kept aside and applied for
// each record after the identifiers; that is slower, and rare.
type contextHandler struct {
	slog.Handler                                   // with everything that came before the first group
	inGroup      []func(slog.Handler) slog.Handler // the first group and what came after
}

func (h *contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	return h.with(func(inner slog.Handler) slog.Handler { return inner.WithAttrs(attrs) }, len(h.inGroup) > 0)
}

func (h *contextHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return h.with(func(inner slog.Handler) slog.Handler { return inner.WithGroup(name) }, true)
}

func (h *contextHandler) with(step func(slog.Handler) slog.Handler, later bool) slog.Handler {
	if later {
		return &contextHandler{Handler: h.Handler, inGroup: append(slices.Clip(h.inGroup), step)}
	}
	return &contextHandler{Handler: step(h.Handler)}
}

func (h *contextHandler) Handle(ctx context.Context, r slog.Record) error {
	var ids [3]slog.Attr
	n := identify(ctx, &ids)
	if len(h.inGroup) == 0 {
		r = r.Clone()
		r.AddAttrs(ids[:n]...)
		return h.Handler.Handle(ctx, r)
	}
	inner := h.Handler.WithAttrs(slices.Clone(ids[:n])) // theirs; ours stays on the stack
	for _, step := range h.inGroup {
		inner = step(inner)
	}
	return inner.Handle(ctx, r)
}

func identify(ctx context.Context, ids *[3]slog.Attr) (n int) {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		traceID, spanID := sc.TraceID(), sc.SpanID()
		var both [2 * (len(traceID) + len(spanID))]byte
		hex.Encode(both[:], traceID[:])
		hex.Encode(both[2*len(traceID):], spanID[:])
		text := string(both[:])
		ids[0] = slog.String("trace_id", text[:2*len(traceID)])
		ids[1] = slog.String("span_id", text[2*len(traceID):])
		n = 2
	}
	if id := RequestID(ctx); id != "" {
		ids[n] = slog.String("request_id", id)
		n++
	}
	return n
}

// lockedWriter lets two handlers share one writer.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
