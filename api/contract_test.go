package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/telemetry"
)

type rename struct {
	Caller auth.Principal
	ID     string             `path:"id" maxLength:"40"`
	Since  api.Opt[time.Time] `query:"since"`
	Words  []string           `query:"word"`
	Trace  api.Opt[string]    `header:"x-trace"`
	Body   newName
}

type newName struct {
	Name string `json:"name" minLength:"2"`
}

type renamed struct {
	ID, Name, By, Trace string
	Since               time.Time
	Words               []string
	Left                bool
}

var (
	errTaken = problem.New(http.StatusConflict, "name-taken", "The name is taken")

	renameThing = api.Define[rename, renamed]("POST", "/things/{id}/rename",
		auth.Require(auth.OAuth2("shop"), "things:write"), api.Fails(errTaken))
	makeThing   = api.Define[newName, api.Created[newName]]("POST", "/things", auth.Public())
	waitForever = api.Define[api.None, api.None]("POST", "/wait", auth.Public())
	dropThing   = api.Define[dropping, api.None]("DELETE", "/things/{id}", auth.Public())
)

type dropping struct {
	ID string `path:"id"`
}

func thingService() *service {
	s := newService()
	api.Serve(s, renameThing, func(ctx context.Context, in rename) (renamed, error) {
		if in.Body.Name == "taken" {
			return renamed{}, errTaken.WithDetail("By %s.", in.ID)
		}
		deadline, _ := ctx.Deadline()
		return renamed{
			ID: in.ID, Name: in.Body.Name, By: in.Caller.Subject, Trace: in.Trace.Or(""), Since: in.Since.Or(time.Time{}), Words: in.Words,
			Left: time.Until(deadline) < time.Minute,
		}, nil
	}, api.Timeout(time.Hour))
	api.Serve(s, makeThing, func(_ context.Context, in newName) (api.Created[newName], error) {
		return api.Created[newName]{Location: "/things/" + in.Name, Value: in}, nil
	})
	api.Serve(s, waitForever, func(ctx context.Context, _ api.None) (api.None, error) {
		<-ctx.Done()
		return api.None{}, ctx.Err()
	})
	api.Serve(s, dropThing, func(context.Context, dropping) (api.None, error) { return api.None{}, nil })
	return s
}

// placements returns connections to the same service: as a function in this process, and over a real socket.
func placements(t *testing.T) map[string]*call.Conn {
	local := thingService()
	local.open(t, io.Discard, nil)
	remote := httptest.NewServer(thingService().open(t, io.Discard, nil))
	t.Cleanup(remote.Close)
	base, err := url.Parse(remote.URL)
	if err != nil {
		t.Fatal(err)
	}
	tel, err := telemetry.New(telemetry.Config{Service: "caller", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	transport := call.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	overHTTP, err := call.HTTP(base, call.HTTPConfig{Telemetry: tel, RoundTripper: transport})
	if err != nil {
		t.Fatal(err)
	}
	conns := make(map[string]*call.Conn)
	for name, tr := range map[string]call.Transport{"local": call.Local(local.app.(call.Target)), "http": overHTTP} {
		s := newService()
		conns[name] = api.Connect(s, "things")
		s.open(t, io.Discard, peers{"things": tr})
	}
	return conns
}

// inBothPlacements runs the same test on every placement: that is the promise of a contract.
func inBothPlacements(t *testing.T, f func(t *testing.T, conn *call.Conn)) {
	t.Parallel()
	for name, conn := range placements(t) {
		t.Run(name, func(t *testing.T) { f(t, conn) })
	}
}

func writer(t *testing.T) context.Context { return auth.WithToken(t.Context(), "ada/things~write") }

func TestACallArrivesWholeWhateverThePlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		ctx, cancel := context.WithTimeout(writer(t), 30*time.Second)
		defer cancel()
		since := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		got, err := renameThing.Call(ctx, conn, rename{
			Caller: auth.Principal{Subject: "mallory"}, ID: "a/b c%", Since: api.Some(since), Words: []string{"x", "y"},
			Trace: api.Some("t"), Body: newName{Name: "new"},
		})
		if err != nil {
			t.Fatal(err)
		}
		want := renamed{ID: "a/b c%", Name: "new", By: "ada", Trace: "t", Since: since, Words: []string{"x", "y"}, Left: true}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %+v, want %+v: the caller cannot choose who it is, and its deadline travels", got, want)
		}
	})
}

func TestTheSameRefusalsInEveryPlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		good := rename{ID: "1", Body: newName{Name: "new"}}
		tests := []struct {
			name string
			ctx  context.Context
			in   rename
			want error
		}{
			{"no token", t.Context(), good, problem.Unauthenticated()},
			{"no scope", auth.WithToken(t.Context(), "ada/none"), good, problem.Forbidden()},
			{"broken rule", writer(t), rename{ID: "1", Body: newName{Name: "x"}}, problem.Invalid()},
			{"declared problem", writer(t), rename{ID: "1", Body: newName{Name: "taken"}}, errTaken},
		}
		for _, tt := range tests {
			got, err := renameThing.Call(tt.ctx, conn, tt.in)
			if !errors.Is(err, tt.want) || got.Name != "" {
				t.Errorf("%s: got %+v, %v", tt.name, got, err)
			}
		}
	})
}

func TestOutputShapesSurviveTheHop(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		made, err := makeThing.Call(t.Context(), conn, newName{Name: "pen"})
		if err != nil || made.Location != "/things/pen" || made.Value.Name != "pen" {
			t.Errorf("Created: %+v, %v", made, err)
		}
		if _, err := dropThing.Call(t.Context(), conn, dropping{ID: "pen"}); err != nil {
			t.Errorf("None: %v", err)
		}
	})
}

func TestACallEndsWithItsContext(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		ctx, cancel := context.WithCancel(writer(t))
		cancel()
		started := make(chan struct{})
		go func() { <-started; cancel() }()
		close(started)
		// The other side waits for the end of its caller, so the call ends only because its context did.
		if _, err := waitForever.Call(ctx, conn, api.None{}); err == nil {
			t.Error("the call succeeded")
		}
	})
}

func TestAServiceThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	base, _ := url.Parse(gone.URL)
	gone.Close()
	tel, err := telemetry.New(telemetry.Config{Service: "caller", Output: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := call.HTTP(base, call.HTTPConfig{Telemetry: tel})
	if err != nil {
		t.Fatal(err)
	}
	s := newService()
	conn := api.Connect(s, "things")
	s.open(t, io.Discard, peers{"things": tr})
	if _, err := makeThing.Call(t.Context(), conn, newName{Name: "pen"}); !errors.Is(err, problem.Unavailable()) {
		t.Errorf("got %v", err)
	}
}

func TestAConnectionThatWasNeverBoundSaysSo(t *testing.T) {
	t.Parallel()
	conn := api.Connect(newService(), "things")
	if _, err := makeThing.Call(t.Context(), conn, newName{Name: "pen"}); !errors.Is(err, call.ErrNotConnected) {
		t.Errorf("got %v", err)
	}
}

var _ operation.Scope = (*service)(nil)
