package telemetry

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Run is one run of a [Work]. It belongs to one goroutine at a time. The zero value has not begun.
type Run struct {
	work      *Work
	ctx       context.Context
	span      trace.Span
	recording bool // the span is this run's own, and wanted
	passed    passed
	began     time.Time
	ended     bool
	attrs     []attribute.KeyValue // for the access record
}

// Began returns when the run began.
func (r *Run) Began() time.Time { return r.began }

// Context returns the context of the run, as [Work.Begin] has; nil: it has not begun.
func (r *Run) Context() context.Context { return r.ctx }

// Set adds attributes to the span and to the access record. After [Run.End] it does nothing.
func (r *Run) Set(attrs ...attribute.KeyValue) {
	if r.ended {
		return
	}
	if r.recording {
		r.span.SetAttributes(attrs...)
	}
	if r.work.cfg.Log {
		r.attrs = append(r.attrs, attrs...)
	}
}

// End ends the run: span, metric and access record. Status says how it ended, in a word out of a small set: "200", "ack",
// "ok"; it becomes the label status, where a Work has room for 64 of them before the rest is counted as "other". A second
// End does nothing.
//
// The run has failed when the status is "error" or an HTTP status code from 500 on, or err isn't nil, except that an answer
// below 500 is no failure of a [Server], however it came about. A failed run makes the span an error. The access record is at
// level Error for a status of failure, at Warn for any other err, or else at Info.
func (r *Run) End(status string, err error) {
	if r.ended {
		return
	}
	r.ended = true
	w, end := r.work, time.Now()
	code := httpCode(status)
	var prepared []attribute.KeyValue
	if w.instrument != nil {
		w.active.Dec()
		if d := w.observer(status); d != nil {
			d.observe(end.Sub(r.began), end, r.span.SpanContext(), r.recording)
			prepared = d.attributes
		}
	}
	broken := code >= 500 || status == "error"
	if w.cfg.Log {
		r.log(level(broken, err), status, end, err)
	}
	if r.recording {
		if prepared == nil {
			prepared = w.attributes(code)
		}
		r.span.SetAttributes(prepared...)
		r.endSpan(status, code, broken, err)
	}
}

func (r *Run) endSpan(status string, code int, broken bool, err error) {
	kind := r.work.cfg.Kind
	if broken || kind == Client && code >= 400 || err != nil && !(kind == Server && code != 0) {
		text := ""
		if err != nil {
			text = err.Error()
		}
		r.span.SetStatus(codes.Error, text)
		r.span.SetAttributes(attribute.String("error.type", status))
	}
	r.span.End()
}

func statusCode(code int) attribute.KeyValue { return attribute.Int("http.response.status_code", code) }

func level(broken bool, err error) slog.Level {
	switch {
	case broken:
		return slog.LevelError
	case err != nil:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// log writes the access record.
func (r *Run) log(level slog.Level, status string, end time.Time, err error) {
	w := r.work
	if !w.handler.Enabled(r.ctx, level) {
		return
	}
	if w.access.out != nil && level == slog.LevelInfo && err == nil && len(r.attrs) == 0 && isWord(status) {
		w.access.write(r.ctx, end, end.Sub(r.began), status)
		return
	}
	record := slog.NewRecord(end, level, w.cfg.Message, 0)
	record.AddAttrs(slog.String("status", status), milliseconds(end.Sub(r.began)))
	if err != nil {
		record.AddAttrs(slog.String("err", err.Error()))
	}
	record.AddAttrs(logAttrs(r.attrs)...)
	_ = w.records().Handle(r.ctx, record) // nobody is left to tell
}

// milliseconds is how durations are logged: a number that people read and machines sort.
func milliseconds(d time.Duration) slog.Attr {
	return slog.Float64("duration_ms", inMilliseconds(d))
}

func inMilliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// httpCode returns the HTTP status code that a status is, or 0.
func httpCode(status string) int {
	if len(status) != 3 {
		return 0
	}
	code, err := strconv.Atoi(status)
	if err != nil || code < 100 || code > 599 {
		return 0
	}
	return code
}
