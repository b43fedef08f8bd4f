package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
	"github.com/vade-go/vade/telemetry"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

type stopper interface {
	call.Target
	http.Handler
	Stop(ctx context.Context) error
	Close() error
}

// working is a service whose operation POST /work/{how} does work after its answer.
func working(t *testing.T, log io.Writer, f func(context.Context) error, options ...api.Option) stopper {
	t.Helper()
	s := newService()
	api.Configure(s, append([]api.Option{auth.Public()}, options...)...)
	api.Serve(s, workContract, worker(f), auth.Require(auth.OAuth2("shop")))
	api.Mount(s, "/mount", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := api.After(r.Context(), "mounted", f); err != nil || r.URL.Path == "/fail" {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	return s.open(t, log, nil).(stopper)
}

type workIn struct {
	How string `path:"how"`
}

var workContract = api.Define[workIn, string]("POST", "/work/{how}", api.Name("work"))

func worker(f func(context.Context) error) func(context.Context, workIn) (string, error) {
	return func(ctx context.Context, in workIn) (string, error) {
		if err := api.After(ctx, "receipt", f); err != nil {
			return "", err
		}
		switch in.How {
		case "fail":
			return "", problem.Conflict()
		case "panic":
			panic("secret of the house")
		case "wait":
			<-ctx.Done()
		}
		return "done", nil
	}
}

const ada = "Bearer ada/x"

func stop(t *testing.T, s stopper) {
	t.Helper()
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWorkIsDoneAfterTheAnswerWithWhatOutlivesTheCall(t *testing.T) {
	t.Parallel()
	begun, release := make(chan context.Context), make(chan struct{})
	s := working(t, io.Discard, func(ctx context.Context) error {
		begun <- ctx
		<-release
		return ctx.Err()
	})
	server := httptest.NewServer(s)
	defer server.Close()
	req, _ := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/work/x", nil)
	req.Header.Set("Authorization", ada)
	req.Header.Set("X-Request-Id", "r-1")
	req.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(res.Body); string(body) != `"done"` {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
	_ = res.Body.Close()
	ctx := <-begun // the answer is there, the work is not done
	server.CloseClientConnections()
	header := make(http.Header)
	call.Propagate(ctx, header)
	if auth.PrincipalFromContext(ctx).Subject != "ada" || header.Get("Authorization") != ada || header.Get("X-Request-Id") != "r-1" ||
		!strings.Contains(header.Get("Traceparent"), "0af7651916cd43dd8448eb211c80319c") {
		t.Errorf("got %v", header)
	}
	if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 30*time.Second || time.Until(deadline) < 20*time.Second || ctx.Err() != nil {
		t.Errorf("the deadline is %v, %v", deadline, ctx.Err())
	}
	close(release)
	stop(t, s)
}

func TestWorkIsDoneThoughTheCallerHasGone(t *testing.T) {
	t.Parallel()
	got := make(chan error, 1)
	s := working(t, io.Discard, func(ctx context.Context) error { got <- ctx.Err(); return nil })
	ctx, cancel := context.WithCancel(t.Context())
	req := httptest.NewRequest("POST", "/work/wait", nil).WithContext(ctx)
	req.Header.Set("Authorization", ada)
	cancel()
	serve(s, req)
	if err := <-got; err != nil {
		t.Errorf("its context has ended: %v", err)
	}
	stop(t, s)
}

func TestTheWorkOfACallThatFailsIsForgotten(t *testing.T) {
	t.Parallel()
	s := working(t, io.Discard, func(context.Context) error { t.Error("it was done"); return nil }, api.Background(api.BackgroundConfig{Max: 1}))
	for range 3 { // and gives its place back
		for path, want := range map[string]int{"/work/fail": 409, "/work/panic": 500, "/mount/fail": 418} {
			if res, body := send(t, s, "POST", path, "", "Authorization", ada); res.StatusCode != want {
				t.Errorf("%s: %d %s", path, res.StatusCode, body)
			}
		}
	}
	stop(t, s)
}

func TestMoreWorkThanAServiceTakesIsRefused(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := working(t, io.Discard, func(context.Context) error { <-release; return nil }, api.Background(api.BackgroundConfig{Max: 2}))
	for _, tt := range []struct {
		path string
		want int
	}{{"/work/x", 200}, {"/mount/x", 200}, {"/work/x", 503}, {"/mount/x", 418}} {
		if res, body := send(t, s, "POST", tt.path, "", "Authorization", ada); res.StatusCode != tt.want {
			t.Errorf("%s: %d %s", tt.path, res.StatusCode, body)
		}
	}
	close(release)
	stop(t, s)
	if res, body := send(t, s, "POST", "/work/x", "", "Authorization", ada); res.StatusCode != 503 {
		t.Errorf("it stops: %d %s", res.StatusCode, body)
	}
}

func TestWhoeverFindsNoRoomForWorkIsToldWhenToComeAgain(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := newService()
	api.Configure(s, auth.Public(), api.Background(api.BackgroundConfig{Max: 1}))
	begin := func(ctx context.Context) error {
		return api.After(ctx, "work", func(context.Context) error { <-release; return nil })
	}
	api.Post(s, "/plain", func(ctx context.Context, _ api.None) (api.None, error) { return api.None{}, begin(ctx) })
	api.Post(s, "/wrapped", func(ctx context.Context, _ api.None) (api.None, error) {
		if err := begin(ctx); err != nil {
			return api.None{}, fmt.Errorf("send the receipt: %w", err)
		}
		return api.None{}, nil
	})
	api.Post(s, "/lives", func(ctx context.Context, _ api.None) (api.None, error) { _ = begin(ctx); return api.None{}, nil })
	api.Post(s, "/else", func(context.Context, api.None) (api.None, error) { return api.None{}, problem.Unavailable() })
	app := s.open(t, io.Discard, nil).(stopper)
	for _, tt := range []struct {
		path, after string
		status      int
	}{{"/plain", "", 204}, {"/plain", "1", 503}, {"/wrapped", "1", 503}, {"/lives", "", 204}, {"/else", "", 503}} {
		res, body := send(t, app, "POST", tt.path, "")
		if res.StatusCode != tt.status || res.Header.Get("Retry-After") != tt.after {
			t.Errorf("%s: %d, Retry-After %q, %s", tt.path, res.StatusCode, res.Header.Get("Retry-After"), body)
		}
		if tt.status == 503 && problemOf(t, res, body).Code != "unavailable" {
			t.Errorf("%s: %s", tt.path, body)
		}
	}
	close(release)
	stop(t, app)
}

func TestWorkOfATypedCall(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	s := working(t, io.Discard, func(ctx context.Context) error { got <- auth.PrincipalFromContext(ctx).Subject; return nil })
	conn := call.NewConn("shop")
	conn.Bind(call.Local(s))
	out, err := workContract.Call(auth.WithToken(t.Context(), "ada/x"), conn, workIn{"x"})
	if who := <-got; who != "ada" || out != "done" || err != nil {
		t.Errorf("got %s, %s, %v", who, out, err)
	}
	stop(t, s)
}

func TestWorkThatFailsIsLoggedAndHeardOf(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"error", "panic"} {
		var log buffer
		heard := make(chan *api.Incident, 1)
		s := working(t, &log, func(context.Context) error {
			if how == "panic" {
				panic("secret of the house")
			}
			return errors.New("secret of the house")
		}, api.OnIncident(func(_ context.Context, i *api.Incident) { heard <- i }))
		send(t, s, "POST", "/work/x", "", "Authorization", ada, "X-Request-Id", "r-7")
		i := <-heard
		stop(t, s)
		if i.ID == "" || i.Operation != "shop.work" || !strings.Contains(i.Err.Error(), "receipt") || (i.Stack != nil) != (how == "panic") {
			t.Errorf("heard %+v", i)
		}
		if text := log.String(); !strings.Contains(text, i.ID) || !strings.Contains(text, "secret of the house") || !strings.Contains(text, `"work":"receipt"`) {
			t.Errorf("the log says %s", text)
		}
	}
}

// transaction is a dependency that commits when the call is over.
type transaction struct{}

type logKey struct{}

func (d *transaction) Resolve(ctx context.Context, c *operation.Call) error {
	log := ctx.Value(logKey{}).(*buffer)
	c.Defer(func(error) { _, _ = log.Write([]byte("commit ")) })
	return nil
}

func TestWorkBeginsAfterTheCleanUpsOfDependencies(t *testing.T) {
	t.Parallel()
	s := newService()
	done := make(chan struct{})
	var log buffer
	api.Get(s, "/x", func(ctx context.Context, _ struct{ Tx transaction }) (api.None, error) {
		return api.None{}, api.After(ctx, "work", func(context.Context) error {
			defer close(done)
			_, err := log.Write([]byte("work"))
			return err
		})
	}, auth.Public(), api.Name("x"))
	app := s.open(t, io.Discard, nil).(stopper)
	serve(app, httptest.NewRequestWithContext(context.WithValue(t.Context(), logKey{}, &log), "GET", "/x", nil))
	<-done
	if got := log.String(); got != "commit work" {
		t.Errorf("got %s", got)
	}
	stop(t, app)
}

func TestWorkOutsideOfACallIsRefused(t *testing.T) {
	t.Parallel()
	f := func(context.Context) error { return nil }
	if err := api.After(t.Context(), "x", f); err == nil || errors.Is(err, api.ErrBusy) {
		t.Errorf("got %v", err)
	}
	s := newService()
	api.Get(s, "/x", func(ctx context.Context, _ api.None) (api.None, error) {
		if api.After(ctx, "", f) == nil || api.After(ctx, "x", nil) == nil {
			t.Error("work without a name or a function was taken")
		}
		return api.None{}, nil
	}, auth.Public(), api.Name("x"))
	send(t, s.open(t, io.Discard, nil), "GET", "/x", "")
	wrong := newService()
	api.Configure(wrong, api.Background(api.BackgroundConfig{Max: -1}))
	if _, err := wrong.describe(); err == nil || !strings.Contains(err.Error(), "a limit is negative") {
		t.Errorf("got %v", err)
	}
}

func TestAStopWaitsForWorkAndThenHurriesIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		takes, grace  time.Duration
		heeds         bool
		stops, passes time.Duration // after so long; of the context
	}{
		{"in time", 2 * time.Second, 8 * time.Second, true, 2 * time.Second, 0},
		{"hurried", 20 * time.Second, 8 * time.Second, true, 6 * time.Second, 6 * time.Second},
		{"stuck", 20 * time.Second, 8 * time.Second, false, 8 * time.Second, 6 * time.Second},
		{"over its own time", time.Minute, 100 * time.Second, true, 30 * time.Second, 30 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log buffer
				began := time.Now()
				var ended atomic.Int64
				s := working(t, &log, func(ctx context.Context) error {
					over := time.After(tt.takes)
					defer context.AfterFunc(ctx, func() { ended.Store(int64(time.Since(began))) })()
					if tt.heeds {
						select {
						case <-over:
						case <-ctx.Done():
							synctest.Wait()
							return ctx.Err()
						}
						return nil
					}
					<-over
					return nil
				})
				send(t, s, "POST", "/work/x", "", "Authorization", ada)
				ctx, cancel := context.WithTimeout(t.Context(), tt.grace)
				defer cancel()
				err := s.Stop(ctx)
				if took := time.Since(began); took != tt.stops || time.Duration(ended.Load()) != tt.passes {
					t.Errorf("it took %v, and the context ended after %v", took, time.Duration(ended.Load()))
				}
				if left := strings.Contains(log.String(), `"work":"1 receipt"`); left != (err != nil) || left == tt.heeds {
					t.Errorf("%v, %s", err, log.String())
				}
				<-time.After(tt.takes) // of the bubble's time: what was left behind comes to its end
			})
		})
	}
}

func TestTheSpanOfWorkIsInTheTraceAndLinkedToTheRequest(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	s := newService()
	api.Serve(s, workContract, worker(func(context.Context) error { return nil }), auth.Public())
	if _, err := s.describe(); err != nil {
		t.Fatal(err)
	}
	tel, err := telemetry.New(telemetry.Config{Service: "shop", Output: io.Discard, SpanProcessors: []sdktrace.SpanProcessor{spans}})
	if err != nil {
		t.Fatal(err)
	}
	app := s.parts[0].(stopper)
	env := &operation.Env{Service: "shop", Telemetry: tel, Log: slog.New(slog.DiscardHandler), Compiler: schema.NewCompiler()}
	if err := s.parts[0].Open(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	send(t, app, "POST", "/work/x", "")
	stop(t, app)
	ended := spans.Ended()
	if len(ended) != 2 {
		t.Fatalf("got %d spans", len(ended))
	}
	request, work := ended[0], ended[1]
	if work.Name() != "receipt" || work.SpanContext().TraceID() != request.SpanContext().TraceID() ||
		len(work.Links()) != 1 || work.Links()[0].SpanContext.SpanID() != request.SpanContext().SpanID() {
		t.Errorf("%s, links %v, request %v", work.Name(), work.Links(), request.SpanContext())
	}
}

func TestWorkThatIsGivenWhenTheCallIsOverIsRefused(t *testing.T) {
	t.Parallel()
	over, late := make(chan struct{}), make(chan error, 1)
	s := newService()
	api.Post(s, "/late", func(ctx context.Context, _ api.None) (api.None, error) {
		go func() {
			<-over
			late <- api.After(ctx, "late", func(context.Context) error { return nil })
		}()
		return api.None{}, nil
	}, auth.Public())
	h := s.open(t, io.Discard, nil).(stopper)
	if res, body := send(t, h, "POST", "/late", ""); res.StatusCode != http.StatusNoContent {
		t.Fatal(res.StatusCode, body)
	}
	close(over)
	if err := <-late; !errors.Is(err, api.ErrCallOver) {
		t.Errorf("got %v", err)
	}
	if err := h.Stop(t.Context()); err != nil { // nothing has a place
		t.Error(err)
	}
}
