package telemetry_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

func TestBadConfigurationComesBackJoined(t *testing.T) {
	t.Parallel()
	_, err := telemetry.New(telemetry.Config{Format: "xml", Traces: "paper", Sample: 2})
	if err == nil {
		t.Fatal("it was accepted")
	}
	for _, want := range []string{"no name", `"xml"`, `"paper"`, "sample 2"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	if _, err := telemetry.New(telemetry.Config{Service: "s", Sample: math.NaN()}); err == nil {
		t.Error("a sample that is no number was accepted")
	}
}

func TestNoGlobalIsTouched(t *testing.T) {
	t.Parallel()
	before := otel.GetTracerProvider()
	p := start(t, telemetry.Config{})
	_, run := p.work(t, telemetry.WorkConfig{Name: "w", Metric: "some.thing.duration"}).Begin(t.Context())
	run.End("ok", nil)
	if otel.GetTracerProvider() != before {
		t.Error("the global tracer provider changed")
	}
	w := httptest.NewRecorder()
	promhttp.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if strings.Contains(w.Body.String(), "some_thing") {
		t.Error("the default registry has the metric")
	}
}

func TestServicesShareThePipelineAndKeepTheirNames(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{Version: "1.2.0", Environment: "prod"})
	cfg := telemetry.WorkConfig{Name: "w", Metric: "a.b.duration"}
	for _, tel := range []*telemetry.Telemetry{p.Telemetry, p.For("flights")} {
		work, err := tel.Work(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, run := work.Begin(t.Context())
		tel.Logger().InfoContext(ctx, "m")
		run.End("ok", nil)
	}
	for i, name := range []string{"airline", "flights"} {
		if got := p.records(t)[i]["service.name"]; got != name {
			t.Errorf("log: %v, want %s", got, name)
		}
		resource := p.spans.Ended()[i].Resource().Set()
		for key, want := range map[attribute.Key]string{
			"service.name": name, "service.version": "1.2.0", "deployment.environment.name": "prod",
		} {
			if got, _ := resource.Value(key); got.AsString() != want {
				t.Errorf("span: %s is %q, want %s", key, got.AsString(), want)
			}
		}
		wantLine(t, p.scrape(t), `a_b_duration_seconds_count{service="`+name+`",status="ok"} 1`)
	}
}

func TestTheRuntimeIsMeasured(t *testing.T) {
	t.Parallel()
	text := start(t, telemetry.Config{}).scrape(t)
	wantLine(t, text, "go_goroutines ")
	wantLine(t, text, "process_")
}

func TestARegistryOfTheUserMayHaveTheRuntimeAlready(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	start(t, telemetry.Config{Registry: registry})
	p := start(t, telemetry.Config{Registry: registry})
	if p.Registerer() != prometheus.Registerer(registry) {
		t.Error("another registry is used")
	}
}

// exporter is a span processor that can't flush.
type exporter struct {
	sdktrace.SpanProcessor
	flushed, closed int
}

var errFlush = errors.New("collector is gone")

func (e *exporter) ForceFlush(context.Context) error { e.flushed++; return errFlush }
func (e *exporter) Shutdown(context.Context) error   { e.closed++; return nil }

func TestStopFlushesOnceForAllServices(t *testing.T) {
	t.Parallel()
	e := new(exporter)
	tel, err := telemetry.New(telemetry.Config{Service: "a", SpanProcessors: []sdktrace.SpanProcessor{e}, Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	for _, tel := range []*telemetry.Telemetry{tel.For("b"), tel} {
		if err := tel.Stop(t.Context()); !errors.Is(err, errFlush) {
			t.Errorf("stop: %v, want the error of the exporter", err)
		}
	}
	if e.flushed != 1 || e.closed != 1 {
		t.Errorf("flushed %d times, shut down %d times", e.flushed, e.closed)
	}
}

func TestAMetricThatIsTakenLeavesTheOtherOneAlone(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	work := func() error {
		tel, err := telemetry.New(telemetry.Config{Service: "test", Output: io.Discard, Registry: registry})
		if err != nil {
			t.Fatal(err)
		}
		w, err := tel.Work(telemetry.WorkConfig{Name: "x", Metric: "x.duration"})
		if err == nil {
			_, run := w.Begin(t.Context())
			run.End("ok", nil)
		}
		return err
	}
	if first, second := work(), work(); first != nil || second == nil {
		t.Fatalf("first %v, second %v", first, second)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range families {
		found = found || f.GetName() == "x_duration_seconds"
	}
	if !found {
		t.Error("the metric of the first is gone")
	}
}
