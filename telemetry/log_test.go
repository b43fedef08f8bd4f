package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/slogtest"

	"github.com/go-json-experiment/json"
	"github.com/vade-go/vade/telemetry"
)

func TestTheLogIsAnHonestSlogHandler(t *testing.T) {
	t.Parallel()
	var out *bytes.Buffer
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		out = new(bytes.Buffer)
		tel, err := telemetry.New(telemetry.Config{Service: "airline", Output: out})
		if err != nil {
			t.Fatal(err)
		}
		return tel.Logger().Handler()
	}, func(t *testing.T) map[string]any {
		var record map[string]any
		if err := json.Unmarshal(out.Bytes(), &record); err != nil {
			t.Fatal(err)
		}
		return record
	})
}

func TestRecordsCarryTheIdentifiersOfTheirContextAtTheTop(t *testing.T) {
	t.Parallel()
	for name, log := range map[string]func(*slog.Logger, context.Context){
		"plain":                func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "a", 1) },
		"with attributes":      func(l *slog.Logger, ctx context.Context) { l.With("a", 1).InfoContext(ctx, "m") },
		"in a group":           func(l *slog.Logger, ctx context.Context) { l.WithGroup("g").InfoContext(ctx, "m", "a", 1) },
		"in a group with more": func(l *slog.Logger, ctx context.Context) { l.WithGroup("g").With("a", 1).InfoContext(ctx, "m") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, telemetry.Config{})
			ctx, run := p.work(t, telemetry.WorkConfig{Name: "w"}).Begin(telemetry.WithRequestID(t.Context(), "r-1"))
			log(p.Logger(), ctx)
			run.End("ok", nil)
			got, span := p.record(t), p.span(t).SpanContext()
			for key, want := range map[string]string{
				"trace_id": span.TraceID().String(), "span_id": span.SpanID().String(), "request_id": "r-1",
				"service.name": "airline", "msg": "m",
			} {
				if got[key] != want {
					t.Errorf("%s is %v, want %s", key, got[key], want)
				}
			}
			if g, ok := got["g"].(map[string]any); got["a"] != 1.0 && (!ok || g["a"] != 1.0) {
				t.Errorf("the attribute is lost: %v", got)
			}
		})
	}
}

func TestAContextWithoutIdentifiersAddsNone(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	p.Logger().Info("hello")
	for _, key := range []string{"trace_id", "span_id", "request_id"} {
		if _, ok := p.record(t)[key]; ok {
			t.Errorf("there is a %s", key)
		}
	}
}

func TestSecretsAreNeverLogged(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for name, log := range map[string]func(*slog.Logger){
		"key":            func(l *slog.Logger) { l.Info("m", "password", secret) },
		"upper case":     func(l *slog.Logger) { l.Info("m", "AUTHORIZATION", secret) },
		"hyphen":         func(l *slog.Logger) { l.Info("m", "Set-Cookie", secret) },
		"underscore":     func(l *slog.Logger) { l.Info("m", "api_key", secret) },
		"no separator":   func(l *slog.Logger) { l.Info("m", "apiKey", secret) },
		"prefix":         func(l *slog.Logger) { l.Info("m", "X-Api-Key", secret) },
		"suffix":         func(l *slog.Logger) { l.Info("m", "refresh_token", secret) },
		"bytes":          func(l *slog.Logger) { l.Info("m", "client.secret", []byte(secret)) },
		"prepared":       func(l *slog.Logger) { l.With("token", secret).Info("m") },
		"in a group":     func(l *slog.Logger) { l.Info("m", slog.Group("user", "passwd", secret)) },
		"a whole group":  func(l *slog.Logger) { l.Info("m", slog.Group("credentials", "user", secret)) },
		"open group":     func(l *slog.Logger) { l.WithGroup("secret").Info("m", "a", secret) },
		"header":         func(l *slog.Logger) { l.Info("m", "h", http.Header{"Authorization": {secret}}) },
		"header as map":  func(l *slog.Logger) { l.Info("m", "h", map[string][]string{"cookie": {secret}}) },
		"log valuer":     func(l *slog.Logger) { l.Info("m", "a", valuer{slog.GroupValue(slog.String("token", secret))}) },
		"valuer, header": func(l *slog.Logger) { l.Info("m", "a", valuer{slog.AnyValue(http.Header{"Cookie": {secret}})}) },
	} {
		for _, format := range []string{telemetry.FormatJSON, telemetry.FormatText} {
			t.Run(format+" "+name, func(t *testing.T) {
				t.Parallel()
				p := start(t, telemetry.Config{Format: format})
				log(p.Logger())
				if out := p.output.String(); strings.Contains(out, secret) || !strings.Contains(out, telemetry.Redacted) {
					t.Error(out)
				}
			})
		}
	}
}

type valuer struct{ value slog.Value }

func (v valuer) LogValue() slog.Value { return v.value }

func TestWhatOnlySoundsLikeASecretIsLogged(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	p.Logger().Info("m", "tokens", 3, "cookie_count", 4, "tok", 5, "h", http.Header{"Accept": {"text/plain"}})
	got := p.record(t)
	if got["tokens"] != 3.0 || got["cookie_count"] != 4.0 || got["tok"] != 5.0 {
		t.Error(got)
	}
	if h := got["h"].(map[string]any); h["Accept"].([]any)[0] != "text/plain" {
		t.Error(h)
	}
}

func TestTheLevelMayChangeWhileTheProgramRuns(t *testing.T) {
	t.Parallel()
	level := new(slog.LevelVar)
	p := start(t, telemetry.Config{Level: level})
	p.Logger().Debug("not yet")
	level.Set(slog.LevelDebug)
	p.Logger().Debug("now")
	if got := p.record(t)["msg"]; got != "now" {
		t.Error(got)
	}
}

func TestAnErrorIsLoggedAsItsText(t *testing.T) {
	t.Parallel()
	p := start(t, telemetry.Config{})
	p.Logger().Info("m", "err", errors.New("disk on fire"))
	if got := p.record(t)["err"]; got != "disk on fire" {
		t.Error(got)
	}
}
