//go:build unix

package api_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/auth/devissuer"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/telemetry"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// BenchmarkOrderRatio measures the operation against net/http written by hand with the same rules, in slices that alternate, since
// machines change their speed. It reports the median of the ratios and the allocations of either; each iteration is a pair.
func BenchmarkOrderRatio(b *testing.B) {
	public := func() *service {
		s := newService()
		api.Post(s, "/orders", placeBench, auth.Public())
		return s
	}
	guarded := func() *service {
		s := newService()
		api.Post(s, "/orders", placeBench, auth.Require(auth.OAuth2("shop"), "orders:write"))
		return s
	}
	b.Run("handler alone", func(b *testing.B) {
		ratio(b, public().serving(b, telemetry.Config{Level: slog.LevelError}, nil), "")
	})
	b.Run("with access record", func(b *testing.B) { ratio(b, public().serving(b, telemetry.Config{}, nil), "") })
	b.Run("everything on", func(b *testing.B) {
		verifier, token := verified(b)
		ratio(b, guarded().serving(b, telemetry.Config{SpanProcessors: []sdktrace.SpanProcessor{dropped{}}}, verifier), token)
	})
}

// ratio runs the two handlers by turns.
func ratio(b *testing.B, ours http.Handler, token string) {
	theirs := orderByHand()
	slice, call := 20*time.Millisecond, repeat(token)
	run := func(h http.Handler) float64 {
		began, n := worked(b), 0
		for ; worked(b)-began < slice; n += 64 {
			for range 64 {
				call(h)
			}
		}
		return float64(worked(b)-began) / float64(n)
	}
	var ratios, times []float64
	run(ours)
	run(theirs)
	for b.Loop() {
		t, o := run(theirs), run(ours)
		ratios, times = append(ratios, o/t), append(times, o)
	}
	slices.Sort(ratios)
	slices.Sort(times)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ratios[len(ratios)/2], "×hand")
	b.ReportMetric(times[len(times)/2], "ns/call")
	b.ReportMetric(testing.AllocsPerRun(1000, func() { call(ours) }), "allocs")
	b.ReportMetric(testing.AllocsPerRun(1000, func() { call(theirs) }), "allocs-by-hand")
}

// worked returns the time that processors have worked for this process. Other processes do not count.
func worked(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// repeat returns what sends the order to a handler, with one request for all.
func repeat(token string) func(http.Handler) {
	req := httptest.NewRequest("POST", "/orders", nil)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.ContentLength = int64(len(benchBody))
	body := strings.NewReader(benchBody)
	closer := io.NopCloser(body)
	w := &discard{h: make(http.Header)}
	return func(h http.Handler) {
		body.Reset(benchBody)
		req.Body = closer
		clear(w.h)
		h.ServeHTTP(w, req)
	}
}

// orderByHand is the endpoint as somebody writes it who knows the rules of the order and wants it fast.
func orderByHand() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength < 0 || r.ContentLength > 1<<20 {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		data := make([]byte, r.ContentLength)
		var in benchOrder
		if _, err := io.ReadFull(r.Body, data); err != nil || json.Unmarshal(data, &in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if !acceptable(&in) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		out, err := placeBench(r.Context(), in)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		answer, err := json.Marshal(&out.Value)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(answer)
	})
	return mux
}

func acceptable(o *benchOrder) bool {
	if len(o.Customer) != 36 || utf8.RuneCountInString(o.Note) > 200 || len(o.Items) < 1 || len(o.Items) > 50 {
		return false
	}
	for i, c := range []byte(o.Customer) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f') {
			return false
		}
	}
	switch o.Currency {
	case "EUR", "USD", "CHF":
	default:
		return false
	}
	for i := range o.Items {
		it := &o.Items[i]
		if len(it.SKU) != 8 || it.SKU[3] != '-' || it.Qty < 1 || it.Qty > 100 || it.Price < 0 {
			return false
		}
		for i := range 8 {
			if c := it.SKU[i]; i < 3 && (c < 'A' || c > 'Z') || i > 3 && (c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// serving opens the service with telemetry of one's own.
func (s *service) serving(b *testing.B, cfg telemetry.Config, v auth.Verifier) http.Handler {
	b.Helper()
	if _, err := s.describe(); err != nil {
		b.Fatal(err)
	}
	cfg.Service, cfg.Output = "shop", io.Discard
	tel, err := telemetry.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	env := &operation.Env{System: "test", Service: "shop", Telemetry: tel, Log: tel.Logger(), Verifier: v}
	if err := s.parts[0].Open(b.Context(), env); err != nil {
		b.Fatal(err)
	}
	return s.parts[0].(http.Handler)
}

// verified returns a real verifier and a token that it has seen.
func verified(b *testing.B) (auth.Verifier, string) {
	b.Helper()
	issuer, err := devissuer.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	token, err := issuer.Token(devissuer.Claims{Subject: "ada", Audience: []string{"shop"}, Scopes: []string{"orders:write"}})
	if err != nil {
		b.Fatal(err)
	}
	keys, err := auth.StaticKeys(issuer.JWKS())
	if err != nil {
		b.Fatal(err)
	}
	v, err := auth.NewVerifier(keys, auth.VerifierConfig{Issuer: devissuer.URL, Audience: "shop"})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := v.Verify(context.Background(), token); err != nil {
		b.Fatal(err)
	}
	return v, token
}

// dropped takes spans and keeps none.
type dropped struct{}

func (dropped) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (dropped) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (dropped) ForceFlush(context.Context) error                { return nil }
func (dropped) Shutdown(context.Context) error                  { return nil }
