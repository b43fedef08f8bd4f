package gateway

import (
	"net/http"
	"sync"

	"github.com/vade-go/vade/telemetry"
	"go.opentelemetry.io/otel/attribute"
)

// otherMethod stands for the methods that nobody knows, so that callers do not make up labels (OpenTelemetry semantic conventions).
const otherMethod = "_OTHER"

// knownMethods are those of RFC 9110 and RFC 5789.
var knownMethods = [...]string{
	http.MethodConnect, http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodOptions,
	http.MethodPatch, http.MethodPost, http.MethodPut, http.MethodTrace,
}

// works is the work of a route: of one method, or of any, where each known method has its own once it is asked for.
type works struct {
	work    *telemetry.Work // of the one method, or of those unknown
	methods map[string]func() *telemetry.Work
}

// newWorks prepares the work of a route; method is empty for one of any method.
func newWorks(tel *telemetry.Telemetry, name string, log bool, method string, attrs ...attribute.KeyValue) (works, error) {
	prepare := func(method string) (*telemetry.Work, error) {
		return newWork(tel, name, log, append([]attribute.KeyValue{attribute.String("http.request.method", method)}, attrs...)...)
	}
	if method != "" {
		work, err := prepare(method)
		return works{work: work}, err
	}
	other, err := prepare(otherMethod)
	if err != nil {
		return works{}, err
	}
	w := works{work: other, methods: make(map[string]func() *telemetry.Work, len(knownMethods))}
	for _, known := range knownMethods {
		w.methods[known] = sync.OnceValue(func() *telemetry.Work {
			if work, err := prepare(known); err == nil {
				return work
			}
			return other
		})
	}
	return w, nil
}

// of returns the work of a request of this method.
func (w *works) of(method string) *telemetry.Work {
	if known, ok := w.methods[method]; ok {
		return known()
	}
	return w.work
}

// unknown reports whether a route of any method does not know this one.
func (w *works) unknown(method string) bool {
	return w.methods != nil && w.methods[method] == nil
}
