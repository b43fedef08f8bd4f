package telemetry

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// The formats of Config.Format and the exporters of Config.Traces.
const (
	FormatJSON    = "json"
	FormatText    = "text"
	TracesNone    = "none"
	TracesConsole = "console"
)

// Config says what is told about a process, and where.
type Config struct {
	Service     string       // the name of the program, until For says another; required
	Version     string       // of the program; on spans
	Environment string       // such as "prod"; on spans
	Output      io.Writer    // of log records and console spans, written to by one goroutine at a time; nil: os.Stderr
	Level       slog.Leveler // the least level that is logged; nil: Info
	Format      string       // FormatJSON or FormatText; empty: JSON

	// Traces is TracesNone or TracesConsole, which writes every finished span to Output as a record "span"; empty: none.
	// Traces are passed on to other processes either way, and their identifiers are in the log.
	Traces string
	// Sample is the share of the traces begun here that are recorded, up to 1. A trace that came in keeps what was
	// decided where it began. 0: all of them; negative: none.
	Sample float64
	// SpanProcessors receive the recorded spans of every service. Stop flushes them and shuts them down.
	SpanProcessors []sdktrace.SpanProcessor
	// Registry collects the metrics; nil: one of its own. No global registry is ever used.
	Registry *prometheus.Registry
}

func (c Config) withDefaults() (Config, error) {
	if c.Output == nil {
		c.Output = os.Stderr
	}
	if c.Level == nil {
		c.Level = slog.LevelInfo
	}
	if c.Registry == nil {
		c.Registry = prometheus.NewRegistry()
	}
	c.Format = cmp.Or(c.Format, FormatJSON)
	c.Traces = cmp.Or(c.Traces, TracesNone)
	c.Sample = max(0, cmp.Or(c.Sample, 1))

	var errs []error
	if c.Service == "" {
		errs = append(errs, errors.New("telemetry: the service has no name"))
	}
	if c.Format != FormatJSON && c.Format != FormatText {
		errs = append(errs, fmt.Errorf("telemetry: format %q is neither json nor text", c.Format))
	}
	if c.Traces != TracesNone && c.Traces != TracesConsole {
		errs = append(errs, fmt.Errorf("telemetry: traces %q is neither none nor console", c.Traces))
	}
	if !(c.Sample <= 1) { // NaN too
		errs = append(errs, fmt.Errorf("telemetry: sample %v is more than 1", c.Sample))
	}
	return c, errors.Join(errs...)
}
