package call_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func tel(t testing.TB) *telemetry.Telemetry {
	t.Helper()
	tel, err := telemetry.New(telemetry.Config{Service: "test", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

// to returns a connection over HTTP to a handler, and how to ask it for a text.
func to(t *testing.T, h http.HandlerFunc) func(ctx context.Context) (string, error) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := call.HTTP(base, call.HTTPConfig{Telemetry: tel(t), RoundTripper: server.Client().Transport})
	if err != nil {
		t.Fatal(err)
	}
	conn := call.NewConn("texts")
	conn.Bind(tr)
	return func(ctx context.Context) (string, error) {
		var out string
		err := conn.Invoke(ctx, &call.Invocation{
			Operation: "GET /text", Method: http.MethodGet,
			Encode: func(ctx context.Context, base *url.URL) (*http.Request, error) {
				return http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath("text").String(), nil)
			},
			Decode: func(res *http.Response) error {
				data, err := io.ReadAll(res.Body)
				out = string(data)
				return err
			},
		})
		return out, err
	}
}

func TestWhatTravelsWithACall(t *testing.T) {
	t.Parallel()
	var got http.Header
	ask := to(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	ctx, cancel := context.WithTimeout(telemetry.WithRequestID(auth.WithToken(t.Context(), "secret"), "r-1"), time.Minute)
	defer cancel()
	if _, err := ask(ctx); err != nil {
		t.Fatal(err)
	}
	if got.Get("Authorization") != "Bearer secret" || got.Get("X-Request-Id") != "r-1" || got.Get("Traceparent") == "" || got.Get(call.DeadlineHeader) == "" {
		t.Errorf("got %v", got)
	}
}

func TestTheTimeThatIsLeftTravels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		h := make(http.Header)
		call.Propagate(ctx, h)
		if got := h.Get(call.DeadlineHeader); got != "2000" {
			t.Errorf("got %q", got)
		}
	})
}

func TestFailuresOfTheOtherSide(t *testing.T) {
	t.Parallel()
	soldOut := problem.New(http.StatusConflict, "sold-out", "Sold out")
	for _, tt := range []struct {
		name string
		h    http.HandlerFunc
		want error
	}{
		{"a declared problem", func(w http.ResponseWriter, _ *http.Request) { problem.Write(w, soldOut) }, soldOut},
		{"a status without a problem", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "stack trace", http.StatusServiceUnavailable)
		}, problem.Unavailable()},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, problem.BadGateway()},
		{"a broken answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = w.Write([]byte("1"))
		}, problem.BadGateway()},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, problem.Unavailable()},
	} {
		_, err := to(t, tt.h)(t.Context())
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	ask := to(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := ask(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestABadAddressIsRefusedBeforeTheFirstCall(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "flights:8080", "ftp://flights", "/path"} {
		u, err := url.Parse(text)
		if err != nil {
			continue
		}
		if _, err := call.HTTP(u, call.HTTPConfig{Telemetry: tel(t)}); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

// upper is a service of the same process.
type upper struct{}

func (upper) Invoke(_ context.Context, operation string, _ http.Header, in any) (any, error) {
	return fmt.Sprint(operation, " ", in), nil
}

func ExampleLocal() {
	conn := call.NewConn("texts")
	conn.Bind(call.Local(upper{}))

	var out string
	err := conn.Invoke(context.Background(), &call.Invocation{
		Operation: "GET /text", In: "hello",
		Out: func(v any) error { out = v.(string); return nil },
	})
	fmt.Println(out, err)
	// Output: GET /text hello <nil>
}
