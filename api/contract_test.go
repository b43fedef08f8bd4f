package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
	"github.com/vade-go/vade/schema"
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
	carryThings = api.Define[luggage, luggage]("PUT", "/things/{id}", auth.Public())
	lookAround  = api.Define[api.None, surroundings]("GET", "/around", auth.Public())
	dropThing   = api.Define[dropping, api.None]("DELETE", "/things/{id}", auth.Public())
)

// luggage has something for every part of a request.
type luggage struct {
	ID    string             `path:"id"`
	Words []string           `query:"word"`
	Bytes []byte             `query:"bytes"`
	Sizes map[string]int     `query:"size"`
	Days  api.Opt[[]int]     `query:"day" json:",omitzero"`
	Limit int                `query:"limit" default:"20"`
	Tags  []string           `header:"x-tag"`
	Trace api.Opt[string]    `header:"x-trace" json:",omitzero"`
	Visit api.Opt[string]    `cookie:"visit" json:",omitzero"`
	Body  api.Opt[amendment] `json:",omitzero"`
}

// pet is a cat or a dog.
type pet interface{ pet() }

type cat struct {
	Lives int `json:"lives" maximum:"9"`
}

type dog struct {
	Name string `json:"name" minLength:"1"`
}

func (cat) pet() {}
func (dog) pet() {}

type pets struct{}

func (pets) Cases() (string, []api.Case) {
	return "kind", []api.Case{api.CaseOf[cat]("cat"), api.CaseOf[dog]("dog")}
}

type amendment struct {
	Note api.Null[string]       `json:"note,omitzero"`
	Seat api.Opt[string]        `json:"seat,omitzero"`
	Pets []api.Union[pet, pets] `json:"pets"`
}

// surroundings is what a called operation sees of its caller's context.
type surroundings struct{ Token, Value, RequestID string }

type valueKey struct{}

type dropping struct {
	ID string `path:"id"`
}

// thingService serves the contracts. Entered, if given, is closed when somebody waits for ever.
func thingService(entered chan struct{}) *service {
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
		if entered != nil {
			close(entered)
		}
		<-ctx.Done()
		return api.None{}, ctx.Err()
	})
	api.Serve(s, carryThings, func(_ context.Context, in luggage) (luggage, error) { return in, nil })
	api.Serve(s, lookAround, func(ctx context.Context, _ api.None) (surroundings, error) {
		value, _ := ctx.Value(valueKey{}).(string)
		return surroundings{Token: auth.TokenFromContext(ctx), Value: value, RequestID: telemetry.RequestID(ctx)}, nil
	})
	api.Serve(s, sendForm, func(_ context.Context, in signUp) (signUp, error) { return in, nil })
	api.Serve(s, sendFile, arrived)
	api.Serve(s, greetContract, greet)
	api.Serve(s, countContract, count)
	api.Serve(s, readVersion, func(context.Context, api.None) (api.Versioned[string], error) {
		return api.Versioned[string]{Value: "text", Tag: "v1", Modified: noon.Truncate(time.Second)}, nil
	})
	api.Serve(s, changeIt, func(_ context.Context, in changing) (api.None, error) { return api.None{}, in.Check(in.Tag) })
	api.Serve(s, baking, func(context.Context, api.None) (api.Reply[string], error) {
		return api.Reply[string]{Header: http.Header{"X-Kind": {"a"}}, Cookies: []*http.Cookie{{Name: "a", Value: "1", Path: "/"}}}, nil
	})
	api.Serve(s, weighing, func(_ context.Context, in weights) (map[string]int, error) { return in.By, nil })
	api.Serve(s, dropThing, func(context.Context, dropping) (api.None, error) { return api.None{}, nil })
	return s
}

// placements returns connections to the same service: as a function in this process, and over a real socket.
func placements(t *testing.T, entered map[string]chan struct{}) map[string]*call.Conn {
	local := thingService(entered["local"])
	local.open(t, io.Discard, nil)
	remote := httptest.NewServer(thingService(entered["http"]).open(t, io.Discard, nil))
	t.Cleanup(remote.Close)
	conns := make(map[string]*call.Conn)
	for name, tr := range map[string]call.Transport{"local": call.Local(local.app.(call.Target)), "http": overHTTP(t, remote.URL)} {
		s := newService()
		conns[name] = api.Connect(s, "things")
		s.open(t, io.Discard, peers{"things": tr})
	}
	return conns
}

// inBothPlacements runs the same test on every placement: that is the promise of a contract.
func inBothPlacements(t *testing.T, f func(t *testing.T, conn *call.Conn)) {
	t.Parallel()
	for name, conn := range placements(t, nil) {
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

func TestACallThatIsCancelledEndsOnBothSides(t *testing.T) {
	t.Parallel()
	entered := map[string]chan struct{}{"local": make(chan struct{}), "http": make(chan struct{})}
	for name, conn := range placements(t, entered) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-entered[name]; cancel() }()
		// The other side waits for the end of its caller, so the call ends only because its context did.
		if _, err := waitForever.Call(ctx, conn, api.None{}); !errors.Is(err, context.Canceled) || errors.Is(err, problem.Timeout()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACallThatRunsOutOfTimeSaysSoInEveryPlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := waitForever.Call(ctx, conn, api.None{})
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, problem.Timeout()) {
			t.Errorf("got %v", err)
		}
	})
}

func TestNothingIsLostOnTheWayWhateverThePlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		for name, in := range map[string]luggage{
			"all of it": {
				ID: "a/b c%,;é", Words: []string{"a,b", "", "x y&=+"}, Bytes: []byte{0, 255}, Days: api.Some([]int{1, 2}), Limit: 7,
				Sizes: map[string]int{"": 0, "a&b=c d": 1, "é": -2},
				Tags:  []string{"one", "two words"}, Trace: api.Some("t, u"), Visit: api.Some("v=1"),
				Body: api.Some(amendment{
					Note: schema.NotNull("n"), Seat: api.Some(""), Pets: []api.Union[pet, pets]{{Value: dog{Name: "Rex"}}, {Value: cat{Lives: 9}}},
				}),
			},
			"absent and empty":     {ID: "1", Words: []string{}, Bytes: []byte{}, Sizes: map[string]int{}, Limit: 20, Tags: []string{}},
			"an empty list":        {ID: "1", Words: []string{}, Bytes: []byte{}, Sizes: map[string]int{}, Days: api.Some([]int{}), Limit: 20, Tags: []string{}},
			"null is not absent":   {ID: "1", Words: []string{}, Bytes: []byte{}, Sizes: map[string]int{}, Limit: 20, Tags: []string{}, Body: api.Some(amendment{Note: schema.ExplicitNull[string](), Pets: []api.Union[pet, pets]{}})},
			"an empty body's body": {ID: "...", Words: []string{}, Bytes: []byte{}, Sizes: map[string]int{}, Limit: 20, Tags: []string{}, Body: api.Some(amendment{Pets: []api.Union[pet, pets]{}})},
		} {
			if got, err := carryThings.Call(t.Context(), conn, in); err != nil || !reflect.DeepEqual(got, in) {
				t.Errorf("%s: sent %+v\n got %+v, %v", name, in, got, err)
			}
		}
	})
}

func TestWhatNoRequestCanCarryIsRefusedInEveryPlacement(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		for want, in := range map[string]luggage{
			"path id":        {ID: ""},
			"path id ":       {ID: ".."},
			"query word":     {ID: "1", Words: []string{""}},
			"query size":     {ID: "1", Sizes: map[string]int{"a[b": 1}},
			"header X-Trace": {ID: "1", Trace: api.Some("a\r\nX-Admin: yes")},
			"header X-Tag":   {ID: "1", Tags: []string{"a,b"}},
			"cookie visit":   {ID: "1", Visit: api.Some(`a; b`)},
		} {
			_, err := carryThings.Call(t.Context(), conn, in)
			p, ok := problem.From(err)
			if !ok || !errors.Is(p, problem.Invalid()) || len(p.Errors) != 1 || p.Errors[0].In+" "+p.Errors[0].Name != strings.TrimSpace(want) {
				t.Errorf("%s: got %v, %+v", want, err, p)
			}
		}
	})
}

func TestACalledServiceSeesNothingOfItsCallersContext(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		ctx := telemetry.WithRequestID(context.WithValue(writer(t), valueKey{}, "leaked"), "request-1")
		if got, err := lookAround.Call(ctx, conn, api.None{}); err != nil || got != (surroundings{RequestID: "request-1"}) {
			t.Errorf("got %+v, %v", got, err)
		}
		if got, err := lookAround.Call(t.Context(), conn, api.None{}); err != nil || got.RequestID == "" {
			t.Errorf("a call has no request id: %+v, %v", got, err)
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
