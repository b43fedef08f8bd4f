package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

var errSoldOut = errors.New("sold out")

func booking() telemetry.WorkConfig {
	return telemetry.WorkConfig{
		Name: "GET /bookings/{id}", Kind: telemetry.Server, Metric: "http.server.request.duration",
		Attributes: []attribute.KeyValue{
			attribute.String("http.request.method", "GET"), attribute.String("http.route", "/bookings/{id}"),
		},
		Labels: []string{"http.request.method", "http.route"},
		Log:    true, Message: "request",
	}
}

func TestARunIsOneSpanOneMeasurementAndOneRecord(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	synctest.Test(t, func(t *testing.T) {
		_, run := p.work(t, booking()).Begin(telemetry.WithRequestID(t.Context(), "r-1"))
		run.Set(attribute.String("client.address", "192.0.2.1"))
		time.Sleep(1500 * time.Microsecond)
		run.End("200", nil)
		run.End("500", errSoldOut)
		run.Set(attribute.Bool("late", true))
	})
	span := p.span(t)
	if span.Name() != "GET /bookings/{id}" || span.SpanKind() != trace.SpanKindServer || span.Status().Code != codes.Unset {
		t.Errorf("span %s, %v, %v", span.Name(), span.SpanKind(), span.Status())
	}
	set := attribute.NewSet(span.Attributes()...)
	for key, want := range map[attribute.Key]string{
		"http.request.method": "GET", "http.route": "/bookings/{id}", "http.response.status_code": "200", "client.address": "192.0.2.1",
	} {
		if got, _ := set.Value(key); got.String() != want {
			t.Errorf("span: %s is %q, want %s", key, got.String(), want)
		}
	}
	record := p.record(t)
	for key, want := range map[string]any{
		"msg": "request", "level": "INFO", "status": "200", "duration_ms": 1.5, "request_id": "r-1", "service.name": "airline",
		"http.route": "/bookings/{id}", "client.address": "192.0.2.1", "span_id": span.SpanContext().SpanID().String(),
	} {
		if record[key] != want {
			t.Errorf("record: %s is %v, want %v", key, record[key], want)
		}
	}
	labels := `http_request_method="GET",http_route="/bookings/{id}",service="airline"`
	text := p.scrape(t)
	wantLine(t, text, `http_server_request_duration_seconds_count{`+labels+`,status="200"} 1`)
	wantLine(t, text, `http_server_request_duration_seconds_bucket{`+labels+`,status="200",le="0.005"} 1 # {`)
	wantLine(t, text, `http_server_request_active{`+labels+`} 0`)
	if !strings.Contains(text, `trace_id="`+span.SpanContext().TraceID().String()+`"`) {
		t.Error("no exemplar names the trace")
	}
}

func TestHowARunEndedDecidesLevelAndSpan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   telemetry.Kind
		status string
		err    error
		level  string
		span   codes.Code
	}{
		{telemetry.Server, "200", nil, "INFO", codes.Unset},
		{telemetry.Server, "404", nil, "INFO", codes.Unset},
		{telemetry.Server, "409", errSoldOut, "WARN", codes.Unset}, // the fault of the caller
		{telemetry.Server, "500", nil, "ERROR", codes.Error},
		{telemetry.Server, "503", errSoldOut, "ERROR", codes.Error},
		{telemetry.Client, "200", nil, "INFO", codes.Unset},
		{telemetry.Client, "404", nil, "INFO", codes.Error},
		{telemetry.Client, "error", errSoldOut, "ERROR", codes.Error},
		{telemetry.Consumer, "ack", nil, "INFO", codes.Unset},
		{telemetry.Consumer, "retry", errSoldOut, "WARN", codes.Error},
		{telemetry.Internal, "error", nil, "ERROR", codes.Error},
	} {
		t.Run(fmt.Sprint(c.kind, c.status, c.err), func(t *testing.T) {
			t.Parallel()
			p := start(t, telemetry.Config{})
			_, run := p.work(t, telemetry.WorkConfig{Name: "w", Kind: c.kind, Log: true}).Begin(t.Context())
			run.End(c.status, c.err)
			record, span := p.record(t), p.span(t)
			if record["level"] != c.level || record["msg"] != "w" {
				t.Errorf("record %v, want level %s", record, c.level)
			}
			if c.err != nil && record["err"] != c.err.Error() {
				t.Errorf("the record says err %v", record["err"])
			}
			if span.Status().Code != c.span {
				t.Errorf("span %v, want %v", span.Status(), c.span)
			}
			set := attribute.NewSet(span.Attributes()...)
			if got, ok := set.Value("error.type"); ok != (c.span == codes.Error) || ok && got.AsString() != c.status {
				t.Errorf("error.type is %q", got.AsString())
			}
		})
	}
}

func TestWorksShareAMetricOnlyWithTheSameLabels(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	p.work(t, booking())
	other := booking()
	other.Attributes[1] = attribute.String("http.route", "/flights")
	p.work(t, other)
	other.Labels = other.Labels[:1]
	if _, err := p.Work(other); err == nil || !strings.Contains(err.Error(), "http_route") {
		t.Errorf("got %v, want an error that names the labels", err)
	}
}

func TestBadWorkIsRefusedAtStart(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]telemetry.WorkConfig{
		"no name":           {Metric: "a.b"},
		"unknown label":     {Name: "w", Metric: "a.b", Labels: []string{"c"}},
		"taken label":       {Name: "w", Metric: "a.b", Labels: []string{"status"}, Attributes: []attribute.KeyValue{attribute.String("status", "")}},
		"taken metric":      {Name: "w", Metric: "go.gc.duration"},
		"impossible metric": {Name: "w", Metric: "\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, telemetry.Config{})
			if _, err := p.Work(cfg); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}

func TestStatusesBeyondTheBoundAreCountedAsOther(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	work := p.work(t, telemetry.WorkConfig{Name: "w", Metric: "a.b.duration"})
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			_, run := work.Begin(context.Background())
			run.End(fmt.Sprint("status-", i), nil)
		})
	}
	all.Wait()
	text := p.scrape(t)
	if n := strings.Count(text, "a_b_duration_seconds_count{"); n != 65 {
		t.Errorf("%d lines, want 64 and other", n)
	}
	wantLine(t, text, `a_b_duration_seconds_count{service="airline",status="other"} 136`)
}

func TestWhatRunsIsCounted(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	work := p.work(t, telemetry.WorkConfig{Name: "w", Metric: "a.b.duration"})
	_, one := work.Begin(t.Context())
	_, two := work.Begin(t.Context())
	wantLine(t, p.scrape(t), `a_b_active{service="airline"} 2`)
	one.End("ok", nil)
	two.End("ok", nil)
	wantLine(t, p.scrape(t), `a_b_active{service="airline"} 0`)
}

func TestABucketGetsAnExemplarEverySecondAtMost(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	work := p.work(t, telemetry.WorkConfig{Name: "w", Metric: "a.b.duration"})
	synctest.Test(t, func(t *testing.T) {
		run := func() {
			_, run := work.Begin(t.Context())
			run.End("ok", nil)
		}
		run()
		run()
		time.Sleep(time.Second)
		run()
	})
	ended := p.spans.Ended()
	first, second, third := ended[0].SpanContext(), ended[1].SpanContext(), ended[2].SpanContext()
	text := p.scrape(t)
	if strings.Contains(text, first.SpanID().String()) || strings.Contains(text, second.SpanID().String()) {
		t.Error("an older exemplar stayed, or one came too early")
	}
	if !strings.Contains(text, third.SpanID().String()) {
		t.Error("the exemplar of the next second is missing")
	}
}

func TestARunMayBeLinkedToItsCauses(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	publish := p.work(t, telemetry.WorkConfig{Name: "publish", Kind: telemetry.Producer})
	ctx, run := publish.Begin(t.Context())
	cause := trace.SpanContextFromContext(ctx)
	run.End("ok", nil)
	consume := p.work(t, telemetry.WorkConfig{Name: "consume", Kind: telemetry.Consumer})
	_, run = consume.BeginLinked(t.Context(), cause, trace.SpanContext{})
	run.End("ack", nil)
	span := p.spans.Ended()[1]
	if links := span.Links(); len(links) != 1 || !links[0].SpanContext.Equal(cause) {
		t.Errorf("links %v", links)
	}
	if span.Parent().IsValid() {
		t.Error("a link is no parent")
	}
}

func TestARunBelowTheLevelLeavesNoRecord(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	_, run := p.work(t, telemetry.WorkConfig{Name: "silent"}).Begin(t.Context())
	run.End("500", errSoldOut)
	if p.output.Len() != 0 {
		t.Error(p.output.String())
	}
}
