package telemetry

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// buckets are the boundaries in seconds that the OpenTelemetry semantic conventions advise for durations.
var buckets = [...]float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

// instruments are the metrics of all works, by name.
type instruments struct {
	registry *prometheus.Registry

	mu     sync.Mutex
	byName map[string]*instrument
}

// instrument is a histogram of durations and a gauge of what runs, with the same labels but the status.
type instrument struct {
	labels    []string
	durations *prometheus.HistogramVec
	active    *prometheus.GaugeVec
}

// get returns the instrument of a name such as "http.server.request.duration", made at the first call.
func (s *instruments) get(metric string, labels []string) (*instrument, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.byName[metric]; ok {
		if !slices.Equal(known.labels, labels) {
			return nil, fmt.Errorf("metric %s has the labels %q already, not %q", metric, known.labels, labels)
		}
		return known, nil
	}
	base, err := promName(metric)
	if err != nil {
		return nil, err
	}
	made := &instrument{
		labels: labels,
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:                            base + "_seconds",
			Help:                            "Duration of " + metric + " in seconds.",
			Buckets:                         buckets[:],
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  160,
			NativeHistogramMinResetDuration: time.Hour,
		}, slices.Concat(labels, []string{"status"})),
		active: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: strings.TrimSuffix(base, "_duration") + "_active",
			Help: "What of " + metric + " runs now.",
		}, labels),
	}
	if err := s.registry.Register(made.durations); err != nil {
		return nil, err
	}
	if err := s.registry.Register(made.active); err != nil {
		s.registry.Unregister(made.durations) // which is this one's own
		return nil, err
	}
	s.byName[metric] = made
	return made, nil
}

// promName is a name of OpenTelemetry as Prometheus writes it. The name must be of letters, digits, "_", ".", "-" and "/",
// beginning with a letter (OpenTelemetry metrics API, instrument name syntax).
func promName(name string) (string, error) {
	mapped := []byte(name)
	for i, c := range mapped {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_'):
		case i > 0 && (c == '.' || c == '-' || c == '/'):
			mapped[i] = '_'
		default:
			return "", fmt.Errorf("%q is no name of a metric or a label", name)
		}
	}
	return string(mapped), nil
}

// exemplarInterval is the least time between two exemplars of one bucket. Prometheus keeps the last one only, and making one
// costs more than all the rest of an observation.
const exemplarInterval = time.Second

// durations is one line of a histogram. Every bucket has exemplars of its own pace, so that a slow run is found among a
// thousand fast ones.
type durations struct {
	observer   prometheus.ExemplarObserver
	attributes []attribute.KeyValue           // of spans with the status
	exemplars  [len(buckets) + 1]atomic.Int64 // when each bucket got its last, in nanoseconds since 1970
}

func (d *durations) observe(took time.Duration, end time.Time, span trace.SpanContext, recording bool) {
	seconds := took.Seconds()
	if recording && span.IsSampled() {
		bucket, _ := slices.BinarySearch(buckets[:], seconds)
		last, now := d.exemplars[bucket].Load(), end.UnixNano()
		if now-last >= int64(exemplarInterval) && d.exemplars[bucket].CompareAndSwap(last, now) {
			d.observer.ObserveWithExemplar(seconds, prometheus.Labels{
				"trace_id": span.TraceID().String(), "span_id": span.SpanID().String(),
			})
			return
		}
	}
	d.observer.ObserveWithExemplar(seconds, nil)
}
