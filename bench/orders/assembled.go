package orders

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"golang.org/x/time/rate"
)

// assemble puts around h what people put around a handler in production: otelhttp with every request traced, promhttp, an access
// record by slog, golang-jwt on RS256 when withToken says so, and x/time/rate for each client.
func assemble(h http.Handler, spans *Spans, withToken bool) (http.Handler, func(), error) {
	h = limiting(h)
	if withToken {
		h = verifying(h)
	}
	h = logging(h)
	h, err := measuring(h)
	if err != nil {
		return nil, nil, err
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans.processor()))
	h = otelhttp.NewHandler(h, "POST "+Path, otelhttp.WithTracerProvider(provider), otelhttp.WithMeterProvider(noop.NewMeterProvider()))
	return h, func() { _ = spans.flush(provider) }, nil
}

func measuring(h http.Handler) (http.Handler, error) {
	registry := prometheus.NewRegistry()
	durations := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "http_server_request_duration_seconds", Buckets: prometheus.DefBuckets,
	}, []string{"route", "method", "code"})
	active := prometheus.NewGauge(prometheus.GaugeOpts{Name: "http_server_request_active"})
	for _, c := range []prometheus.Collector{durations, active} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	byRoute := durations.MustCurryWith(prometheus.Labels{"route": Path})
	return promhttp.InstrumentHandlerInFlight(active, promhttp.InstrumentHandlerDuration(byRoute, h)), nil
}

// statusWriter remembers the status for the access record.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func logging(h http.Handler) http.Handler {
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, sw := time.Now(), &statusWriter{w, http.StatusOK}
		h.ServeHTTP(sw, r)
		log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("http.request.method", r.Method), slog.String("http.route", Path), slog.String("url.path", r.URL.Path),
			slog.Int("status", sw.status), slog.Duration("took", time.Since(began)), slog.String("client", r.RemoteAddr),
			slog.Int64("bytes", r.ContentLength), slog.String("request_id", r.Header.Get("X-Request-Id")))
	})
}

type claims struct {
	Scope string `json:"scope"`
	jwt.RegisteredClaims
}

func verifying(h http.Handler) http.Handler {
	public := &key().PublicKey
	find := func(*jwt.Token) (any, error) { return public, nil }
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithExpirationRequired())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		var c claims
		if ok {
			_, err := parser.ParseWithClaims(token, &c, find)
			ok = err == nil
		}
		if !ok || !slices.Contains(strings.Fields(c.Scope), scope) {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// limiting lets every client do far more than it will, so that what is measured is the asking.
func limiting(h http.Handler) http.Handler {
	var clients sync.Map
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			client = r.RemoteAddr
		}
		l, ok := clients.Load(client)
		if !ok {
			l, _ = clients.LoadOrStore(client, rate.NewLimiter(1e9, 1e9))
		}
		if !l.(*rate.Limiter).Allow() {
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		h.ServeHTTP(w, r)
	})
}
