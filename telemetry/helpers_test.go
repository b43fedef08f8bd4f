package telemetry_test

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/telemetry"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// process is the telemetry of a program under test with all that it told.
type process struct {
	*telemetry.Telemetry
	output bytes.Buffer // read only when nothing logs any more
	spans  *tracetest.SpanRecorder
}

func start(t *testing.T, cfg telemetry.Config) *process {
	t.Helper()
	p := &process{spans: tracetest.NewSpanRecorder()}
	cfg.Service, cfg.Output = "airline", &p.output
	cfg.SpanProcessors = append(cfg.SpanProcessors, p.spans)
	var err error
	if p.Telemetry, err = telemetry.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return p
}

func (p *process) work(t *testing.T, cfg telemetry.WorkConfig) *telemetry.Work {
	t.Helper()
	w, err := p.Work(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// records returns the log, one map for every line.
func (p *process) records(t *testing.T) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(p.output.String()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, record)
	}
	return all
}

// record returns the only line of the log.
func (p *process) record(t *testing.T) map[string]any {
	t.Helper()
	all := p.records(t)
	if len(all) != 1 {
		t.Fatalf("%d records, want 1:\n%s", len(all), p.output.String())
	}
	return all[0]
}

// span returns the only finished span.
func (p *process) span(t *testing.T) sdktrace.ReadOnlySpan {
	t.Helper()
	ended := p.spans.Ended()
	if len(ended) != 1 {
		t.Fatalf("%d spans, want 1", len(ended))
	}
	return ended[0]
}

// scrape returns the metrics as OpenMetrics text.
func (p *process) scrape(t *testing.T) string {
	t.Helper()
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	w := httptest.NewRecorder()
	p.Metrics().ServeHTTP(w, r)
	if w.Code != 200 {
		t.Fatalf("scrape: %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func wantLine(t *testing.T, text, prefix string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, prefix) {
			return
		}
	}
	t.Errorf("no line begins with %s in\n%s", prefix, text)
}
