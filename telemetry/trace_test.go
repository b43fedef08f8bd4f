package telemetry_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

const (
	traceID     = "0af7651916cd43dd8448eb211c80319c"
	traceparent = "00-" + traceID + "-b7ad6b7169203331-01"
)

func TestATraceThatCameInGoesOnToWhoIsCalled(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	in := http.Header{"Traceparent": {traceparent}, "Tracestate": {"vendor=x"}}
	ctx, run := p.work(t, telemetry.WorkConfig{Name: "w", Kind: telemetry.Server}).Begin(telemetry.Extract(t.Context(), in))
	out := http.Header{}
	telemetry.Inject(ctx, out)
	run.End("200", nil)
	span := p.span(t)
	if got := span.SpanContext().TraceID().String(); got != traceID {
		t.Errorf("trace %s, want %s", got, traceID)
	}
	if got := span.Parent().SpanID().String(); got != "b7ad6b7169203331" || !span.Parent().IsRemote() {
		t.Errorf("parent %s", got)
	}
	if want := "00-" + traceID + "-" + span.SpanContext().SpanID().String() + "-01"; out.Get("traceparent") != want {
		t.Errorf("sent %q, want %q", out.Get("traceparent"), want)
	}
	if out.Get("tracestate") != "vendor=x" {
		t.Errorf("sent tracestate %q", out.Get("tracestate"))
	}
}

func TestAProcessThatRecordsNothingPassesTracesOnUnchanged(t *testing.T) {
	t.Parallel()
	tel, err := telemetry.New(telemetry.Config{Service: "s", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	work, err := tel.Work(telemetry.WorkConfig{Name: "w"})
	if err != nil {
		t.Fatal(err)
	}
	for _, sent := range []string{traceparent, strings.TrimSuffix(traceparent, "1") + "0"} {
		ctx, run := work.Begin(telemetry.Extract(t.Context(), http.Header{"Traceparent": {sent}}))
		out := http.Header{}
		telemetry.Inject(ctx, out)
		run.End("ok", nil)
		if got := out.Get("traceparent"); got != sent {
			t.Errorf("%s went on as %s", sent, got)
		}
	}
}

func TestAProcessThatRecordsNothingStillBeginsTraces(t *testing.T) {
	t.Parallel()
	for sample, flags := range map[float64]string{0: "-01", -1: "-00"} {
		tel, err := telemetry.New(telemetry.Config{Service: "s", Output: io.Discard, Sample: sample})
		if err != nil {
			t.Fatal(err)
		}
		work, err := tel.Work(telemetry.WorkConfig{Name: "w"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, run := work.Begin(t.Context())
		out := http.Header{}
		telemetry.Inject(ctx, out)
		run.End("ok", nil)
		if got := out.Get("traceparent"); !strings.HasSuffix(got, flags) {
			t.Errorf("sample %v: sent %q, want the flags %s", sample, got, flags)
		}
	}
}

func TestAProcessThatRecordsNothingLeavesSpansOfOthersAlone(t *testing.T) {
	t.Parallel()
	tel, err := telemetry.New(telemetry.Config{Service: "s", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	work, err := tel.Work(telemetry.WorkConfig{Name: "inner"})
	if err != nil {
		t.Fatal(err)
	}
	other := start(t, telemetry.Config{})
	ctx, outer := other.work(t, telemetry.WorkConfig{Name: "outer"}).Begin(t.Context())
	_, run := work.Begin(ctx)
	run.Set(attribute.Bool("stray", true))
	run.End("error", io.EOF)
	if !trace.SpanFromContext(ctx).IsRecording() {
		t.Fatal("the span of the other was ended")
	}
	outer.End("ok", nil)
	if attrs := other.span(t).Attributes(); len(attrs) != 0 {
		t.Errorf("the span of the other got %v", attrs)
	}
}

func TestGarbageInHeadersBeginsANewTrace(t *testing.T) {
	t.Parallel()
	for _, sent := range []string{
		"", "garbage", "00-" + strings.Repeat("0", 32) + "-b7ad6b7169203331-01", "00-" + traceID + "-0000000000000000-01",
		"ff-" + traceID + "-b7ad6b7169203331-01", strings.ToUpper(traceparent), strings.Repeat("a", 1<<16),
	} {
		ctx := telemetry.Extract(t.Context(), http.Header{"Traceparent": {sent}, "Tracestate": {"=,=,;"}})
		if trace.SpanContextFromContext(ctx).IsValid() {
			t.Errorf("%.80q was taken", sent)
		}
	}
}

func TestNothingIsSentWithoutASpan(t *testing.T) {
	t.Parallel()
	out := http.Header{}
	telemetry.Inject(t.Context(), out)
	if len(out) != 0 {
		t.Error(out)
	}
}

func TestTheShareOfTracesIsKept(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{Sample: -1})
	work := p.work(t, telemetry.WorkConfig{Name: "w"})
	_, run := work.Begin(t.Context())
	run.End("ok", nil)
	if n := len(p.spans.Ended()); n != 0 {
		t.Errorf("%d spans of our own were recorded", n)
	}
	_, run = work.Begin(telemetry.Extract(t.Context(), http.Header{"Traceparent": {traceparent}}))
	run.End("ok", nil)
	if n := len(p.spans.Ended()); n != 1 {
		t.Errorf("%d spans of a sampled trace were recorded, want 1", n)
	}
}

func TestConsoleSpansAreRecordsOfTheLog(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{Traces: telemetry.TracesConsole})
	work := p.work(t, telemetry.WorkConfig{Name: "outer"})
	ctx, outer := work.Begin(t.Context())
	_, inner := p.work(t, telemetry.WorkConfig{Name: "inner", Kind: telemetry.Client}).Begin(ctx)
	inner.Set(
		attribute.String("db.password", "hunter2"), attribute.Int("rows", 3), attribute.Bool("hit", true),
		attribute.Float64("ratio", 0.5), attribute.StringSlice("list", []string{"a"}),
	)
	inner.End("error", io.ErrUnexpectedEOF)
	outer.End("ok", nil)
	all := p.records(t)
	if len(all) != 2 {
		t.Fatal(p.output.String())
	}
	in, out := all[0], all[1]
	for key, want := range map[string]any{
		"msg": "span", "name": "inner", "kind": "client", "status": "Error", "err": "unexpected EOF",
		"trace_id": out["trace_id"], "parent_id": out["span_id"],
	} {
		if in[key] != want {
			t.Errorf("%s is %v, want %v", key, in[key], want)
		}
	}
	attrs := in["attributes"].(map[string]any)
	if attrs["db.password"] != telemetry.Redacted || attrs["rows"] != 3.0 || attrs["hit"] != true || attrs["ratio"] != 0.5 {
		t.Error(attrs)
	}
	if out["parent_id"] != nil || out["resource"].(map[string]any)["service.name"] != "airline" {
		t.Error(out)
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(traceparent, "a=b")
	f.Add("", "")
	f.Add("cc-"+traceID+"-b7ad6b7169203331-01-what", strings.Repeat("a=b,", 40))
	f.Fuzz(func(t *testing.T, parent, state string) {
		ctx := telemetry.Extract(t.Context(), http.Header{"Traceparent": {parent}, "Tracestate": {state}})
		out := http.Header{}
		telemetry.Inject(ctx, out)
		again := telemetry.Extract(t.Context(), out)
		a, b := trace.SpanContextFromContext(ctx), trace.SpanContextFromContext(again)
		if !a.Equal(b) {
			t.Errorf("%v became %v", a, b)
		}
	})
}
